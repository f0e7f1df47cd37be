"""Target and pruned network side by side, at one output pixel.

Only the part of every feature map that the pixel depends on is computed. Floats serve
the search for a witness; integers give the exact value of one input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import Float64Array
from slth_verify.ticket._residuals import LayerResiduals

Pads = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Window:
    """What one output pixel sees.

    Attributes:
        shape: Height and width of the input, at most the field of view.
        pixel: Row and column of the output pixel.
        pads: Zero rows and columns to add before each layer's valid convolution.
        crop: First and last row, first and last column of the input that matter.
        largest: Entries of the largest feature map, padding included.
        work: Multiplications of one forward pass.
    """

    shape: tuple[int, int]
    pixel: tuple[int, int]
    pads: tuple[Pads, ...]
    crop: tuple[int, int, int, int]
    largest: int
    work: int


@dataclass(frozen=True, slots=True)
class Nets:
    """Kernels ``(d, d, c_in, c_out)``; the first layers read (x+, x-)."""

    target: list[NDArray[Any]]
    pruned: list[NDArray[Any]]


def window_of(residuals: Sequence[LayerResiduals], image: tuple[int, int]) -> Window:
    """The window of a pixel that no border cuts, as far as the image allows.

    Args:
        residuals: Layer by layer.
        image: Height and width of the images, each at least 1.
    """
    sizes = [isqrt(item.kernel.shape[0]) for item in residuals]
    field = 1 + sum(size - 1 for size in sizes)
    at, spans, pads = [], [], []
    works = [item.kernel.size for item in residuals]
    works[0] *= 2  # positive and negative parts
    for side in image:
        inside = side >= field
        low = sum((size - 1) // 2 for size in sizes) if inside else side // 2
        at.append(low)
        high, steps = low + 1, []
        for layer, size in reversed(list(enumerate(sizes))):
            works[layer] *= high - low
            wanted = low - (size - 1) // 2, high + size // 2
            low, high = max(0, wanted[0]), min(side, wanted[1])
            steps.append((low - wanted[0], wanted[1] - high))
        spans += [low, high]
        pads.append(steps[::-1])
    largest = (spans[1] - spans[0] + sizes[0]) * (spans[3] - spans[2] + sizes[0])
    width = max(max(item.kernel.shape[1:]) for item in residuals)
    return Window(
        (min(field, image[0]), min(field, image[1])),
        (at[0], at[1]),
        tuple(zip(pads[0], pads[1], strict=True)),
        (spans[0], spans[1], spans[2], spans[3]),
        2 * largest * width,
        sum(works),
    )


def exact_nets(residuals: Sequence[LayerResiduals]) -> tuple[Nets, int]:
    """Both networks in integers, and e: true outputs are those times 2^-e.

    Rigor:
        Exact: every weight is a dyadic rational, and ReLU lets a power of two through.
    """
    nets, total = Nets([], []), 0
    for item in residuals:
        kernels, pruned = item.kernel, item.positive + item.kernel
        if item.negative.size:
            kernels = np.concatenate([kernels, -kernels], axis=1)
            pruned = np.concatenate([pruned, item.negative - item.kernel], axis=1)
        size = isqrt(len(kernels))
        for net, values in ((nets.target, kernels), (nets.pruned, pruned)):
            net.append(values.reshape(size, size, *values.shape[1:]))
        total += item.bits
    return nets, total


def float_nets(exact: Nets) -> Nets:
    """Both networks in floats, each layer divided by one power of two."""
    nets = Nets([], [])
    for target, pruned in zip(exact.target, exact.pruned, strict=True):
        top = max(abs(value) for value in (*target.ravel(), *pruned.ravel()))
        scale = 1 << max(1, int(top)).bit_length()
        nets.target.append((target / scale).astype(np.float64))
        nets.pruned.append((pruned / scale).astype(np.float64))
    return nets


def split(images: NDArray[Any], window: Window) -> NDArray[Any]:
    """(x+, x-) on the channel axis, cropped to what the pixel sees.

    Args:
        images: Shape ``(batch, height, width, c_0)``.
        window: What to keep.
    """
    top, bottom, left, right = window.crop
    part = images[:, top:bottom, left:right]
    return np.concatenate([np.maximum(part, 0), np.maximum(-part, 0)], axis=-1)


def forward(
    inputs: NDArray[Any], kernels: Sequence[NDArray[Any]], window: Window
) -> list[NDArray[Any]]:
    """Values of every layer before ReLU; the last has shape ``(batch, 1, 1, c_l)``."""
    maps: list[NDArray[Any]] = []
    x = inputs
    for kernel, pads in zip(kernels, window.pads, strict=True):
        size = len(kernel)
        x = _padded(x, pads)
        height, width = x.shape[1] - size + 1, x.shape[2] - size + 1
        out: Any = 0
        for row, column in np.ndindex(size, size):
            part = x[:, row : row + height, column : column + width]
            out = out + part @ kernel[row, column]
        maps.append(out)
        x = np.maximum(out, 0)
    return maps


def backward(
    slopes: Float64Array,
    maps: Sequence[Float64Array],
    kernels: Sequence[Float64Array],
    window: Window,
) -> Float64Array:
    """Gradient with respect to (x+, x-).

    Args:
        slopes: Gradient with respect to the last layer before ReLU.
        maps: What `forward` returned.
        kernels: The same kernels.
        window: The same window.
    """
    for layer in reversed(range(len(kernels))):
        kernel, (rows, columns) = kernels[layer], window.pads[layer]
        size, (height, width) = len(kernel), slopes.shape[1:3]
        shape = (len(slopes), height + size - 1, width + size - 1, kernel.shape[2])
        grown = np.zeros(shape)
        for row, column in np.ndindex(size, size):
            part = grown[:, row : row + height, column : column + width]
            part += slopes @ kernel[row, column].T
        grown = grown[:, rows[0] : shape[1] - rows[1], columns[0] :]
        slopes = grown[:, :, : shape[2] - sum(columns)]
        if layer:
            slopes = slopes * (maps[layer - 1] > 0)
    return slopes


def _padded(x: NDArray[Any], pads: Pads) -> NDArray[Any]:
    """Zeros around; numpy's pad would put fixed-width zeros among Python integers."""
    (top, bottom), (left, right) = pads
    batch, height, width, channels = x.shape
    shape = (batch, top + height + bottom, left + width + right, channels)
    grown = np.zeros(shape, dtype=x.dtype)
    grown[:, top : top + height, left : left + width] = x
    return grown
