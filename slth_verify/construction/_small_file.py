"""Files of collapsed networks: safetensors with their architecture, never pickle.

Metadata key ``slth_verify_collapsed`` holds a JSON object. Its ``modules`` are the
parts of an ``nn.Sequential`` in order, and the tensors are that module's
``state_dict``, so that the file can be used without this package:

* ``{"type": "Conv2d", "in_channels": .., "out_channels": .., "kernel_size": ..}``:
  stride 1, padding "same", no bias;
* ``{"type": "ReLU"}``;
* ``{"type": "PositiveNegativeParts"}``: max(x, 0), then max(-x, 0), along the channels.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from safetensors.torch import save
from torch import nn

from slth_verify._version import __version__
from slth_verify.construction._small_layers import (
    architecture_of_layers,
    layers_of,
    module_of,
    tensors_of,
)
from slth_verify.errors import InvalidParameterError, UnusableFileError
from slth_verify.files import write_atomically
from slth_verify.limits import IMAGE_SIDE
from slth_verify.network import GENERATOR, RandomCNN
from slth_verify.numbers import shown
from slth_verify.tensors import READING_ERRORS, exact_keys, integer, read_tensors
from slth_verify.text import printable

COLLAPSED_KEY = "slth_verify_collapsed"
COLLAPSED_SCHEMA = 1

_KEYS = frozenset(
    {
        "schema_version",
        "modules",
        "dtype",
        "output_scale_exponent",
        "input_shape",
        "random_network",
        "target_sha256",
        "versions",
    }
)
_DTYPES = {"float32": torch.float32, "float64": torch.float64}
_CODES = {torch.float32: "F32", torch.float64: "F64"}
_MOST_EXPONENT = 1 << 20
_DIGEST = re.compile("[0-9a-f]{64}|none")


@dataclass(frozen=True, slots=True)
class Origin:
    """The ticket that a collapsed network was made from.

    Attributes:
        network: The random network.
        input_shape: ``(c_0, height, width)`` of the target.
        target_sha256: Digest of the target's weights, as the ticket states it.
        scale_exponent: Base-2 logarithm of the output scale.
    """

    network: RandomCNN
    input_shape: tuple[int, int, int]
    target_sha256: str
    scale_exponent: int


def write_small(
    module: nn.Sequential, origin: Origin, path: str | os.PathLike[str]
) -> None:
    """Write a collapsed network; see `Collapsed.save`."""
    state = {key: value.contiguous() for key, value in module.state_dict().items()}
    try:
        layers = layers_of(module)
        architecture_of_layers(layers)
        (code,) = {_CODES[tensor.dtype] for tensor in state.values()}
    except (ValueError, KeyError) as error:
        raise InvalidParameterError(
            f"module={type(module).__name__} was changed: {error}. Only the "
            "layers that collapse makes are written, all in float32 or all in float64 "
            "(fig:neuron-pruning). Collapse the ticket again."
        ) from error
    description = {
        "schema_version": COLLAPSED_SCHEMA,
        "modules": layers,
        "dtype": code,
        "output_scale_exponent": origin.scale_exponent,
        "input_shape": list(origin.input_shape),
        "random_network": {
            "generator": GENERATOR,
            "seed": origin.network.seed,
            "widths": list(origin.network.widths),
        },
        "target_sha256": origin.target_sha256,
        "versions": {"slth-verify": __version__},
    }
    write_atomically(path, save(state, {COLLAPSED_KEY: json.dumps(description)}))


def read_small(
    path: str | os.PathLike[str], dtype: str | torch.dtype | None
) -> tuple[nn.Sequential, Origin]:
    """Module and origin of a collapsed network; see `Collapsed.load`."""
    wanted = _wanted(dtype)
    try:
        data, kernels = read_tensors(path, COLLAPSED_KEY, _expected)
        if wanted is not None:
            with np.errstate(over="ignore"):  # infinite weights are refused below
                kernels = {key: part.astype(wanted) for key, part in kernels.items()}
        return module_of(data["modules"], kernels), _origin(data)
    except READING_ERRORS as error:
        reason = f"{type(error).__name__}: {error}"
        raise UnusableFileError(
            f"path='{printable(os.fsdecode(path))}' is no readable collapsed network "
            f"({printable(reason, 300)}). Give a file that `slth-verify collapse` or "
            "Collapsed.save wrote."
        ) from error


def _wanted(dtype: str | torch.dtype | None) -> type[np.floating[Any]] | None:
    if dtype is None:
        return None
    for name, known in _DTYPES.items():
        if dtype is known or (isinstance(dtype, str) and dtype == name):
            return np.float32 if name == "float32" else np.float64
    raise InvalidParameterError(
        f"dtype={shown(dtype)}: 'float32', 'float64' or None was required "
        "(fig:neuron-pruning). Convert the module afterwards."
    )


def _expected(data: dict[str, Any], _: int) -> dict[str, tuple[str, int]]:
    exact_keys(data, _KEYS)
    if integer(data["schema_version"]) != COLLAPSED_SCHEMA:
        raise ValueError(f"schema_version={data['schema_version']}")
    if data["dtype"] not in ("F32", "F64"):
        raise ValueError("dtype: F32 or F64 is required")
    shape = architecture_of_layers(data["modules"])
    origin = _origin(data)
    if shape.depth != len(origin.network.widths):
        raise ValueError("random_network: one width per target layer is required")
    if shape.channels[0] != origin.input_shape[0]:
        raise ValueError("input_shape: its channels are not the first layer's")
    return dict.fromkeys(tensors_of(data["modules"]), (data["dtype"], 4))


def _origin(data: dict[str, Any]) -> Origin:
    network = data["random_network"]
    exact_keys(network, frozenset({"generator", "seed", "widths"}))
    if network["generator"] != GENERATOR:
        raise ValueError("random_network: the generator is unknown")
    channels, height, width = (integer(side) for side in data["input_shape"])
    if not all(1 <= side <= IMAGE_SIDE for side in (channels, height, width)):
        raise ValueError("input_shape: three sides of at least 1 are required")
    exponent = integer(data["output_scale_exponent"])
    if abs(exponent) > _MOST_EXPONENT:
        raise ValueError(f"output_scale_exponent is beyond {_MOST_EXPONENT}")
    digest = data["target_sha256"]
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise ValueError("target_sha256 is no digest")
    widths = tuple(integer(width) for width in network["widths"])
    seed = integer(network["seed"])
    return Origin(RandomCNN(seed, widths), (channels, height, width), digest, exponent)
