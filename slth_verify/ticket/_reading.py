"""Opening safetensors files that nobody vouches for."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

#: safetensors' names of the dtypes that tickets and targets use.
_DTYPES = {"F32": np.float32, "I64": np.int64}

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
    MemoryError,
)


def read_tensors(
    path: str | os.PathLike[str],
    metadata_key: str,
    expected: Callable[[dict[str, Any], int], Mapping[str, tuple[str, int]]],
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Description and tensors of a file, refused before anything large is loaded.

    Args:
        path: A regular file.
        metadata_key: Metadata entry that holds the JSON description.
        expected: From the description and the number of tensors to what must be there:
            tensor name to (dtype as safetensors spells it, number of dimensions).

    Returns:
        The parsed description and the tensors.

    Raises:
        Exception: One of ``READING_ERRORS``; callers turn it into their own.
    """
    if not stat.S_ISREG(os.stat(Path(path)).st_mode):
        raise ValueError("not a regular file")
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata() or {}
        description = json.loads(metadata[metadata_key])
        if not isinstance(description, dict):
            raise ValueError("the description is no JSON object")
        names = list(file.keys())
        wanted = expected(description, len(names))
        if set(names) != set(wanted) or len(names) != len(wanted):
            raise ValueError(f"tensors {sorted(names)[:9]}, not {sorted(wanted)[:9]}")
        tensors = {}
        for name, (dtype, dimensions) in wanted.items():
            part = file.get_slice(name)
            if part.get_dtype() != dtype or len(part.get_shape()) != dimensions:
                raise ValueError(
                    f"{name} is {part.get_dtype()} of shape {part.get_shape()}, not "
                    f"{dtype} with {dimensions} dimensions"
                )
            tensors[name] = np.asarray(file.get_tensor(name), dtype=_DTYPES[dtype])
    return description, tensors


def integer(value: Any) -> int:
    """An int that is no bool.

    Raises:
        ValueError: If it is anything else.
    """
    if type(value) is not int:
        raise ValueError(f"{str(value)[:60]!r} is no integer")
    return value
