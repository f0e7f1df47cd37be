"""Graph files that nobody vouches for: refused in words, within seconds."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from handmade.graph_files import (
    CLIP,
    CONV,
    INPUT,
    NORM,
    NORMS,
    POOL,
    WEIGHT,
    alone,
    chain,
    document,
    file_of,
    raw,
    refused,
    reheaded,
    weight,
)
from safetensors.numpy import save

from slth_verify.graph import TargetCNN

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
    "no tensors": lambda: file_of(document(), {}),
    "a tensor that nobody uses": lambda: file_of(
        document(), WEIGHT | {"conv.bias": np.ones(2, np.float32)}
    ),
    "a stranger": lambda: file_of(
        document(), WEIGHT | {"\x1b[2J": np.ones(1, np.float32)}
    ),
    "5,000 tensors": lambda: file_of(
        document(), {f"{i}.weight": np.ones(1, np.float32) for i in range(5000)}
    ),
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
    assert TargetCNN.from_file(path).input.shape == (1, 4, 4)


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
