"""Files of kernels that nobody vouches for: refused in words, at bounded cost."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import stages_of

KEY = "slth_verify_target"
GOOD = {
    "schema_version": 1,
    "name": "net",
    "input_shape": [1, 4, 4],
    "readout": "none",
}


def document(**changes: Any) -> str:
    return json.dumps(GOOD | changes)


def file_of(
    description: str | None,
    tensors: dict[str, torch.Tensor] | None = None,
) -> bytes:
    weights = {"layers.1.weight": torch.ones(2, 1, 3, 3)}
    metadata = None if description is None else {KEY: description}
    return bytes(save(weights if tensors is None else tensors, metadata))


def raw(header: bytes, data: bytes = b"", length: int | None = None) -> bytes:
    size = len(header) if length is None else length
    return size.to_bytes(8, "little") + header + data


def one_tensor(dtype: str = "F32", shape: object = (2, 1, 3, 3), end: int = 72) -> str:
    entry = {"dtype": dtype, "shape": shape, "data_offsets": [0, end]}
    return json.dumps({"__metadata__": {KEY: document()}, "layers.1.weight": entry})


def weight(dtype: torch.dtype) -> dict[str, torch.Tensor]:
    return {"layers.1.weight": torch.ones(2, 1, 3, 3).to(dtype)}


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "seven bytes": b"\0" * 7,
    "no header": raw(b""),
    "header is text": raw(b"hello"),
    "header is a list": raw(b"[]"),
    "header of 2^63 bytes": raw(b"{}", length=1 << 63),
    "header longer than the file": raw(b"{}", length=1000),
    "header nests deeply": raw(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "header with a long integer": raw(b'{"a":' + b"9" * 10_000 + b"}"),
    "key twice": raw(b'{"a":1,"a":2}'),
    "metadata is a list": raw(b'{"__metadata__":["' + KEY.encode() + b'"]}'),
    "metadata is null": raw(b'{"__metadata__":null}'),
    "no description": file_of(None),
    "description is text": file_of("hello"),
    "description is a list": file_of("[]"),
    "description is null": file_of("null"),
    "description nests deeply": file_of("[" * 100_000 + "]" * 100_000),
    "description with NaN": file_of('{"schema_version": NaN}'),
    "description with a long integer": file_of(
        '{"schema_version": ' + "9" * 5000 + "}"
    ),
    "description with 1e999": file_of('{"schema_version": 1e999}'),
    "description with a key twice": file_of('{"name": "a", "name": "b"}'),
    "unknown key": file_of(document(bias=True)),
    "missing key": file_of(json.dumps({"schema_version": 1})),
    "schema 2": file_of(document(schema_version=2)),
    "schema true": file_of(document(schema_version=True)),
    "schema 1.0": file_of(document(schema_version=1.0)),
    "shape of floats": file_of(document(input_shape=[1, 2.7, 3])),
    "shape of whole floats": file_of(document(input_shape=[1, 4.0, 4])),
    "shape of text": file_of(document(input_shape=[1, "x", 3])),
    "shape with digits as text": file_of(document(input_shape=[1, "4", 4])),
    "shape negative": file_of(document(input_shape=[1, -5, 3])),
    "shape zero": file_of(document(input_shape=[1, 0, 3])),
    "shape true": file_of(document(input_shape=[1, True, 3])),
    "shape short": file_of(document(input_shape=[1, 4])),
    "shape huge": file_of(document(input_shape=[1, 10**30, 4])),
    "shape text": file_of(document(input_shape="1,4,4")),
    "other channels": file_of(document(input_shape=[2, 4, 4])),
    "name is a number": file_of(document(name=3)),
    "name with a lone surrogate": file_of(document(name="\ud800")),
    "name too long": file_of(document(name="x" * 5000)),
    "readout unknown": file_of(document(readout="\x1b[2J")),
    "bfloat16": file_of(document(), weight(torch.bfloat16)),
    "float16": file_of(document(), weight(torch.float16)),
    "float64": file_of(document(), weight(torch.float64)),
    "float8": file_of(document(), weight(torch.float8_e4m3fn)),
    "int64": file_of(document(), weight(torch.int64)),
    "bool": file_of(document(), weight(torch.bool)),
    "unknown dtype": raw(one_tensor("F33").encode(), b"\0" * 72),
    "dtype is a list": raw(one_tensor(["F32"]).encode(), b"\0" * 72),  # type: ignore[arg-type]
    "shape is a number": raw(one_tensor(shape=4).encode(), b"\0" * 72),
    "shape of text in the header": raw(one_tensor(shape="2133").encode(), b"\0" * 72),
    "shape does not fit the bytes": raw(one_tensor(end=72).encode(), b"\0" * 72)[:-1],
    "shape overflows": raw(
        one_tensor(shape=[1 << 40] * 4, end=72).encode(), b"\0" * 72
    ),
    "three dimensions": file_of(document(), {"layers.1.weight": torch.ones(2, 1, 3)}),
    "not square": file_of(document(), {"layers.1.weight": torch.ones(2, 1, 3, 2)}),
    "empty kernel": file_of(document(), {"layers.1.weight": torch.ones(0, 1, 3, 3)}),
    "no tensors": file_of(document(), {}),
    "layer 2 only": file_of(document(), {"layers.2.weight": torch.ones(2, 1, 3, 3)}),
    "stranger": file_of(document(), weight(torch.float32) | {"\x1b[2J": torch.ones(1)}),
    "NaN": file_of(document(), {"layers.1.weight": torch.full((1, 1, 1, 1), np.nan)}),
    "infinite": file_of(
        document(), {"layers.1.weight": torch.full((1, 1, 1, 1), -np.inf)}
    ),
    "500 layers": file_of(
        document(),
        {f"layers.{i}.weight": torch.ones(1, 1, 1, 1) for i in range(1, 501)},
    ),
    "5,000 layers": file_of(
        document(),
        {f"layers.{i}.weight": torch.ones(1, 1, 1, 1) for i in range(1, 5001)},
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_words(name: str, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(HOSTILE[name])
    with pytest.raises(InvalidTargetError) as caught:
        TargetCNN.from_file(path)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 2000


def test_the_good_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(file_of(document()))
    target = TargetCNN.from_file(path)
    assert target.input.shape == (1, 4, 4)
    assert target.in_papers_class
    assert target.name == "net"
    with pytest.raises(ValueError, match="read-only"):
        stages_of(target)[0].layer.weight[0] = 1


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.mkdir()


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def _absent(path: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize("make", [_fifo, _folder, _device, _sparse, _absent])
def test_what_is_no_file_is_refused_at_once(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "net.safetensors"
    make(path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InvalidTargetError, match="readable"):
        TargetCNN.from_file(path)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 1 << 18  # KiB


def test_paths_that_cannot_name_a_file_are_refused() -> None:
    with pytest.raises(InvalidTargetError, match="readable"):
        TargetCNN.from_file("a\0b")


@pytest.mark.parametrize("name", ["shape of floats", "shape of text", "shape negative"])
def test_prune_ends_with_a_usage_error(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, ticket = tmp_path / "net.safetensors", tmp_path / "net.ticket"
    path.write_bytes(HOSTILE[name])
    arguments = ["--eps", "0.1", "--seed", "1", "--output", str(ticket)]
    assert run(["prune", str(path), *arguments]) == 2
    assert "input_shape" in capsys.readouterr().err
    assert not ticket.exists()


GOOD_FILE = file_of(document())


@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD_FILE) - 1), st.integers(0, 255)),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, len(GOOD_FILE)),
    st.booleans(),
)
@settings(max_examples=150)
def test_damaged_files_are_refused_or_read_alike(
    tmp_path_factory: pytest.TempPathFactory,
    changes: list[tuple[int, int]],
    cut: int,
    truncate: bool,
) -> None:
    data = bytearray(GOOD_FILE)
    for place, byte in changes:
        data[place] = byte
    path = tmp_path_factory.mktemp("damaged") / "net.safetensors"
    path.write_bytes(data[:cut] if truncate else data)
    try:
        target = sv.TargetCNN.from_file(path)
    except InvalidTargetError:
        return
    again = path.with_name("again.safetensors")
    target.save(again)
    assert sv.TargetCNN.from_file(again).sha256 == target.sha256
