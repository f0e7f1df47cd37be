"""Float64 forward passes in bounded memory.

A convolution from many channels into few is evaluated as the transpose of its flipped
kernel: the same sums of the same products, in another order and in far less memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

Float64Array = NDArray[np.float64]

#: Bytes that the widest activation of a batch may take.
_BATCH_BYTES = 16 << 20


class Forward:
    """A module of size-keeping convolutions, ready to run on many images.

    Args:
        module: Convolutions (bias-free, stride 1, zero padding that keeps the size, odd
            kernels) and modules without weights. Its weights are read as they are.
    """

    def __init__(self, module: nn.Sequential) -> None:
        self._steps = [_step(part) for part in module]
        convolutions = [part for part in module if isinstance(part, nn.Conv2d)]
        self._channels = max(
            max(part.in_channels, part.out_channels) for part in convolutions
        )

    def __call__(self, images: Float64Array) -> Float64Array:
        """Outputs of images, shape ``(count, c, height, width)`` both."""
        pixels = images.shape[2] * images.shape[3]
        batch = max(1, _BATCH_BYTES // (8 * self._channels * pixels))
        starts = [*range(0, len(images), batch), len(images)]
        with torch.no_grad():
            parts = [self._run(images[a:b]) for a, b in pairwise(starts)]
        return np.concatenate(parts)

    def _run(self, images: Float64Array) -> Float64Array:
        values = torch.from_numpy(np.ascontiguousarray(images, dtype=np.float64))
        for step in self._steps:
            values = step(values)
        result: Float64Array = values.numpy()
        return result


_Step = Callable[[torch.Tensor], torch.Tensor]


def _step(part: nn.Module) -> _Step:
    if isinstance(part, nn.Conv2d):
        weight = part.weight.detach().double()
        if weight.shape[2] == 1:
            return _Pointwise(weight[:, :, 0, 0].contiguous())
        return _Convolution(weight)
    if isinstance(part, nn.ReLU):
        return torch.relu_  # it follows a convolution, whose result is ours
    return part


@dataclass(frozen=True, eq=False)
class _Pointwise:
    """A 1x1 convolution as a product of matrices, weight ``(c_out, c_in)``."""

    weight: torch.Tensor

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        flat = torch.matmul(self.weight, values.flatten(2))
        return flat.reshape(len(values), len(self.weight), *values.shape[2:])


@dataclass(frozen=True, eq=False)
class _Convolution:
    """A convolution with an odd kernel, weight ``(c_out, c_in, d, d)``."""

    weight: torch.Tensor

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        padding = self.weight.shape[2] // 2
        if self.weight.shape[1] <= 2 * self.weight.shape[0]:
            return functional.conv2d(values, self.weight, padding=padding)
        return functional.conv_transpose2d(values, self._flipped, padding=padding)

    @cached_property
    def _flipped(self) -> torch.Tensor:
        return self.weight.flip(2, 3).transpose(0, 1).contiguous()
