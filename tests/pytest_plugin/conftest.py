"""Small suites of somebody else, run in a folder of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

import pytest

pytest_plugins = ("pytester",)

#: Where the package is installed with its entry point, naming it again is an error.
PLUGIN = (
    ()
    if any(entry.name == "slth_verify" for entry in entry_points(group="pytest11"))
    else ("-p", "slth_verify.pytest_plugin")
)

Run = Callable[..., pytest.RunResult]


@pytest.fixture(params=[(), ("-n", "2")], ids=["alone", "two workers"])
def suite(request: pytest.FixtureRequest, pytester: pytest.Pytester) -> Run:
    """Run a suite that writes ``out.json``, alone and with two workers."""

    def run(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess(
            *PLUGIN,
            "-p",
            "no:cacheprovider",
            "--slth-report=out.json",
            *request.param,
            *arguments,
        )

    return run


@pytest.fixture
def alone(pytester: pytest.Pytester) -> Run:
    """Run a suite in one process, with the arguments given."""

    def run(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess(
            *PLUGIN, "-p", "no:cacheprovider", *arguments
        )

    return run


@pytest.fixture
def written(pytester: pytest.Pytester) -> Callable[[], dict[str, Any]]:
    """The document that the suite wrote."""

    def read() -> dict[str, Any]:
        text = (pytester.path / "out.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
        return found

    return read
