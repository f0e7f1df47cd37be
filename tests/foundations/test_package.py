"""What the package shows of itself."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from handmade.nightly import nightly_but

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
    "suite",
    "sweep",
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


#: Without those that take long to load again; all of them are loaded nightly.
LIGHT = [x for x in ROOMS if x not in ("conformance", "statements", "strategies")]


@pytest.mark.parametrize("first", nightly_but([LIGHT], [LIGHT, ROOMS]), ids=len)
def test_every_room_is_there_after_the_import(first: list[str]) -> None:
    code = """
        import sys
        import slth_verify as sv
        rooms = sys.argv[1].split()
        loaded = {name for name in sys.modules if name.startswith("slth_verify")}
        for room in rooms:  # each as the first that is asked for
            for name in set(sys.modules) - loaded:
                if name.startswith("slth_verify."):
                    del sys.modules[name]
            vars(sv).pop(room, None)
            print(getattr(sv, room).__name__)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), " ".join(first)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [f"slth_verify.{room}" for room in first]


def test_other_names_are_no_attributes() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        sv.nonsense  # noqa: B018
