"""Looking for an input that refutes a claimed bound.

Candidates are found in floats; the witness itself is evaluated in exact rationals, so a
reported witness is a proof. Finding none proves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.ticket._bound import LayerResiduals

_CANDIDATES = 256


@dataclass(frozen=True, slots=True)
class Witness:
    """An input at which f and S g differ by more than claimed.

    Attributes:
        pixels: Entries -1, 0 or 1 of a ``(c_0, *shape)`` image, flattened.
        shape: Height and width of the image.
        pixel: Row and column of the output pixel.
        channel: Output channel, from 0.
        difference: Exact |f - S g| there.
    """

    pixels: tuple[int, ...]
    shape: tuple[int, int]
    pixel: tuple[int, int]
    channel: int
    difference: Fraction


def find_witness(
    residuals: Sequence[LayerResiduals],
    exponents: Sequence[int],
    image: tuple[int, int],
    eps: Fraction,
) -> Witness | None:
    """Search corners of the input box for a difference above ``eps``.

    Args:
        residuals: Exact kernels and errors, layer by layer.
        exponents: Scale exponents e_i.
        image: Height and width of the target's inputs. The witness is the window that
            one output pixel sees, or the whole image where that is smaller.
        eps: The claimed bound.

    Returns:
        A witness, evaluated exactly, or None if the search found none.
    """
    sizes = [_window(item) for item in residuals]
    field = 1 + sum(size - 1 for size in sizes)
    shape = (min(field, image[0]), min(field, image[1]))
    left = sum((size - 1) // 2 for size in sizes)
    pixel = tuple(left if side == field else side // 2 for side in shape)
    inputs = _candidates(residuals[0], shape)
    target = [_conv_weights(item.kernel) for item in residuals]
    pruned = [_pruned_weights(item) for item in residuals]
    row, column = pixel
    f = _forward(inputs, [_as_float(w) for w in target], signed=False)
    g = _forward(inputs, [_as_float(w) for w in pruned], signed=True)
    gaps = np.abs(f - g)[:, :, row, column]
    best, channel = np.unravel_index(int(np.argmax(gaps)), gaps.shape)
    exact = inputs[best : best + 1].astype(int).astype(object)
    at_f = Fraction(_forward(exact, target, signed=False)[0, channel, row, column])
    at_g = Fraction(_forward(exact, pruned, signed=True)[0, channel, row, column])
    difference = abs(at_f - at_g) * Fraction(2) ** sum(exponents)
    if difference <= eps:
        return None
    pixels = tuple(int(value) for value in inputs[best].ravel())
    return Witness(pixels, shape, (row, column), int(channel), difference)


def _window(item: LayerResiduals) -> int:
    return math.isqrt(item.kernel.shape[0])


def _candidates(first: LayerResiduals, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Constant images, images that excite the first layer's errors, random corners."""
    channels, size = first.kernel.shape[1], _window(first)
    rng = np.random.default_rng(0)
    images = [np.full((channels, *shape), value) for value in (0.0, 1.0, -1.0)]
    plus = _as_float(first.positive).reshape(size, size, channels, -1)
    tiles = (1, -(-shape[0] // size), -(-shape[1] // size))
    for out in range(plus.shape[3]):
        pattern = np.sign(plus[:, :, :, out]).transpose(2, 0, 1)
        image = np.tile(pattern, tiles)[:, : shape[0], : shape[1]]
        images += [image, -image, np.maximum(image, 0.0), np.minimum(image, 0.0)]
    corners = rng.integers(-1, 2, size=(_CANDIDATES, channels, *shape))
    return np.concatenate([np.stack(images), corners.astype(np.float64)])


def _conv_weights(kernel: NDArray[np.object_]) -> NDArray[np.object_]:
    size = math.isqrt(kernel.shape[0])
    return kernel.reshape(size, size, *kernel.shape[1:])


def _pruned_weights(item: LayerResiduals) -> NDArray[np.object_]:
    """Merged kernels; for signed inputs those of x+ and x- stacked on the channels."""
    positive = _conv_weights(item.positive + item.kernel)
    if not item.negative.size:
        return positive
    return np.concatenate(
        [positive, _conv_weights(item.negative - item.kernel)], axis=2
    )


def _as_float(values: NDArray[np.object_]) -> NDArray[np.float64]:
    return values.astype(np.float64)


def _forward(
    images: NDArray[Any], weights: Sequence[NDArray[Any]], *, signed: bool
) -> NDArray[Any]:
    """Size-keeping convolutions with zero padding, ReLU after each.

    Args:
        images: Shape ``(batch, c, height, width)``, floats or exact objects.
        weights: ``(d, d, c_in, c_out)`` each.
        signed: Whether the first layer reads (x+, x-).
    """
    x = images
    if signed:
        x = np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], axis=1)
    for kernel in weights:
        size, (height, width) = kernel.shape[0], x.shape[2:]
        margin = ((size - 1) // 2, size // 2)
        padded = np.pad(x, ((0, 0), (0, 0), margin, margin))
        out: Any = 0
        for row, column in np.ndindex(size, size):
            part = padded[:, :, row : row + height, column : column + width]
            out = out + np.tensordot(part, kernel[row, column], axes=([1], [0]))
        x = np.maximum(np.moveaxis(out, -1, 1), 0)
    return x
