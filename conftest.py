"""Hypothesis profiles and defaults shared by ``tests/`` and ``properties/``.

* ``slth-dev``: the default; random cases, failures are kept and replayed.
* ``slth-ci``: chosen when CI is set; the same cases on every run.
* ``slth-nightly``: many random cases, for ``pytest -m nightly`` and long runs.

Choose one with ``--hypothesis-profile``.
"""

from __future__ import annotations

import os

# one thread each for numpy and torch, before either is loaded: tests must not compete
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

#: Cases are built by numpy and checked in exact arithmetic, on machines of any speed.
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile(
    "slth-dev", deadline=None, max_examples=50, suppress_health_check=_SLOW
)
settings.register_profile(
    "slth-ci",
    deadline=None,
    max_examples=60,
    suppress_health_check=_SLOW,
    derandomize=True,
    database=None,
    print_blob=True,
)
settings.register_profile(
    "slth-nightly",
    deadline=None,
    max_examples=2000,
    suppress_health_check=_SLOW,
    derandomize=False,
    print_blob=True,
)
settings.load_profile("slth-ci" if os.environ.get("CI") else "slth-dev")


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out ``nightly`` tests unless ``-m`` says what to run."""
    if config.option.markexpr:
        return
    nightly = [item for item in items if item.get_closest_marker("nightly")]
    if nightly:
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if item not in nightly]
