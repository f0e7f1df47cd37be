"""Graph files changed at random: refused in words, or read as they are written."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from handmade.graph_files import (
    CLIP,
    CONV,
    INPUT,
    KEY,
    document,
    file_of,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetCNN

#: Leaves that stand in the place of any value of a description.
LEAVES = st.sampled_from(
    [
        *(
            0,
            1,
            2,
            -1,
            1.0,
            1e300,
            10**40,
            True,
            False,
            None,
            "",
            "0",
            "1",
            "-1",
            "1/2",
        ),
        *("1e5000", "2/4", "NaN", "x", "conv", "end", "F32", "F64", "zeros", "reflect"),
        *([], {}, [0], ["0"], ["x"], ["conv"], [1, 1], [2, 1], ["x", "x"], [4, 4, 1]),
        *([0, 0, 0, 0], [1, 1, 2, 2], ["0", "0"], {"kind": "input"}, [None], [[0]]),
        *(float("nan"), float("inf")),
    ]
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    found = [path] if path else []
    return found + [
        place for key, part in inner for place in _places(part, (*path, key))
    ]


GOOD = json.loads(document(INPUT, CONV, CLIP | {"kind": "clip"}))
PATHS = _places(GOOD)


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@given(
    st.lists(
        st.tuples(st.sampled_from(PATHS), LEAVES | st.sampled_from(PATHS)),
        min_size=1,
        max_size=3,
    )
)
@example([(("nodes", 1, "sources"), ("nodes", 2, "sources"))])
@settings(max_examples=300)
def test_changed_descriptions_are_refused_or_read_alike(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[Any, Any]]
) -> None:
    """Leaves of hostile values, and fields put in the place of others."""
    description = json.loads(json.dumps(GOOD))
    for path, leaf in changes:
        value = deepcopy(_at(GOOD, leaf) if isinstance(leaf, tuple) else leaf)
        try:
            _at(description, path[:-1])[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    path = tmp_path_factory.mktemp("hostile") / "graph.safetensors"
    path.write_bytes(file_of(json.dumps(description)))
    _refused_or_alike(path)


@given(
    st.lists(
        st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4
    ),
    st.none() | st.integers(0, 1000),
)
@settings(max_examples=300)
def test_damaged_files_are_refused_or_read_alike(
    tmp_path_factory: pytest.TempPathFactory,
    changes: list[tuple[int, int]],
    cut: int | None,
) -> None:
    data = bytearray(file_of(document()))
    for place, byte in changes:
        data[place % len(data)] = byte
    path = tmp_path_factory.mktemp("damaged") / "graph.safetensors"
    path.write_bytes(data[:cut])
    _refused_or_alike(path)


def _refused_or_alike(path: Path) -> None:
    try:
        graph = TargetCNN.from_file(path)
    except InvalidTargetError:
        return
    again = path.with_name("again.safetensors")
    graph.save(again)
    header = path.read_bytes()
    read = TargetCNN.from_file(again)
    assert read.sha256 == graph.sha256
    assert read.name == graph.name
    assert _described(again.read_bytes()) == _described(header)


def _described(data: bytes) -> Any:
    """The description that a file holds, with its JSON types, and its weights."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    description = json.loads(header["__metadata__"][KEY])
    return json.dumps(description, sort_keys=True), data[8 + size :]
