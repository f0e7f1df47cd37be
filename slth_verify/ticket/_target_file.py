"""The checker's own reader of target files.

It trusts nothing but the file: architecture, norms and digest are derived here, not
taken from the ticket.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from slth_verify.errors import InvalidTargetError

Float32Array = NDArray[np.float32]

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
        kernels, input_shape = _read(target)
    else:
        kernels, input_shape = tuple(target.kernels), target.input_shape
    if not kernels:
        raise InvalidTargetError(
            "the target has no layers; thm:structured-slth needs at least one."
        )
    channels = kernels[0].shape[1] if kernels[0].ndim == 4 else -1
    for layer, kernel in enumerate(kernels, start=1):
        _validate(layer, kernel, channels)
        channels = kernel.shape[0]
    _, height, width = input_shape
    return TargetWeights(kernels, (height, width), _digest(kernels))


def _read(
    path: str | os.PathLike[str],
) -> tuple[tuple[Float32Array, ...], tuple[int, int, int]]:
    try:
        with safe_open(path, framework="numpy") as file:
            names = set(file.keys())
            wanted = [f"layers.{layer}.weight" for layer in range(1, len(names) + 1)]
            if set(wanted) != names:
                raise InvalidTargetError(
                    f"path={os.fspath(path)!r} holds tensors {sorted(names)}, but a "
                    "target has exactly layers.1.weight, layers.2.weight, ..."
                )
            kernels = tuple(file.get_tensor(name) for name in wanted)
            shape = json.loads((file.metadata() or {})[TARGET_KEY])["input_shape"]
        channels, height, width = (int(side) for side in shape)
        if min(channels, height, width) < 1:
            raise ValueError(f"input_shape={shape}")
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, InvalidTargetError):
            raise
        raise InvalidTargetError(
            f"path={os.fspath(path)!r} is no readable target ({error}). Give the "
            ".safetensors file that the ticket was made for."
        ) from error
    return kernels, (channels, height, width)


def _validate(layer: int, kernel: Float32Array, channels: int) -> None:
    shape_fits = (
        kernel.dtype == np.float32
        and kernel.ndim == 4
        and kernel.shape[1] == channels
        and kernel.shape[2] == kernel.shape[3]
        and 0 not in kernel.shape
    )
    if not shape_fits:
        raise InvalidTargetError(
            f"layer {layer}: dtype={kernel.dtype}, shape={kernel.shape}, but float32 "
            f"and (c_out, {channels}, d, d) are required (thm:structured-slth)."
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
