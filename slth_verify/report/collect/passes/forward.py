"""Float64 forward passes in bounded memory.

A convolution from many channels into few is evaluated as the transpose of its flipped
kernel, and after a 1x1 convolution and ReLU piece by piece with them: the same sums of
the same products, in another order, in far less memory and time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from slth_verify.arrays import Float64Array

#: Bytes that the widest activation of a batch may take.
_BATCH_BYTES = 16 << 20

#: Channels of a wide layer that exist at the same time.
_PIECE = 256


class Forward:
    """A module of size-keeping convolutions, ready to run on many images.

    Args:
        module: Convolutions (bias-free, stride 1, zero padding that keeps the size, odd
            kernels) and modules without weights. Its weights are read as they are.
    """

    def __init__(self, module: nn.Sequential) -> None:
        first = module[0]
        self._input = first.in_channels if isinstance(first, nn.Conv2d) else None
        self._steps = _steps(list(module))
        self._channels = max(map(_channels, self._steps))

    def __call__(self, images: Float64Array) -> Float64Array:
        """Outputs of images, shape ``(count, c, height, width)`` both.

        Raises:
            RuntimeError: If the images have another number of channels.
        """
        if self._input is not None and images.shape[1] != self._input:
            raise RuntimeError(
                f"images.shape={images.shape}: the size of the second axis must be the "
                f"{self._input} channels that the network reads. Give such images."
            )
        pixels = images.shape[2] * images.shape[3]
        batch = max(1, _BATCH_BYTES // (8 * self._channels * pixels))
        starts = [*range(0, len(images), batch), len(images)]
        with torch.no_grad(), _leaving_one_core():
            parts = [self._run(images[a:b]) for a, b in pairwise(starts)]
        return np.concatenate(parts)

    def _run(self, images: Float64Array) -> Float64Array:
        values = torch.from_numpy(np.ascontiguousarray(images, dtype=np.float64))
        for step in self._steps:
            values = step(values)
        result: Float64Array = values.numpy()
        return result


@contextmanager
def _leaving_one_core() -> Iterator[None]:
    """Torch with a core less, which a report's second process needs.

    Threads that wait for one on a taken core cost several times the work itself.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, min(threads, (os.cpu_count() or 2) - 1)))
    try:
        yield
    finally:
        torch.set_num_threads(threads)


_Step = Callable[[torch.Tensor], torch.Tensor]


def _steps(parts: list[nn.Module]) -> list[_Step]:
    """Modules as steps; a wide layer between narrow ones never exists as a whole."""
    steps: list[_Step] = []
    place = 0
    while place < len(parts):
        pair = _pair(parts[place : place + 3])
        steps.append(_step(parts[place]) if pair is None else pair)
        place += 1 if pair is None else 3
    return steps


def _pair(parts: list[nn.Module]) -> _Step | None:
    if len(parts) < 3 or not isinstance(parts[1], nn.ReLU):
        return None
    first, second = parts[0], parts[2]
    if not (isinstance(first, nn.Conv2d) and isinstance(second, nn.Conv2d)):
        return None
    few, many = second.out_channels, second.in_channels
    if first.kernel_size != (1, 1) or many <= 2 * few:
        return None
    narrow = first.weight.detach().double()[:, :, 0, 0].contiguous()
    kernel = second.weight.detach().double().permute(2, 3, 0, 1)
    return _Pair(narrow, kernel.flatten(0, 2).contiguous(), len(kernel), few)


def _channels(step: _Step) -> int:
    """Numbers that a step needs at a pixel."""
    if isinstance(step, _Pair):
        return min(_PIECE, len(step.narrow)) + 2 * len(step.kernel)
    weight = getattr(step, "weight", None)
    return 1 if weight is None else max(weight.shape[:2])


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
class _Pair:
    """A 1x1 convolution into many channels, ReLU, and a convolution into few.

    The second one is a product of matrices whose result is shifted and added, kernel
    entry by kernel entry; the many channels pass by in pieces that fit a cache.

    Attributes:
        narrow: Weight of the first, ``(many, c_in)``.
        kernel: Weight of the second, ``(size * size * few, many)``.
        size: Side d of the kernel.
        few: Channels out.
    """

    narrow: torch.Tensor
    kernel: torch.Tensor
    size: int
    few: int

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        count, _, height, width = values.shape
        flat = values.transpose(0, 1).flatten(1)
        total = values.new_zeros(len(self.kernel), flat.shape[1])
        for start in range(0, len(self.narrow), _PIECE):
            piece = torch.relu_(self.narrow[start : start + _PIECE] @ flat)
            total.addmm_(self.kernel[:, start : start + _PIECE], piece)
        parts = total.view(self.size, self.size, self.few, count, height, width)
        border = self.size - 1
        grown = values.new_zeros(self.few, count, height + border, width + border)
        for row, column in product(range(self.size), repeat=2):
            top, left = border - row, border - column
            grown[:, :, top : top + height, left : left + width] += parts[row, column]
        side = border // 2
        inner = grown[:, :, side : side + height, side : side + width]
        return inner.transpose(0, 1).contiguous()


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
