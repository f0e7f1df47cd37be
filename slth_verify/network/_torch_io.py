"""Between torch modules and kernels as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from slth_verify.arrays import Float32Array
from slth_verify.graph.nodes import Margins


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


def padded(
    images: torch.Tensor, margins: Margins, mode: str, fill: float = 0.0
) -> torch.Tensor:
    """Images with added rows and columns.

    Args:
        images: Shape ``(batch, channels, height, width)``.
        margins: How many are added at the top, bottom, left and right.
        mode: What stands there, as nodes of graphs name it.
        fill: What stands there in mode ``"zeros"``.
    """
    if not any(margins):
        return images
    top, bottom, left, right = margins
    sides = (left, right, top, bottom)
    if mode == "zeros":
        return F.pad(images, sides, value=fill)
    return F.pad(images, sides, mode=mode)
