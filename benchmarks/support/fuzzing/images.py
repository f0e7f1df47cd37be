"""Readers of images: arrays of numpy and of safetensors."""

from __future__ import annotations

import ast
import io
import json
from typing import Any

import numpy as np
from safetensors.numpy import save

from benchmarks.support.fuzzing.forms import (
    SAFETENSORS,
    Form,
    Unwritable,
)
from benchmarks.support.fuzzing.judging import Reader
from slth_verify.comparison.images import read_images


def _npy_apart(content: bytes) -> Any:
    length = int.from_bytes(content[8:10], "little")
    header = ast.literal_eval(content[10 : 10 + length].decode("latin-1").strip())
    header["shape"] = list(header["shape"])
    start = content[:8]
    return {"start": start, "header": header, "body": content[10 + length :]}


def _npy_together(tree: Any) -> bytes:
    start, header, body = (tree.get(key) for key in ("start", "header", "body"))
    if not isinstance(start, bytes) or not isinstance(body, bytes):
        raise Unwritable
    if isinstance(header, dict) and isinstance(header.get("shape"), list):
        header = header | {"shape": tuple(header["shape"])}
    try:
        text = repr(header).encode("latin-1", "replace") + b"\n"
        return start + len(text).to_bytes(2, "little") + text + body
    except (OverflowError, ValueError) as error:
        raise Unwritable from error


NPY = Form(_npy_apart, _npy_together)


def _arrays() -> tuple[bytes, ...]:
    found = []
    for array in (np.arange(8, dtype=np.uint8).reshape(2, 4), np.eye(3), np.eye(2) > 0):
        stream = io.BytesIO()
        np.save(stream, array if array.dtype != bool else array.astype("<f2"))
        found.append(stream.getvalue())
    return tuple(found)


def _array_is_true(content: bytes, found: Any) -> bool | None:
    """Bytes, shape and dtype are those that the file names; nothing is an object."""
    try:
        tree, major = _npy_apart(content), content[6]
    except SyntaxError:  # numpy reads headers of old Pythons as well
        return None
    if major != 1:  # longer headers; the same content behind them
        return found.dtype.kind in "iuf" and found.ndim >= 2
    order = "F" if tree["header"]["fortran_order"] else "C"
    dtype = np.dtype(tree["header"]["descr"])
    count = int(np.prod(tree["header"]["shape"], dtype=object))
    told = np.frombuffer(tree["body"][: count * dtype.itemsize], dtype)
    return _equal(found, told.reshape(tree["header"]["shape"], order=order))


def _equal(one: Any, other: Any) -> bool:
    return one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=True))


def _images() -> tuple[bytes, ...]:
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    two = {"images": array, "labels": np.zeros(3, np.int64)}
    return bytes(save({"x": array})), bytes(save(two))


def _images_are_true(content: bytes, found: Any) -> bool:
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    entry = header["images"] if "images" in header else next(iter(header.values()))
    start, stop = entry["data_offsets"]
    data = content[8 + length :][start:stop]
    return list(found.shape) == entry["shape"] and np.asarray(found).tobytes() == data


IMAGES = (
    Reader(
        name="images, npy",
        file="images.npy",
        make=_arrays,
        form=NPY,
        read=read_images,
        is_true=_array_is_true,
    ),
    Reader(
        name="images, safetensors",
        file="images.safetensors",
        make=_images,
        form=SAFETENSORS,
        read=read_images,
        is_true=_images_are_true,
    ),
)
