"""What the package shows of itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

import slth_verify as sv

ROOMS = [
    "bounds",
    "conformance",
    "construction",
    "enclosure",
    "errors",
    "network",
    "report",
    "statements",
    "strategies",
    "subset_sum",
    "ticket",
    "verdict",
]


def test_public_names_are_listed_and_nothing_is_left_over() -> None:
    listed = set(dir(sv))
    assert listed == set(sv.__all__)
    assert {"prune", "check", "TargetCNN", "RandomCNN", "statement", *ROOMS} <= listed
    assert not listed & {"Any", "TYPE_CHECKING", "annotations", "import_module"}
    for name in listed:
        assert getattr(sv, name) is not None


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_there_after_the_import(room: str) -> None:
    code = f"import slth_verify as sv; print(sv.{room}.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"slth_verify.{room}\n"


def test_other_names_are_no_attributes() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        sv.nonsense  # noqa: B018
