"""The Hypothesis profile and the plugin that ``tests/`` and ``properties/`` share.

The profile is ``slth-dev``, or ``slth-ci`` where CI is set; ``--hypothesis-profile``
chooses another.
"""

from __future__ import annotations

import os
from typing import Any

# one thread each for numpy and torch, before either is loaded: tests must not compete
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

from importlib.metadata import entry_points  # noqa: E402

import pytest  # noqa: E402

from slth_verify import hypothesis_profiles  # noqa: E402

_INSTALLED = {entry.name for entry in entry_points(group="pytest11")}
# where the package is installed its plugin is there, and naming it again is an error
_OWN = () if "slth_verify" in _INSTALLED else ("slth_verify.pytest_plugin",)
pytest_plugins = ("pytester", *_OWN)

hypothesis_profiles.load()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Neighbouring tests stay in one process, which then makes their fixtures once."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


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
