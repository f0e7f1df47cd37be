"""Imports of the package form no circle, and leave private files to their rooms.

Every import counts: those inside functions and those for type checkers alike. They hide
a circle from Python, not from a reader.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

import slth_verify

PACKAGE = Path(slth_verify.__file__).parent

Graph = Mapping[str, frozenset[str]]


def import_graph(package: Path) -> Graph:
    """For each module of a package, by dotted name, the modules that it imports."""
    files = {_name(package, file): file for file in package.rglob("*.py")}
    return {
        name: frozenset(_imported(name, file, files)) - {name}
        for name, file in files.items()
    }


def circles(graph: Graph) -> list[frozenset[str]]:
    """Sets of two or more modules each of which imports, in the end, all others."""
    reached = {name: _reached(graph, name) for name in graph}
    found = {
        frozenset(other for other in reached[name] if name in reached[other])
        for name in graph
    }
    return sorted((circle for circle in found if circle), key=sorted)


def trespasses(graph: Graph) -> list[tuple[str, str]]:
    """Imports of a file with an underscore by modules outside its folder."""
    return sorted(
        (name, other)
        for name in graph
        for other in graph[name]
        if (room := _private_to(other)) and not f"{name}.".startswith(f"{room}.")
    )


def _private_to(name: str) -> str | None:
    """The folder that the first underscore in a module's name shuts off."""
    parts = name.split(".")
    inside = [n for n, part in enumerate(parts) if part.startswith("_")]
    return ".".join(parts[: inside[0]]) if inside else None


def _name(package: Path, file: Path) -> str:
    parts = file.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(name: str, file: Path, known: Iterable[str]) -> Iterator[str]:
    room = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (item.name for item in node.names if item.name in known)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = room.split(".")[: room.count(".") + 2 - node.level]
                base = ".".join([*above, *base.split(".")]).rstrip(".")
            for item in node.names:
                inner = f"{base}.{item.name}"
                if inner in known or base in known:
                    yield inner if inner in known else base


def _reached(graph: Graph, start: str) -> frozenset[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph[waiting.pop()] - found
        found |= new
        waiting += new
    return frozenset(found)


def _told(circle: frozenset[str], graph: Graph) -> str:
    """The imports within a circle, a line each."""
    return "\n".join(
        f"  {name} -> {other}"
        for name in sorted(circle)
        for other in sorted(graph[name] & circle)
    )


def test_there_is_no_circle() -> None:
    graph = import_graph(PACKAGE)
    found = circles(graph)
    if found:
        told = "\n\n".join(_told(circle, graph) for circle in found)
        pytest.fail(f"modules import each other:\n{told}", pytrace=False)


def test_files_with_an_underscore_are_imported_in_their_room_alone() -> None:
    assert trespasses(import_graph(PACKAGE)) == []


HONEST = {
    "__init__.py": "from made_up.data import Thing",
    "data.py": "class Thing: ...",
    "reader.py": "from . import data",
    "room/__init__.py": "from ..reader import read",
    "room/inner.py": "import made_up.room\nfrom json import loads",
}
TRESPASSES = {
    "a file": "from made_up.room._own import x",
    "a name": "from .room import _own",
    "in a function": "def f():\n    import made_up.room._own",
}
LIES = {
    "at the top": ("data.py", "from made_up.reader import read"),
    "in a function": ("data.py", "def f():\n    from made_up import reader"),
    "for type checkers": ("data.py", "if TYPE_CHECKING:\n    import made_up.reader"),
    "by its place": ("data.py", "from .room import inner"),
    "through a room": ("room/__init__.py", "from made_up.room.inner import x"),
}


def _made_up(folder: Path, files: Mapping[str, str]) -> Graph:
    for name, text in files.items():
        path = folder / "made_up" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return import_graph(folder / "made_up")


def test_the_finder_finds_none_where_there_is_none(tmp_path: Path) -> None:
    graph = _made_up(tmp_path, HONEST)
    assert graph["made_up.room"] == {"made_up.reader"}
    assert graph["made_up.room.inner"] == {"made_up.room"}
    assert circles(graph) == []


@pytest.mark.parametrize("lie", LIES)
def test_the_finder_finds_a_planted_circle(tmp_path: Path, lie: str) -> None:
    name, text = LIES[lie]
    (circle,) = circles(_made_up(tmp_path, HONEST | {name: f"{text}\n"}))
    assert f"made_up.{name.partition('/')[0].removesuffix('.py')}" in circle
    assert len(circle) >= 2


def test_private_files_are_for_all_below_their_folder(tmp_path: Path) -> None:
    files = {
        "_version.py": "",
        "room/_own.py": "from made_up import _version",
        "room/sub/user.py": "from made_up.room._own import x",
    }
    assert trespasses(_made_up(tmp_path, HONEST | files)) == []


@pytest.mark.parametrize("lie", TRESPASSES)
def test_the_finder_finds_a_planted_trespass(tmp_path: Path, lie: str) -> None:
    files = {"room/_own.py": "", "data.py": f"{TRESPASSES[lie]}\n"}
    found = trespasses(_made_up(tmp_path, HONEST | files))
    assert found == [("made_up.data", "made_up.room._own")]
