"""Small suites of somebody else, each run in a folder of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

import pytest

# a suite that runs in this process must not be the first to load these
import slth_verify.conformance
import slth_verify.construction  # noqa: F401

#: Where the package is installed with its entry point, naming it again is an error.
PLUGIN = (
    ()
    if any(entry.name == "slth_verify" for entry in entry_points(group="pytest11"))
    else ("-p", "slth_verify.pytest_plugin")
)

Run = Callable[..., pytest.RunResult]


def _run(
    pytester: pytest.Pytester, how: str, *arguments: str, **options: bool
) -> pytest.RunResult:
    words = (*PLUGIN, "-p", "no:cacheprovider", *arguments)
    if how == "subprocess":
        return pytester.runpytest_subprocess(*words)
    return pytester.runpytest_inprocess(*words, **options)


@pytest.fixture(params=[(), ("-n", "2")], ids=["alone", "two workers"])
def suite(request: pytest.FixtureRequest, pytester: pytest.Pytester) -> Run:
    """Run a suite that writes ``out.json``, alone and with two workers."""

    def run(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        how = "subprocess" if request.param else "inprocess"
        words = ("--slth-report=out.json", *request.param, *arguments)
        return _run(pytester, how, *words)

    return run


@pytest.fixture
def alone(pytester: pytest.Pytester) -> Run:
    """Run a suite in one process, with the arguments given."""

    def run(source: str, *arguments: str, **options: bool) -> pytest.RunResult:
        pytester.makepyfile(source)
        return _run(pytester, "inprocess", *arguments, **options)

    return run


@pytest.fixture
def new_process(pytester: pytest.Pytester) -> Run:
    """Run a suite in a process that has imported nothing yet."""

    def run(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        return _run(pytester, "subprocess", *arguments)

    return run


@pytest.fixture
def written(pytester: pytest.Pytester) -> Callable[[], dict[str, Any]]:
    """The document that the suite wrote."""

    def read() -> dict[str, Any]:
        text = (pytester.path / "out.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
        return found

    return read
