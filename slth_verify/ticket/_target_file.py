"""The checker's own reader of target files.

It trusts nothing but the file: architecture, norms and digest are derived here, not
taken from the ticket.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from slth_verify.arrays import Float32Array
from slth_verify.errors import InvalidTargetError
from slth_verify.limits import IMAGE_SIDE, KERNEL_SIDE, LAYERS, WEIGHTS
from slth_verify.numbers import shown
from slth_verify.tensors import READING_ERRORS, integer, read_tensors
from slth_verify.text import counted, printable, reason_of

TARGET_KEY = "slth_verify_target"


class HasKernels(Protocol):
    """Anything with kernels and an input shape, such as `slth_verify.TargetCNN`."""

    @property
    def kernels(self) -> tuple[Float32Array, ...]:
        """Layer by layer, ``(c_out, c_in, d, d)``."""
        ...

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """``(c_0, height, width)``."""
        ...


@dataclass(frozen=True, eq=False)
class TargetWeights:
    """What the checker needs of a target.

    Attributes:
        kernels: Finite float32 kernels that chain, ``(c_out, c_in, d, d)`` each.
        image: Height and width of the inputs.
        sha256: Digest of shapes and weights.
    """

    kernels: tuple[Float32Array, ...]
    image: tuple[int, int]
    sha256: str


def load_target(target: str | os.PathLike[str] | HasKernels) -> TargetWeights:
    """Read and validate a target.

    Args:
        target: A file or an object with ``kernels``.

    Raises:
        InvalidTargetError: If it is unreadable or outside the covered class.
    """
    if isinstance(target, str | os.PathLike):
        kernels, shape = _read(target)
    else:
        kernels, shape = _fields(target)
    if not 1 <= len(kernels) <= LAYERS:
        raise InvalidTargetError(
            f"the target has {counted(len(kernels), 'layer')}; thm:structured-slth "
            f"needs at least one, and at most {LAYERS} are read."
        )
    channels, height, width = _input_sides(shape)
    for layer, kernel in enumerate(kernels, start=1):
        _validate(layer, kernel, channels)
        channels = kernel.shape[0]
    weights = sum(kernel.size for kernel in kernels)
    if weights > WEIGHTS:
        raise InvalidTargetError(
            f"the target has {weights} weights; at most {WEIGHTS} are read. Certify "
            "the network in parts."
        )
    return TargetWeights(kernels, (height, width), _digest(kernels))


def _input_sides(input_shape: tuple[int, ...]) -> tuple[int, int, int]:
    fits = len(input_shape) == 3 and all(
        type(side) is int and 1 <= side <= IMAGE_SIDE for side in input_shape
    )
    if not fits:
        raise InvalidTargetError(
            f"input_shape={shown(input_shape)}: (channels, height, width), three "
            f"positive integers up to {IMAGE_SIDE}, is required (thm:structured-slth)."
        )
    channels, height, width = input_shape
    return channels, height, width


def _fields(target: HasKernels) -> tuple[tuple[Float32Array, ...], tuple[int, ...]]:
    try:
        return tuple(target.kernels), tuple(target.input_shape)
    except (AttributeError, TypeError) as error:
        raise InvalidTargetError(
            f"target={shown(target)}: a file, or an object with kernels and "
            "input_shape such as TargetCNN, is required (thm:structured-slth)."
        ) from error


def _read(
    path: str | os.PathLike[str],
) -> tuple[tuple[Float32Array, ...], tuple[int, ...]]:
    try:
        description, tensors = read_tensors(path, TARGET_KEY, _expected)
        shape = description["input_shape"]
        shape = tuple(shape) if isinstance(shape, list) else ()
    except READING_ERRORS as error:
        raise InvalidTargetError(
            f"path='{printable(str(path))}' is no readable target "
            f"({reason_of(error)}). It needs layers.1.weight, layers.2.weight, ... and "
            "its description. Give the .safetensors file that the ticket was made for."
        ) from error
    kernels = tuple(tensors[f"layers.{i}.weight"] for i in range(1, len(tensors) + 1))
    return kernels, shape


def _expected(data: dict[str, Any], count: int) -> dict[str, tuple[str, int]]:
    if integer(data["schema_version"]) != 1:
        raise ValueError(f"schema_version={data['schema_version']}")
    return {f"layers.{layer}.weight": ("F32", 4) for layer in range(1, count + 1)}


def _validate(layer: int, kernel: Float32Array, channels: int) -> None:
    shape_fits = (
        isinstance(kernel, np.ndarray)
        and kernel.dtype == np.float32
        and kernel.ndim == 4
        and kernel.shape[1] == channels
        and kernel.shape[2] == kernel.shape[3]
        and 0 not in kernel.shape
        and kernel.shape[2] <= KERNEL_SIDE
    )
    if not shape_fits:
        raise InvalidTargetError(
            f"layer {layer}: {type(kernel).__name__} with dtype "
            f"{getattr(kernel, 'dtype', None)}, shape "
            f"{getattr(kernel, 'shape', None)}, but a float32 array "
            f"and (c_out, {channels}, d, d), d up to {KERNEL_SIDE}, are required "
            "(thm:structured-slth)."
        )
    if not np.isfinite(kernel).all():
        raise InvalidTargetError(
            f"layer {layer}: NaN or infinite weights; nothing can be certified."
        )


def _digest(kernels: tuple[Float32Array, ...]) -> str:
    digest = hashlib.sha256()
    digest.update(json.dumps([list(kernel.shape) for kernel in kernels]).encode())
    for kernel in kernels:
        digest.update(np.ascontiguousarray(kernel, dtype="<f4").tobytes())
    return digest.hexdigest()
