"""Reading safetensors files that nobody vouches for.

The header is read and judged first, in bounded time; tensors are loaded only when all
of them are what was expected. Never pickle.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from slth_verify.files import open_regular, parse_json
from slth_verify.limits import DOCUMENT_BYTES, LAYERS, TENSOR_FILE_BYTES
from slth_verify.text import printable

#: safetensors' names of the dtypes that the package's files use.
_DTYPES: dict[str, type[np.generic]] = {
    "F32": np.float32,
    "F64": np.float64,
    "I64": np.int64,
}

#: A batch norm has four.
_TENSORS = 4 * LAYERS

#: Everything that reading a damaged or hostile file can raise.
READING_ERRORS = (
    SafetensorError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
)

#: From the description and the number of tensors to what must be there: tensor name to
#: (dtype as safetensors spells it, number of dimensions).
Expectation = Callable[[dict[str, Any], int], Mapping[str, tuple[str, int]]]


def read_tensors(
    path: str | os.PathLike[str], metadata_key: str, expected: Expectation
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Description and tensors of a file, refused before anything large is loaded.

    Args:
        path: A regular file.
        metadata_key: Metadata entry that holds the JSON description.
        expected: What must be there; it may raise as well.

    Returns:
        The parsed description and the tensors, read-only.

    Raises:
        Exception: One of ``READING_ERRORS``; callers turn it into their own.
    """
    header = _header(path)
    metadata = header.pop("__metadata__", {})
    if set(metadata) != {metadata_key}:
        raise ValueError(
            f"the metadata has the entries {_some(metadata)}, not {metadata_key} alone"
        )
    description = parse_json(metadata[metadata_key])
    if not isinstance(description, dict):
        raise ValueError(f"{metadata_key} is no JSON object")
    if len(header) > _TENSORS:
        raise ValueError(f"{len(header)} tensors, more than {_TENSORS}")
    wanted = expected(description, len(header))
    if set(header) != set(wanted):
        raise ValueError(f"tensors {_some(header)}, not {_some(wanted)}")
    for name, (dtype, dimensions) in wanted.items():
        entry = header[name]
        if entry["dtype"] != dtype or len(entry["shape"]) != dimensions:
            raise ValueError(
                f"{name} is {printable(str(entry['dtype']), 20)} of shape "
                f"{printable(str(entry['shape']), 60)}, not {dtype} with {dimensions} "
                "dimensions"
            )
    return description, _loaded(path, wanted)


def has_metadata(path: str | os.PathLike[str], key: str) -> bool:
    """Whether a safetensors file has a metadata entry; its tensors are not read.

    Raises:
        Exception: One of ``READING_ERRORS``; callers turn it into their own.
    """
    return key in _header(path).get("__metadata__", {})


def exact_keys(data: Mapping[str, Any], keys: frozenset[str]) -> None:
    """Refuse an object that lacks a key or has one that nobody reads.

    Raises:
        ValueError: Naming the first such key.
    """
    for key in sorted(keys ^ set(data)):
        raise ValueError(f"key {printable(key, 60)!r} is missing or unknown")


def integer(value: Any) -> int:
    """An int that is no bool.

    Raises:
        ValueError: If it is anything else.
    """
    if type(value) is not int:
        raise ValueError(f"'{printable(str(value), 60)}' is no integer")
    return value


def _header(path: str | os.PathLike[str]) -> dict[str, Any]:
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > TENSOR_FILE_BYTES:
            raise ValueError(f"{size} bytes, more than {TENSOR_FILE_BYTES}")
        start = file.read(8)
        length = int.from_bytes(start, "little")
        if len(start) < 8 or length > min(size - 8, DOCUMENT_BYTES):
            raise ValueError("no safetensors header")
        header = parse_json(file.read(length))
    if not isinstance(header, dict):
        raise ValueError("the header is no JSON object")
    return header


def _loaded(
    path: str | os.PathLike[str], wanted: Mapping[str, tuple[str, int]]
) -> dict[str, NDArray[Any]]:
    tensors = {}
    with safe_open(path, framework="numpy") as file:
        for name, (dtype, dimensions) in wanted.items():
            tensor = np.asarray(file.get_tensor(name))
            if tensor.dtype != _DTYPES[dtype] or tensor.ndim != dimensions:
                raise ValueError("the file changed while it was read")
            tensor.setflags(write=False)
            tensors[name] = tensor
    return tensors


def _some(names: Mapping[str, Any]) -> str:
    return printable(str(sorted(names)[:9]), 200)
