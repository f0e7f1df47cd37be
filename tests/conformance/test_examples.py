"""The foreign code in ``examples/`` is caught, and the message says why."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "conformance"

#: File, statement that is contradicted, what the message says.
CAUGHT = [
    ("foreign_solver.py", "def:subset-sum-number", "miss the target by"),
    ("foreign_bound.py", "thm:mrss-nsn", "is too small"),
    ("foreign_construction.py", "thm:structured-slth", "differs by at least"),
]


def test_every_example_is_run() -> None:
    files = {path.name for path in FOLDER.glob("*.py")}
    assert files == {name for name, _, _ in CAUGHT}


@pytest.mark.parametrize(("name", "about", "told"), CAUGHT)
def test_the_mistake_is_caught_and_explained(
    name: str, about: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    runpy.run_path(str(FOLDER / name), run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if line.startswith("REFUTED")]
    assert f"({about})" in line
    assert told in line
    assert any(line.startswith("    slth-verify replay slth1.") for line in lines)
