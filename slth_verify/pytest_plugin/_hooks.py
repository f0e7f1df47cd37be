"""The hooks of the plugin."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from slth_verify.errors import UnusableFileError
from slth_verify.pytest_plugin._collector import MISUSED, Collector, versions
from slth_verify.pytest_plugin._items import (
    SETTINGS,
    is_recorded,
    new_records,
    record_failure,
    recorder_of,
    seen_ratios,
)
from slth_verify.pytest_plugin._settings import (
    MARKER,
    add_options,
    read_settings,
    statement_of,
)
from slth_verify.suite.annotations import annotation_lines, suite_marks

_COLLECTOR = pytest.StashKey[Collector]()
#: Of runs that came to their end.
_ENDED = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options, and their twins for configuration files."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Read the options once; only the controller of a suite collects."""
    config.addinivalue_line("markers", MARKER)
    config.stash[SETTINGS] = read_settings(config)
    if not hasattr(config, "workerinput"):
        collector = config.stash[_COLLECTOR] = Collector(config.stash[SETTINGS])
        config.pluginmanager.register(collector, "slth_verify.collector")


def pytest_report_header(config: pytest.Config) -> str:
    """Name versions and seeds, without importing what they are of."""
    found = ", ".join(f"{name} {text}" for name, text in versions().items())
    settings = config.stash[SETTINGS]
    return f"{found}; slth seed {settings.seed}"


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class,
) -> Generator[None, object, object]:
    """In a worker, whose controller sees no usage errors, refuse while collecting."""
    made = yield
    if hasattr(collector.config, "workerinput"):
        for item in made if isinstance(made, list) else [made]:
            if isinstance(item, pytest.Item):
                try:
                    statement_of(item)
                except pytest.UsageError as error:
                    raise collector.CollectError(f"{MISUSED}: {error}") from error
    return made


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Refuse unknown statements, and leave out tests about others than those asked."""
    asked = config.stash[SETTINGS].statements
    about = {item.nodeid: statement_of(item) for item in items}
    if asked:
        left_out = [item for item in items if about[item.nodeid] not in asked]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if about[item.nodeid] in asked]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Take the worst ratios that checks see while a test about a statement runs."""
    if not is_recorded(item):
        return (yield)
    with seen_ratios(recorder_of(item)):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Hang what was recorded on the report, as plain data that xdist carries."""
    report = yield
    if not is_recorded(item):
        return report
    recorder = recorder_of(item)
    if report.failed and call.excinfo is not None:
        record_failure(recorder, call.excinfo.value)
    report.slth = new_records(item)  # type: ignore[attr-defined]
    if report.when == "teardown":  # what JUnit files take
        properties = [(f"slth_{r['kind']}", _told(r)) for r in recorder.records]
        report.user_properties = [*item.user_properties, *properties]
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Put a document that says that the run has not ended where an older one may be."""
    collector = session.config.stash.get(_COLLECTOR, None)
    if collector is not None:
        try:
            collector.begin()
        except UnusableFileError as error:
            raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the document, and let the exit code say that not all is a pass."""
    collector = session.config.stash.get(_COLLECTOR, None)
    if collector is None:
        return
    collector.stopped = collector.stopped or _stopped(session)
    for item in getattr(session, "items", ()):
        if collector.is_unended(item.nodeid):
            collector.left(
                item.nodeid, new_records(item) if is_recorded(item) else None
            )
    collector.end()
    if collector.misused:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
    elif session.exitstatus == pytest.ExitCode.OK and not collector.passes():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Show the verdicts."""
    collector = config.stash[_COLLECTOR]
    if collector.tests or collector.problem:
        terminalreporter.section("slth-verify")
        for line in collector.lines():
            terminalreporter.write_line(line)
        if config.stash[SETTINGS].annotations:
            for line in annotation_lines(suite_marks(collector.all_tests())):
                terminalreporter.write_line(line)


def _stopped(session: pytest.Session) -> str:
    """Why a run did not come to its end, or ""."""
    told = session.shouldfail or session.shouldstop
    if told:
        return str(told)
    code = session.exitstatus
    if code in _ENDED:
        return ""
    name = code.name if isinstance(code, pytest.ExitCode) else "of the caller"
    return f"exit code {int(code)} ({name})"


def _told(record: dict[str, Any]) -> str:
    """A record in one line."""
    about = f"{record['statement']}: " if record["statement"] else ""
    if record["kind"] == "verdict":
        return f"{about}{record['verdict']}: {record['claim']}"
    if record["kind"] == "bound":
        return f"{about}{record['name']}: {record['value']} ({record['direction']})"
    return f"{about}{record['claim']}: {record['ratio']}"
