"""Target files: safetensors with one JSON description, never pickle."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from slth_verify.errors import InvalidTargetError
from slth_verify.files import write_atomically
from slth_verify.network._target import TARGET_KEY, TARGET_SCHEMA, TargetCNN


def write_target(target: TargetCNN, path: str | os.PathLike[str]) -> None:
    """Write a target; see `TargetCNN.save`."""
    tensors = {
        f"layers.{layer}.weight": np.ascontiguousarray(kernel)
        for layer, kernel in enumerate(target.kernels, start=1)
    }
    metadata = {TARGET_KEY: json.dumps(target.description())}
    write_atomically(path, save(tensors, metadata))


def read_target(path: str | os.PathLike[str]) -> TargetCNN:
    """Read a target; see `TargetCNN.from_file`."""
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise InvalidTargetError(
            f"path={os.fspath(path)!r}: no such file. Give a target written by "
            "TargetCNN.save."
        ) from error
    except (SafetensorError, OSError, ValueError) as error:
        raise InvalidTargetError(
            f"path={os.fspath(path)!r} is no readable safetensors file ({error}). "
            "Write the target again with TargetCNN.save."
        ) from error
    description = _description(path, metadata)
    names = [f"layers.{layer}.weight" for layer in range(1, len(tensors) + 1)]
    if set(names) != set(tensors):
        raise InvalidTargetError(
            f"path={os.fspath(path)!r} holds tensors {sorted(tensors)}, but a target "
            "has exactly layers.1.weight, layers.2.weight, ... Write it again."
        )
    channels, height, width = description["input_shape"]
    return TargetCNN(
        tuple(tensors[name] for name in names),
        (channels, height, width),
        description["name"],
        description["readout"],
    )


def _description(
    path: str | os.PathLike[str], metadata: dict[str, str]
) -> dict[str, Any]:
    try:
        found = json.loads(metadata[TARGET_KEY])
        if found["schema_version"] != TARGET_SCHEMA:
            raise ValueError(f"schema_version={found['schema_version']}")
        if len(found["input_shape"]) != 3:
            raise ValueError(f"input_shape={found['input_shape']}")
        return {key: found[key] for key in ("name", "input_shape", "readout")}
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidTargetError(
            f"path={os.fspath(path)!r} lacks a valid {TARGET_KEY} description "
            f"({error!r}): schema_version {TARGET_SCHEMA}, name, input_shape of three "
            "numbers and readout are required. Write it with TargetCNN.save."
        ) from error
