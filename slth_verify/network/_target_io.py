"""Target files: safetensors with one JSON description, never pickle."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
from safetensors.numpy import save

from slth_verify.arrays import Float32Array
from slth_verify.errors import InvalidTargetError
from slth_verify.files import write_atomically
from slth_verify.tensors import READING_ERRORS, exact_keys, integer, read_tensors
from slth_verify.text import printable, reason_of

TARGET_KEY = "slth_verify_target"
TARGET_SCHEMA = 1

_KEYS = frozenset({"schema_version", "name", "input_shape", "readout"})


def write_target(
    path: str | os.PathLike[str],
    kernels: tuple[Float32Array, ...],
    description: dict[str, Any],
) -> None:
    """Write a target; see `TargetCNN.save`."""
    tensors = {
        f"layers.{layer}.weight": np.ascontiguousarray(kernel)
        for layer, kernel in enumerate(kernels, start=1)
    }
    metadata = {TARGET_KEY: json.dumps(description)}
    write_atomically(path, save(tensors, metadata))


def read_target(
    path: str | os.PathLike[str],
) -> tuple[tuple[Float32Array, ...], tuple[int, int, int], str, str]:
    """Fields of a target, in their order; see `TargetCNN.from_file`."""
    try:
        description, tensors = read_tensors(path, TARGET_KEY, _expected)
    except READING_ERRORS as error:
        absent = isinstance(error, FileNotFoundError)
        reason = "no such file" if absent else reason_of(error, 300)
        raise InvalidTargetError(
            f"path='{printable(os.fsdecode(path))}' is no readable target "
            f"({reason}). A target holds layers.1.weight, "
            "layers.2.weight, ... in F32 and its description. Give a .safetensors file "
            "written by TargetCNN.save."
        ) from error
    channels, height, width = description["input_shape"]
    names = (f"layers.{layer}.weight" for layer in _layers(len(tensors)))
    kernels = tuple(tensors[name] for name in names)
    sides = (channels, height, width)
    return kernels, sides, description["name"], description["readout"]


def _expected(data: dict[str, Any], count: int) -> dict[str, tuple[str, int]]:
    exact_keys(data, _KEYS)
    if integer(data["schema_version"]) != TARGET_SCHEMA:
        raise ValueError(f"schema_version={data['schema_version']}")
    shape = data["input_shape"]
    if (
        not isinstance(shape, list)
        or len(shape) != 3
        or any(type(side) is not int for side in shape)
    ):
        raise ValueError(f"input_shape={str(shape)[:100]}, not three integers")
    return {f"layers.{layer}.weight": ("F32", 4) for layer in _layers(count)}


def _layers(count: int) -> range:
    return range(1, count + 1)
