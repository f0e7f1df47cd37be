"""What users import stays as it is, unless somebody changes it on purpose.

After such a change write the list anew, and a line in the changelog:
``python tests/project/test_public_api.py``.
"""

from __future__ import annotations

import difflib
import enum
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import slth_verify as sv

LIST = Path(__file__).with_name("public_api.txt")


def _rooms() -> Iterator[ModuleType]:
    yield sv
    for name in sorted(sv.__all__):
        if isinstance(room := getattr(sv, name), ModuleType):
            yield room


@pytest.mark.parametrize("room", list(_rooms()), ids=lambda room: room.__name__)
def test_a_room_lists_its_public_names_and_no_leftovers(room: ModuleType) -> None:
    if hasattr(room, "__all__"):
        left = {name for name in dir(room) if name[0].isalpha()}
        left -= {*room.__all__}
        left -= {name for name in left if f"{room.__name__}.{name}" in sys.modules}
        assert left <= {"annotations"}  # of the future
        assert set(room.__all__) <= set(dir(room))


def _signature(thing: object) -> str:
    try:
        shown = str(inspect.signature(thing))  # type: ignore[arg-type]
        return re.sub(r" at 0x[0-9a-f]+", "", shown)
    except (TypeError, ValueError):
        return ""


def _members(thing: type) -> set[str]:
    """Of a class and of the package's own classes that it derives from."""
    own = [part for part in thing.__mro__ if part.__module__.startswith("slth_verify")]
    return {*vars(thing), *(name for part in own for name in vars(part))}


def _lines(where: str, thing: object) -> Iterator[str]:
    if isinstance(thing, type) and issubclass(thing, enum.Enum):
        yield f"{where}: {', '.join(member.name for member in thing)}"
    elif isinstance(thing, type):
        yield f"class {where}{_signature(thing)}"
        for name in sorted(_members(thing)):
            if not name.startswith("_"):
                inner = inspect.getattr_static(thing, name)
                inner = getattr(inner, "__func__", inner)
                yield f"  .{name}{_signature(inner) if callable(inner) else ''}"
    elif callable(thing):
        yield f"{where}{_signature(thing)}"
    else:
        yield f"{where}: {type(thing).__name__}"


def public_api() -> str:
    """Every public name with its signature, a line each."""
    lines = []
    for room in _rooms():
        names = getattr(room, "__all__", [x for x in vars(room) if x[0] != "_"])
        for name in sorted(names):
            thing = getattr(room, name)
            if not isinstance(thing, ModuleType):
                lines += _lines(f"{room.__name__}.{name}", thing)
    return "\n".join(lines) + "\n"


def _difference(listed: str, found: str) -> str:
    lines = difflib.unified_diff(
        listed.splitlines(), found.splitlines(), "listed", "found", lineterm="", n=0
    )
    return "\n".join(lines)


def test_the_public_api_is_the_one_that_is_listed() -> None:
    difference = _difference(LIST.read_text(encoding="utf-8"), public_api())
    if difference:
        pytest.fail(f"{__doc__}\n{difference}", pytrace=False)


def test_a_changed_name_is_shown() -> None:
    found = public_api()
    assert "slth_verify.check(" in found
    shown = _difference(
        found, found.replace("slth_verify.check(", "slth_verify.proof(")
    )
    assert "-slth_verify.check(" in shown
    assert "+slth_verify.proof(" in shown


if __name__ == "__main__":
    LIST.write_text(public_api(), encoding="utf-8")
