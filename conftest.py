"""The Hypothesis profile and the plugin that ``tests/`` and ``properties/`` share.

The profile is ``slth-dev``, or ``slth-ci`` where CI is set; ``--hypothesis-profile``
chooses another. How many cases Hypothesis generated for the properties is shown at the
end, and a run of all of them that generates fewer than `LEAST_CASES` fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# one thread each for numpy and torch, before either is loaded: tests must not compete
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

from importlib.metadata import entry_points  # noqa: E402

import pytest  # noqa: E402
from hypothesis.statistics import collector  # noqa: E402

from slth_verify import hypothesis_profiles  # noqa: E402

_INSTALLED = {entry.name for entry in entry_points(group="pytest11")}
# where the package is installed its plugin is there, and naming it again is an error
_OWN = () if "slth_verify" in _INSTALLED else ("slth_verify.pytest_plugin",)
pytest_plugins = ("pytester", *_OWN)

hypothesis_profiles.load()

_PROPERTIES = Path(__file__).parent / "properties"
#: Cases that all properties together generate at least, under every profile.
LEAST_CASES = 20_000
#: Under which name a test's report carries how many cases were generated for it.
GENERATED = "generated_cases"
_PHASES = ("reuse-phase", "generate-phase")


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Count the cases that are generated while a property runs, by Hypothesis' figures.

    Only those are counted that were drawn and decided: neither cases that were passed
    over nor those of shrinking.
    """
    if not item.path.is_relative_to(_PROPERTIES):
        return (yield)
    counted = 0

    def count(statistics: dict[str, Any]) -> None:
        nonlocal counted
        for phase in _PHASES:
            cases = statistics.get(phase, {}).get("test-cases", ())
            counted += sum(case["status"] == "valid" for case in cases)

    try:
        with collector.with_value(count):
            return (yield)
    finally:
        item.user_properties.append((GENERATED, counted))


def _generated(config: pytest.Config) -> int:
    """Cases of all reports that have come in."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    kinds = reporter.stats.values() if reporter else ()
    return sum(
        number
        for reports in kinds
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, number in report.user_properties
        if name == GENERATED
    )


def _runs_all(config: pytest.Config) -> bool:
    """Whether every property was asked for, by the folder's name or one above it."""
    where = config.invocation_params.dir
    asked = {Path(where, name).resolve() for name in config.args}
    if not asked & {_PROPERTIES, *_PROPERTIES.parents}:
        return False
    names = ("keyword", "markexpr", "slth_statement", "collectonly", "maxfail", "lf")
    return not any(getattr(config.option, name, None) for name in names)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where all properties together generated too few cases."""
    config = session.config
    if hasattr(config, "workerinput") or not _runs_all(config):
        return
    if session.exitstatus == pytest.ExitCode.OK and _generated(config) < LEAST_CASES:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Show how many cases were generated."""
    found = _generated(config)
    if found:
        least = f"; at least {LEAST_CASES} are required" if _runs_all(config) else ""
        terminalreporter.section("generated cases")
        terminalreporter.write_line(f"{found} cases of properties{least}")
