"""Every check has planted lies and is bound to the reference somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slth_verify import conformance
from slth_verify.conformance._checks import CHECKS as CHECKS_BY_NAME

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


def test_every_check_can_be_run_again_by_name() -> None:
    assert sorted(CHECKS_BY_NAME) == CHECKS
