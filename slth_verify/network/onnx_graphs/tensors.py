"""Constant tensors of an ONNX file, in the file or in one beside it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from slth_verify.files import open_regular
from slth_verify.limits import TENSOR_FILE_BYTES, WEIGHTS
from slth_verify.network.onnx_graphs.refusal import Outside
from slth_verify.text import printable

#: Types that are read, by their numbers in TensorProto.DataType: as they are stored in
#: raw bytes, and the field that may hold them instead.
_TYPES: Final[dict[int, tuple[str, str]]] = {
    1: ("<f4", "float_data"),
    6: ("<i4", "int32_data"),
    7: ("<i8", "int64_data"),
    9: ("|b1", "int32_data"),
    11: ("<f8", "double_data"),
}

_NAMES: Final = {
    2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 8: "string", 10: "float16",
    12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: "bfloat16",
}  # fmt: skip

_EXTERNAL: Final = 1
_KEYS: Final = frozenset({"location", "offset", "length", "checksum"})


def element_type(number: int) -> str:
    """The name of a type of TensorProto.DataType."""
    if number in _TYPES:
        return np.dtype(_TYPES[number][0]).name
    return _NAMES.get(number, f"type {number}")


def require_few(tensors: Iterable[Any]) -> None:
    """Refuse more weights, all together, than a target graph may have.

    Raises:
        Outside: If there are more.
    """
    total = 0
    for tensor in tensors:
        total += _entries(tensor)
        if total > WEIGHTS:
            raise Outside(f"more than {WEIGHTS} weights. Certify it in parts")


def constant(tensor: Any, folder: Path | None = None) -> NDArray[Any]:
    """The entries of a TensorProto, not writable.

    Args:
        tensor: The message.
        folder: That of the file; weights beside the file must lie in it. None if there
            may be none.

    Raises:
        Outside: If its type is not read, or its data are not those of its shape.
    """
    if tensor.data_type not in _TYPES:
        raise Outside(
            f"the constant {shown(tensor.name)} is {element_type(tensor.data_type)}; "
            "weights are float32 or float64. Convert it, and give the network that it "
            "then is"
        )
    stored, field = _TYPES[tensor.data_type]
    dtype = np.dtype(stored)
    count = _entries(tensor)
    if tensor.data_location == _EXTERNAL:
        data = _external(tensor, folder, count * dtype.itemsize)
    else:
        data = tensor.raw_data
    listed = getattr(tensor, field)
    if len(listed) and data:
        raise Outside(f"the constant {shown(tensor.name)} has two sets of data")
    array = np.array(listed, dtype) if len(listed) else None
    if array is None and len(data) == count * dtype.itemsize:
        array = np.frombuffer(data, dtype)
    if array is None or array.size != count:
        raise Outside(
            f"the constant {shown(tensor.name)} of shape {list(tensor.dims)[:8]} has "
            f"{len(listed) or len(data)} values or bytes, which are not its own"
        )
    native = array.astype(dtype.newbyteorder("="), copy=False).reshape(tensor.dims)
    native.setflags(write=False)
    return native


def shown(name: str) -> str:
    """A name of the file, for a message."""
    return f"'{printable(name, 200)}'"


def _entries(tensor: Any) -> int:
    if len(tensor.dims) > 16 or any(side < 0 for side in tensor.dims):
        raise Outside(
            f"the constant {shown(tensor.name)} has the shape {list(tensor.dims)[:20]}"
        )
    count: int = math.prod(tensor.dims)
    if count > WEIGHTS:
        raise Outside(
            f"the constant {shown(tensor.name)} has {count} entries, more than "
            f"{WEIGHTS}. Certify it in parts"
        )
    return count


def _external(tensor: Any, folder: Path | None, size: int) -> bytes:
    """Bytes of a file in the folder; nothing outside it is opened."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    what = f"the constant {shown(tensor.name)} lies in the file {shown(location)}"
    try:
        offset, length = (
            int(entries.get(key, default))
            for key, default in (("offset", "0"), ("length", str(size)))
        )
    except ValueError as error:
        raise Outside(f"{what}, at no place that is a number") from error
    if len(entries) != len(tensor.external_data) or not entries.keys() <= _KEYS:
        raise Outside(f"{what}, described by unknown or repeated keys")
    if folder is None:
        raise Outside(f"{what}; only initialisers may lie beside the model")
    if length != size or not 0 <= offset <= TENSOR_FILE_BYTES:
        raise Outside(f"{what}, where {length} bytes at {offset} are not its own")
    parts = location.replace("\\", "/").split("/")
    if not location or "\0" in location or ".." in parts or not parts[0]:
        raise Outside(f"{what}, which is no path inside the model's own folder")
    home = os.path.realpath(folder)
    path = os.path.realpath(os.path.join(home, location))
    if ":" in parts[0] or os.path.commonpath([home, path]) != home:
        raise Outside(f"{what}, which is outside the model's own folder")
    try:
        with open_regular(path) as file:
            if os.fstat(file.fileno()).st_size < offset + size:
                raise Outside(f"{what}, which ends before it")
            file.seek(offset)
            return file.read(size)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Outside(f"{what}, which cannot be read: {reason}") from error
