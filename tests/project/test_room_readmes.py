"""Every room says what it is for, in words whose files exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import slth_verify

PACKAGE = Path(slth_verify.__file__).parent
ENDINGS = "py|j2|css|js|toml|json"


def missing(readme: Path, package: Path) -> list[str]:
    """Files and folders that a README names, and that are nowhere it may mean."""
    return sorted(
        {name for name in _named(readme) if not _is_there(name, readme, package)}
    )


def _named(readme: Path) -> Iterator[str]:
    for word in re.findall(r"`([\w./]+)`", readme.read_text(encoding="utf-8")):
        path = "/" in word or re.search(rf"\.({ENDINGS})$", word)
        if path and "..." not in word:
            yield word.rstrip("/")


def _is_there(name: str, readme: Path, package: Path) -> bool:
    """Below the room, beside it, from the package, or from the repository."""
    names = (name, f"{name}.py")
    above = (readme.parent.parent, package, package.parent)
    return any(
        any(readme.parent.rglob(one)) or any((place / one).exists() for place in above)
        for one in names
    )


def test_every_room_has_a_readme() -> None:
    rooms = {path.parent for path in PACKAGE.glob("*/__init__.py")}
    assert [room.name for room in rooms if not (room / "README.md").is_file()] == []


def test_files_that_are_named_are_there() -> None:
    readmes = sorted(PACKAGE.rglob("README.md"))
    assert len(readmes) > 15
    found = {str(readme.parent): missing(readme, PACKAGE) for readme in readmes}
    assert {room: names for room, names in found.items() if names} == {}


def test_a_file_that_moved_is_missed(tmp_path: Path) -> None:
    room = tmp_path / "made_up" / "room"
    (room / "sub").mkdir(parents=True)
    for name in ("sub/there.py", "top.py"):
        (room / name).touch()
    readme = room / "README.md"
    readme.write_text(
        "`sub/` has `sub/there` and `there.py`, `made_up/room/top.py` and `room/top`; "
        "`sub/gone`, `gone.py`, `away/` and `sub/_there.py` are not; `a.b` and "
        "`test_....py` are no paths."
    )
    expected = ["away", "gone.py", "sub/_there.py", "sub/gone"]
    assert missing(readme, tmp_path / "made_up") == expected
