"""A folder of the package has few enough files to tell them apart by their names.

Whoever looks for something reads the list of a folder and guesses; among twenty files
that is a search. A folder of so many has concepts in it that are rooms of their own.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import slth_verify

PACKAGE = Path(slth_verify.__file__).parent

#: So many modules are too many; ``__init__.py``, which speaks of the others, is none.
TOO_MANY = 20


def crowded(root: Path) -> dict[str, int]:
    """Folders with too many modules, and how many these are."""
    modules = Counter(
        file.parent.relative_to(root).as_posix()
        for file in root.rglob("*.py")
        if file.name != "__init__.py"
    )
    return {folder: count for folder, count in modules.items() if count >= TOO_MANY}


def test_no_folder_has_too_many_modules() -> None:
    assert crowded(PACKAGE) == {}


@pytest.mark.parametrize("folder", [".", "room", "room/sub"])
def test_a_crowded_folder_is_found(tmp_path: Path, folder: str) -> None:
    place = tmp_path / folder
    place.mkdir(parents=True, exist_ok=True)
    for name in ("__init__.py", "README.md", "style.css"):
        (place / name).touch()
    for number in range(TOO_MANY - 1):
        (place / f"part_{number}.py").touch()
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "other.py").touch()
    assert crowded(tmp_path) == {}
    (place / "_one_more.py").touch()
    assert crowded(tmp_path) == {folder: TOO_MANY}
