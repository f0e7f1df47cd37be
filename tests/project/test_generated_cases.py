"""All properties together generate many cases, and a run that does not is no pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root_conftest(request: pytest.FixtureRequest) -> Any:
    return request.config.pluginmanager.get_plugin(str(ROOT / "conftest.py"))


@pytest.fixture
def ended(root_conftest: Any) -> Callable[..., int]:
    """The exit status of a run that generated so many cases."""

    def end(cases: int, *args: str, **options: Any) -> int:
        when = {"when": "call", "user_properties": [(root_conftest.GENERATED, cases)]}
        other = {"when": "setup", "user_properties": [(root_conftest.GENERATED, 9**9)]}
        reports = [SimpleNamespace(**when), SimpleNamespace(**other)]
        reporter = SimpleNamespace(stats={"passed": reports, "deselected": [object()]})
        config = SimpleNamespace(
            args=list(args),
            option=SimpleNamespace(**{"keyword": "", "markexpr": "", **options}),
            invocation_params=SimpleNamespace(dir=ROOT),
            pluginmanager=SimpleNamespace(get_plugin=lambda name: reporter),
        )
        session = SimpleNamespace(config=config, exitstatus=pytest.ExitCode.OK)
        root_conftest.pytest_sessionfinish(session)
        return int(session.exitstatus)

    return end


def test_twenty_thousand_are_demanded(root_conftest: Any) -> None:
    assert root_conftest.LEAST_CASES >= 20_000


@pytest.mark.parametrize("args", [["properties"], ["."], ["tests", "properties"]])
def test_a_run_of_all_properties_needs_its_cases(
    args: list[str], ended: Callable[..., int], root_conftest: Any
) -> None:
    assert ended(root_conftest.LEAST_CASES, *args) == pytest.ExitCode.OK
    few = root_conftest.LEAST_CASES - 1
    assert ended(few, *args) == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    "args", [["tests"], ["properties/test_claims.py"], ["properties/test_a.py::test_b"]]
)
def test_a_part_of_them_does_not(args: list[str], ended: Callable[..., int]) -> None:
    assert ended(0, *args) == pytest.ExitCode.OK


@pytest.mark.parametrize(
    "options", [{"keyword": "mask"}, {"markexpr": "nightly"}, {"slth_statement": ["x"]}]
)
def test_nor_does_a_choice(options: dict[str, Any], ended: Callable[..., int]) -> None:
    assert ended(0, "properties", **options) == pytest.ExitCode.OK


def test_cases_are_counted_as_hypothesis_counts_them(
    root_conftest: Any, request: pytest.FixtureRequest
) -> None:
    from hypothesis import assume, given, settings
    from hypothesis import strategies as st

    decided = []

    @settings(max_examples=30, database=None, deadline=None)
    @given(st.integers(0, 1 << 20))
    def check(number: int) -> None:
        assume(number % 2)
        decided.append(number)

    item = SimpleNamespace(path=ROOT / "properties" / "test_x.py", user_properties=[])
    hook = root_conftest.pytest_runtest_call(item)
    next(hook)
    check()
    hook.close()
    assert item.user_properties == [(root_conftest.GENERATED, len(decided))]
    assert len(decided) == 30
