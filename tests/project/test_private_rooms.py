"""Files in a sub-room carry no underscore: the lint step keeps them private.

Its contracts name who may import them; here, no sub-room is without such a contract.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import slth_verify

PACKAGE = Path(slth_verify.__file__).parent
PROJECT = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())
CONTRACTS = PROJECT["tool"]["importlinter"]["contracts"]


def sub_rooms(package: Path) -> set[str]:
    """Packages inside a room, by dotted name."""
    return {
        ".".join((package.name, *file.parent.relative_to(package).parts))
        for file in package.glob("*/*/__init__.py")
    }


def underscored(package: Path) -> list[str]:
    """Files below a sub-room whose name has an underscore before it."""
    return sorted(
        file.relative_to(package).as_posix()
        for file in package.glob("*/*/**/_*.py")
        if not file.name.startswith("__")
    )


def kept_private(contracts: Iterable[dict[str, Any]]) -> set[str]:
    """Sub-rooms whose files a contract keeps from the rooms that it does not name."""
    return {
        protected.removesuffix(".*")
        for contract in contracts
        if contract["type"] == "protected"
        and "slth_verify" not in contract["allowed_importers"]
        for protected in contract["protected_modules"]
        if protected.endswith(".*")
    }


def test_files_in_sub_rooms_carry_no_underscore() -> None:
    assert underscored(PACKAGE) == []


def test_every_sub_room_is_kept_private() -> None:
    assert kept_private(CONTRACTS) == sub_rooms(PACKAGE)


def test_a_planted_underscore_is_found(tmp_path: Path) -> None:
    for name in ("_room.py", "room/_top.py", "room/sub/_inner.py", "room/sub/a/_b.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert underscored(tmp_path) == ["room/sub/_inner.py", "room/sub/a/_b.py"]


@pytest.mark.parametrize(
    ("key", "lie"),
    {
        "type": "forbidden",
        "protected_modules": ["slth_verify.sweep.plan"],
        "allowed_importers": ["slth_verify"],
    }.items(),
)
def test_a_contract_that_keeps_nothing_private_counts_for_none(
    key: str, lie: object
) -> None:
    (honest,) = (c for c in CONTRACTS if c["name"] == "inside sweeps")
    assert kept_private([honest]) == {"slth_verify.sweep.kinds"}
    assert "slth_verify.sweep.kinds" not in kept_private([honest | {key: lie}])
