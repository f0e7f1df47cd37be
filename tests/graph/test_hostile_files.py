"""Graph files that nobody vouches for: refused in words, within seconds."""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetGraph

KEY = "slth_verify_graph"
SECONDS = 10

INPUT = {
    "kind": "input",
    "name": "x",
    "sources": [],
    "shape": [1, 4, 4],
    "low": ["0"],
    "high": ["1"],
}
CONV = {
    "kind": "convolution",
    "name": "conv",
    "sources": ["x"],
    "weight": "F32",
    "bias": None,
    "stride": [1, 1],
    "dilation": [1, 1],
    "padding": [1, 1, 1, 1],
    "padding_mode": "zeros",
    "groups": 1,
}
CLIP = {"kind": "clip", "name": "end", "sources": ["conv"], "low": "0", "high": "13/2"}
NORM = {
    "kind": "batch-norm",
    "name": "norm",
    "sources": ["x"],
    "epsilon": "1/100000",
    **dict.fromkeys(("scale", "shift", "mean", "variance"), "F64"),
}
POOL = {
    "kind": "average-pool",
    "name": "pool",
    "sources": ["x"],
    "window": [2, 2],
    "stride": [2, 2],
    "padding": [0, 0, 0, 0],
    "counts_padding": True,
}
WEIGHT = {"conv.weight": np.ones((2, 1, 3, 3), np.float32)}
NORMS = {f"norm.{name}": np.ones(1) for name in ("scale", "shift", "mean", "variance")}


def document(*nodes: Any, **changes: Any) -> str:
    listed = list(nodes) or [INPUT, CONV, CLIP]
    return json.dumps({"schema_version": 1, "name": "g", "nodes": listed} | changes)


def file_of(description: str | None, tensors: Any = None) -> bytes:
    metadata = None if description is None else {KEY: description}
    return bytes(save(WEIGHT if tensors is None else tensors, metadata))


def conv(**changes: Any) -> bytes:
    return file_of(document(INPUT, CONV | changes, CLIP))


def first(**changes: Any) -> bytes:
    return file_of(document(INPUT | changes, CONV, CLIP))


def clip(**changes: Any) -> bytes:
    return file_of(document(INPUT, CONV, CLIP | changes))


def alone(node: dict[str, Any], tensors: Any = None, **changes: Any) -> bytes:
    return file_of(document(INPUT, node | changes), {} if tensors is None else tensors)


def without(node: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name != key}


def weight(array: Any) -> bytes:
    return file_of(document(), {"conv.weight": array})


def raw(header: str | bytes, data: bytes = b"", length: int | None = None) -> bytes:
    encoded = header.encode() if isinstance(header, str) else header
    size = len(encoded) if length is None else length
    return size.to_bytes(8, "little") + encoded + data


def reheaded(change: Callable[[str], str]) -> bytes:
    """The good file with its header's text changed."""
    good = file_of(document())
    size = int.from_bytes(good[:8], "little")
    return raw(change(good[8 : 8 + size].decode()), good[8 + size :])


def chain(count: int) -> list[dict[str, Any]]:
    relu = {"kind": "rectifier", "slopes": ["0"]}
    names = [f"{i}" for i in range(count)]
    nodes = [
        relu | {"name": name, "sources": [before]}
        for before, name in zip(["x", *names], names, strict=False)
    ]
    return [INPUT, *nodes]


def pools(count: int) -> list[dict[str, Any]]:
    """The widest windows that are read, then one that does not fit."""
    wide = POOL | {"window": [4097] * 2, "stride": [1, 1], "padding": [4096] * 4}
    names = [f"{i}" for i in range(count)]
    nodes = [
        wide | {"name": name, "sources": [before]}
        for before, name in zip(["x", *names], names, strict=False)
    ]
    nodes[-1] = nodes[-1] | {"window": [1 << 20, 1]}
    return [INPUT, *nodes]


TWICE = '"conv.weight":{"dtype":"F32","shape":[2,1,3,3],"data_offsets":[0,72]}'

HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "seven bytes": lambda: b"\0" * 7,
    "no header": lambda: raw(""),
    "header of 2^63 bytes": lambda: raw("{}", length=1 << 63),
    "header is a list": lambda: raw("[]"),
    "header nests deeply": lambda: raw('{"a":' * 100_000),
    "header with a long integer": lambda: raw('{"a":' + "9" * 10_000 + "}"),
    "header is no UTF-8": lambda: raw(b'{"\xff":1}'),
    "metadata is null": lambda: raw('{"__metadata__":null}'),
    "no description": lambda: file_of(None),
    "another description": lambda: bytes(
        save(WEIGHT, {"slth_verify_target": document()})
    ),
    "description is text": lambda: file_of("hello"),
    "description is a list": lambda: file_of("[]"),
    "description is null": lambda: file_of("null"),
    "description nests deeply": lambda: file_of("[" * 100_000 + "]" * 100_000),
    "sources nest deeply": lambda: conv(sources=json.loads("[" * 60 + "]" * 60)),
    "NaN": lambda: file_of(document().replace('"schema_version": 1', '"a": NaN')),
    "a key twice": lambda: file_of(document().replace("{", '{"name": "a", ', 1)),
    "unknown key": lambda: file_of(document(readout="none")),
    "missing key": lambda: file_of('{"schema_version": 1, "name": "g"}'),
    "schema 2": lambda: file_of(document(schema_version=2)),
    "schema true": lambda: file_of(document(schema_version=True)),
    "schema 1.0": lambda: file_of(document(schema_version=1.0)),
    "name is a number": lambda: file_of(document(name=3)),
    "name is null": lambda: file_of(document(name=None)),
    "name too long": lambda: file_of(document(name="x" * 1001)),
    "name with a surrogate": lambda: file_of(document(name="\ud800")),
    "no nodes": lambda: file_of(document(nodes=[])),
    "nodes are an object": lambda: file_of(document(nodes={"0": INPUT})),
    "nodes are text": lambda: file_of(document(nodes="input")),
    "a node is a list": lambda: file_of(document(INPUT, [CONV], CLIP)),
    "a node is null": lambda: file_of(document(INPUT, None, CLIP)),
    "1,001 nodes": lambda: file_of(document(*chain(1001)), {}),
    "60,000 nodes": lambda: file_of(document(*chain(60_000)), {}),
    "2,000,000 nodes": lambda: file_of(document(nodes=[0] * 2_000_000), {}),
    "kind unknown": lambda: conv(kind="\x1b[2J"),
    "kind is a list": lambda: conv(kind=["convolution"]),
    "kind missing": lambda: file_of(document(INPUT, without(CONV, "kind"), CLIP)),
    "kind of another node": lambda: conv(kind="dense"),
    "a node's key is unknown": lambda: conv(output_padding=[0, 0]),
    "a node's key is missing": lambda: file_of(
        document(INPUT, without(CONV, "groups"), CLIP)
    ),
    "node's name is empty": lambda: clip(name=""),
    "node's name is a number": lambda: clip(name=0),
    "node's name with a surrogate": lambda: clip(name="\udc00"),
    "two nodes of one name": lambda: file_of(
        document(INPUT, CONV, CONV | {"sources": ["conv"]}, CLIP)
    ),
    "two nodes of one name, no weights": lambda: clip(name="x"),
    "sources are text": lambda: conv(sources="x"),
    "sources are numbers": lambda: conv(sources=[0]),
    "no sources": lambda: conv(sources=[]),
    "a source is missing": lambda: conv(sources=["\x1b[2J\u202e"]),
    "a source comes later": lambda: conv(sources=["end"]),
    "its own source": lambda: conv(sources=["conv"]),
    "a million sources": lambda: alone(
        {"kind": "sum", "name": "end", "sources": ["x"] * 1_000_000}
    ),
    "a million missing sources": lambda: alone(
        {"kind": "sum", "name": "end", "sources": ["y"] * 1_000_000}
    ),
    "leads nowhere": lambda: clip(sources=["x"]),
    "two inputs": lambda: file_of(document(INPUT, INPUT | {"name": "y"}), {}),
    "no input": lambda: file_of(document(CONV, CLIP)),
    "input with a source": lambda: first(sources=["x"]),
    "shape of floats": lambda: first(shape=[1, 4.0, 4]),
    "shape of text": lambda: first(shape=["1", "4", "4"]),
    "shape true": lambda: first(shape=[True, 4, 4]),
    "shape zero": lambda: first(shape=[1, 0, 4]),
    "shape negative": lambda: first(shape=[1, -4, -4]),
    "shape huge": lambda: first(shape=[1, 10**30, 4]),
    "shape empty": lambda: first(shape=[]),
    "shape null": lambda: first(shape=None),
    "shape of four axes": lambda: first(shape=[1, 4, 4, 4]),
    "shape of a million axes": lambda: first(shape=[1] * 1_000_000),
    "other channels": lambda: first(shape=[2, 4, 4], low=["0"] * 2, high=["1"] * 2),
    "box upside down": lambda: first(low=["1"], high=["0"]),
    "box of two channels": lambda: first(low=["0", "0"]),
    "box of a million": lambda: first(low=[str(i) for i in range(800_000)]),
    "box is text": lambda: first(low="0"),
    "a bound is a float": lambda: first(high=[1.0]),
    "a bound is an integer": lambda: first(high=[1]),
    "a bound is null": lambda: first(high=[None]),
    "a bound is a decimal": lambda: first(high=["1.0"]),
    "a bound not in lowest terms": lambda: first(high=["2/2"]),
    "a bound with a plus": lambda: first(high=["+1"]),
    "a bound with a space": lambda: first(high=[" 1"]),
    "a bound with an underscore": lambda: first(high=["1_0"]),
    "a bound minus zero": lambda: first(low=["-0"]),
    "a bound with digits of another script": lambda: first(high=["\u0661"]),
    "a bound 1e5000": lambda: first(high=["1e5000"]),
    "a bound 1e999999999999": lambda: first(high=["1e999999999999"]),
    "a bound of a million digits": lambda: first(high=["9" * 1_000_000]),
    "a bound over 0": lambda: first(high=["1/0"]),
    "a bound nan": lambda: first(high=["nan"]),
    "a bound infinite": lambda: first(high=["inf"]),
    "thresholds upside down": lambda: clip(low="7", high="6"),
    "thresholds equal": lambda: clip(low="6", high="6"),
    "a threshold is a list": lambda: clip(low=["0"]),
    "slopes above 1": lambda: alone(chain(1)[1], slopes=["3/2"]),
    "slopes negative": lambda: alone(chain(1)[1], slopes=["-1/2"]),
    "no slopes": lambda: alone(chain(1)[1], slopes=[]),
    "slopes for other channels": lambda: alone(chain(1)[1], slopes=["0", "0"]),
    "groups 0": lambda: conv(groups=0),
    "groups negative": lambda: conv(groups=-1),
    "groups true": lambda: conv(groups=True),
    "groups do not fit": lambda: conv(groups=2),
    "groups huge": lambda: conv(groups=10**300),
    "stride 0": lambda: conv(stride=[0, 1]),
    "stride short": lambda: conv(stride=[1]),
    "stride is a number": lambda: conv(stride=1),
    "dilation wide": lambda: conv(dilation=[100, 1]),
    "padding negative": lambda: conv(padding=[-1, 1, 1, 1]),
    "padding huge": lambda: conv(padding=[10**9, 1, 1, 1]),
    "padding short": lambda: conv(padding=[1, 1]),
    "padding null": lambda: conv(padding=None),
    "padding mode unknown": lambda: conv(padding_mode="mirror"),
    "padding mode is a list": lambda: conv(padding_mode=["zeros"]),
    "padding reflects too much": lambda: conv(
        padding_mode="reflect", padding=[4, 0, 0, 0]
    ),
    "counts 1": lambda: alone(POOL, counts_padding=1),
    "counts as text": lambda: alone(POOL, counts_padding="true"),
    "window 0": lambda: alone(POOL, window=[0, 2]),
    "window beside the image": lambda: alone(POOL, padding=[2, 0, 0, 0]),
    "a thousand wide pools": lambda: file_of(document(*pools(999)), {}),
    "axes twice": lambda: alone(
        {"kind": "permute", "name": "p", "sources": ["x"], "axes": [0, 1, 1]}
    ),
    "a million axes": lambda: alone(
        {"kind": "permute", "name": "p", "sources": ["x"], "axes": [0] * 1_000_000}
    ),
    "reshaped to more": lambda: alone(
        {"kind": "reshape", "name": "r", "sources": ["x"], "shape": [17]}
    ),
    "cropped to nothing": lambda: alone(
        {
            "kind": "crop",
            "name": "c",
            "sources": ["x"],
            "starts": [0, 2, 0],
            "stops": [1, 2, 4],
        }
    ),
    "epsilon 0": lambda: alone(NORM, NORMS, epsilon="0"),
    "epsilon negative": lambda: alone(NORM, NORMS, epsilon="-1"),
    "epsilon is a float": lambda: alone(NORM, NORMS, epsilon=1e-5),
    "variance negative": lambda: alone(NORM, NORMS | {"norm.variance": -np.ones(1)}),
    "variance NaN": lambda: alone(NORM, NORMS | {"norm.variance": np.ones(1) * np.nan}),
    "a scale for other channels": lambda: alone(
        NORM, NORMS | {"norm.scale": np.ones(2)}
    ),
    "no scale": lambda: alone(NORM, without(NORMS, "norm.scale"), scale=None),
    "no tensors": lambda: file_of(document(), {}),
    "a tensor that nobody uses": lambda: file_of(
        document(), WEIGHT | {"conv.bias": np.ones(2, np.float32)}
    ),
    "a stranger": lambda: file_of(
        document(), WEIGHT | {"\x1b[2J": np.ones(1, np.float32)}
    ),
    "a bias is missing": lambda: conv(bias="F32"),
    "5,000 tensors": lambda: file_of(
        document(), {f"{i}.weight": np.ones(1, np.float32) for i in range(5000)}
    ),
    "weight null": lambda: file_of(document(INPUT, CONV | {"weight": None}, CLIP), {}),
    "weight inline": lambda: conv(weight=[[[[1.0]]]]),
    "dtype false": lambda: conv(weight=False),
    "dtype F16": lambda: file_of(
        document(INPUT, CONV | {"weight": "F16"}, CLIP),
        {"conv.weight": np.ones((2, 1, 3, 3), np.float16)},
    ),
    "dtype I64": lambda: file_of(
        document(INPUT, CONV | {"weight": "I64"}, CLIP),
        {"conv.weight": np.ones((2, 1, 3, 3), np.int64)},
    ),
    "float64 instead of float32": lambda: weight(np.ones((2, 1, 3, 3))),
    "float16": lambda: weight(np.ones((2, 1, 3, 3), np.float16)),
    "int64": lambda: weight(np.ones((2, 1, 3, 3), np.int64)),
    "bool": lambda: weight(np.ones((2, 1, 3, 3), np.bool_)),
    "three axes": lambda: weight(np.ones((2, 1, 3), np.float32)),
    "an empty axis": lambda: weight(np.ones((0, 1, 3, 3), np.float32)),
    "infinite weights": lambda: weight(np.full((2, 1, 3, 3), -np.inf, np.float32)),
    "kernel larger than the image": lambda: weight(np.ones((2, 1, 7, 7), np.float32)),
    "a tensor twice": lambda: reheaded(lambda text: f"{{{TWICE},{text[1:]}"),
    "a tensor of overflowing shape": lambda: reheaded(
        lambda text: text.replace("[2,1,3,3]", f"[{1 << 40},{1 << 40},3,3]")
    ),
    "a shape is text": lambda: reheaded(
        lambda text: text.replace("[2,1,3,3]", '"2133"')
    ),
    "offsets beyond the file": lambda: reheaded(
        lambda text: text.replace("[0,72]", "[0,720000000]")
    ),
    "offsets backward": lambda: reheaded(lambda text: text.replace("[0,72]", "[72,0]")),
    "longer": lambda: file_of(document()) + b"\0",
    "shorter": lambda: file_of(document())[:-1],
}


def refused(path: Path) -> str:
    began = time.process_time()
    with pytest.raises(InvalidTargetError) as caught:
        TargetGraph.from_file(path)
    assert time.process_time() - began < SECONDS
    message = str(caught.value)
    assert message.isprintable()
    assert "readable" in message
    assert len(message) < 1500
    return message


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_words(name: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.safetensors"
    path.write_bytes(HOSTILE[name]())
    refused(path)


@pytest.mark.parametrize(
    "good",
    [
        lambda: file_of(document()),
        lambda: alone(NORM, NORMS),
        lambda: alone(POOL),
        lambda: file_of(document(*chain(999)), {}),
    ],
)
def test_the_good_files_are_read(good: Callable[[], bytes], tmp_path: Path) -> None:
    path = tmp_path / "graph.safetensors"
    path.write_bytes(good())
    assert TargetGraph.from_file(path).input.shape == (1, 4, 4)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


PLACES: dict[str, Callable[[Path], Any]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path),
    "a terabyte": _sparse,
    "nothing": lambda path: None,
}


@pytest.mark.parametrize("name", PLACES)
def test_what_is_no_file_is_refused_at_once(name: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.safetensors"
    PLACES[name](path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(path)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 1 << 18  # KiB


@pytest.mark.parametrize(
    "path", ["a\0b", "", "x" * 5000, "\udcff", "a\x1b[2J", 3, None]
)
def test_what_is_no_path_is_refused(path: Any) -> None:
    refused(path)


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
        graph = TargetGraph.from_file(path)
    except InvalidTargetError:
        return
    again = path.with_name("again.safetensors")
    graph.save(again)
    header = path.read_bytes()
    read = TargetGraph.from_file(again)
    assert read.sha256 == graph.sha256
    assert read.name == graph.name
    assert _described(again.read_bytes()) == _described(header)


def _described(data: bytes) -> Any:
    """The description that a file holds, with its JSON types, and its weights."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    description = json.loads(header["__metadata__"][KEY])
    return json.dumps(description, sort_keys=True), data[8 + size :]
