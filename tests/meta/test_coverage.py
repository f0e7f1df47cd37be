"""Every check has planted lies and is bound to the reference somewhere."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from hypothesis import settings

from slth_verify import conformance
from slth_verify.conformance import ConformanceFailure
from slth_verify.conformance.lies import Lie, planted_lies
from slth_verify.conformance.running.checks import CHECKS as CHECKS_BY_NAME

ROOT = Path(__file__).parents[2]
CHECKS = [name for name in conformance.__all__ if name.startswith("check_")]


def _text(folder: Path, pattern: str) -> str:
    return "\n".join(path.read_text() for path in sorted(folder.glob(pattern)))


def test_there_are_checks() -> None:
    assert len(CHECKS) >= 10


@pytest.mark.parametrize("name", CHECKS)
def test_check_has_planted_lies(name: str) -> None:
    lies = _text(Path(__file__).parent, "test_lies_*.py")
    assert re.search(rf"pytest\.raises\(ConformanceFailure.*\n +{name}\(", lies)


@pytest.mark.parametrize("name", CHECKS)
def test_check_is_run_on_the_reference(name: str) -> None:
    assert f"    {name}(" in _text(ROOT / "properties", "test_*.py")


def test_property_files_are_thin() -> None:
    for path in (ROOT / "properties").glob("test_*.py"):
        assert len(path.read_text().splitlines()) <= 50, path.name


def _attack(lie: Lie, hunt: settings) -> None:
    check = CHECKS_BY_NAME[lie.check]
    drawn = "settings" in inspect.signature(check).parameters
    check(*lie.given, **lie.options, **({"settings": hunt} if drawn else {}))


@pytest.mark.parametrize(
    "lie",
    [
        x
        for x in planted_lies()
        if x.check in ("check_layer_error", "check_accumulation")
    ],
    ids=lambda lie: lie.name,
)
def test_shipped_lie_about_errors_is_caught(lie: Lie, hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match=lie.statement):
        _attack(lie, hunt)


def test_shipped_lies_have_names_of_their_own() -> None:
    named = [(lie.check, lie.name) for lie in planted_lies()]
    assert len(set(named)) == len(named) > 60


def test_every_check_can_be_run_again_by_name() -> None:
    # what is checked there is a statement, which no command line can hand over
    assert sorted({*CHECKS_BY_NAME, "check_claims"}) == CHECKS
