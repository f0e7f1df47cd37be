"""Hypothesis profiles for suites that run this package's checks.

* ``slth-dev``: random cases; failures are kept and replayed.
* ``slth-ci``: the same cases on every run.
* ``slth-nightly``: many random cases, for long runs. Nothing is kept but the printed
  blob: with a database Hypothesis shrinks every best case as well, for hours.

`times` gives a property whose cases cost little many times the cases of the profile.

Where the package is installed they are known as soon as Hypothesis is loaded, so that
``pytest --hypothesis-profile=slth-ci`` chooses one. All print what draws a failure
again, and none has a deadline: cases are built by numpy and checked in exact
arithmetic, on machines of any speed.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from slth_verify.numbers import shown

if TYPE_CHECKING:
    from hypothesis import settings

#: Names of the profiles.
PROFILES = ("slth-dev", "slth-ci", "slth-nightly")


def register() -> None:
    """Make the profiles known; where they are known already nothing changes.

    Hypothesis calls this while it is imported, so nothing here may import it before.
    """
    from hypothesis import HealthCheck, settings

    slow = (HealthCheck.too_slow, HealthCheck.data_too_large)
    usual = settings(
        settings.get_profile("default"),
        deadline=None,
        suppress_health_check=slow,
        print_blob=True,
    )
    settings.register_profile("slth-dev", usual, max_examples=50)
    settings.register_profile(
        "slth-ci",
        usual,
        max_examples=60,
        derandomize=True,
        database=None,
    )
    settings.register_profile(
        "slth-nightly",
        usual,
        max_examples=3000,
        derandomize=False,
        database=None,
    )


def load(name: str | None = None) -> str:
    """Register the profiles, and use one of them from now on.

    Args:
        name: One of `PROFILES`; None for ``slth-ci`` where the variable ``CI`` is set
            and ``slth-dev`` elsewhere.

    Returns:
        The name of the profile.

    Raises:
        hypothesis.errors.InvalidArgument: If it is none of them; the profile in use
            stays.
    """
    from hypothesis import settings
    from hypothesis.errors import InvalidArgument

    # Hypothesis keeps a name that it does not know, and fails from then on
    if name is not None and name not in PROFILES:
        raise InvalidArgument(
            f"name={shown(name)}: one of {', '.join(PROFILES)} is required, or None "
            "for the one that fits the variable CI. Hypothesis' own profiles are "
            "loaded by hypothesis.settings.load_profile."
        )
    register()
    chosen = name or ("slth-ci" if os.environ.get("CI") else "slth-dev")
    settings.load_profile(chosen)
    return chosen


def times(factor: int) -> settings:
    """The loaded profile with so many times its examples.

    Args:
        factor: At least 1; about 13 for cases that cost some milliseconds.
    """
    from hypothesis import settings as made

    loaded = made()
    return made(loaded, max_examples=factor * loaded.max_examples)
