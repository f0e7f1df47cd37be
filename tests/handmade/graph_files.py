"""Files of target graphs, made by hand: good ones, each with one change."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetCNN

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


def refused(path: Path) -> str:
    began = time.process_time()
    with pytest.raises(InvalidTargetError) as caught:
        TargetCNN.from_file(path)
    assert time.process_time() - began < SECONDS
    message = str(caught.value)
    assert message.isprintable()
    assert "readable" in message
    assert len(message) < 1500
    return message
