"""Between torch modules and kernels as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from slth_verify.arrays import Float32Array


def target_module(kernels: tuple[Float32Array, ...]) -> nn.Sequential:
    """Convolution and ReLU in turns, float32."""
    parts: list[nn.Module] = []
    for kernel in kernels:
        parts += [convolution(kernel), nn.ReLU()]
    return nn.Sequential(*parts)


def convolution(kernel: NDArray[np.floating[Any]]) -> nn.Conv2d:
    """Size-keeping convolution without bias, weights copied bit for bit.

    Args:
        kernel: Shape ``(c_out, c_in, d, d)``, float32 or float64.
    """
    c_out, c_in, size, _ = kernel.shape
    layer = nn.Conv2d(c_in, c_out, size, padding="same", bias=False, device="meta")
    layer.weight = nn.Parameter(torch.from_numpy(np.array(kernel, order="C")))
    return layer
