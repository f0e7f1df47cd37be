"""Looking for an input that refutes a claimed bound.

At one output pixel the difference of both networks is piecewise linear in the positive
and negative parts of the input. From many starts the search walks to the vertex of the
box that the local slopes favour, in floats; the best vertices are then evaluated in
integers, so a reported witness is a proof. Finding none proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import Float64Array
from slth_verify.ticket._difference import (
    Nets,
    Window,
    backward,
    exact_nets,
    float_nets,
    forward,
    split,
    window_of,
)
from slth_verify.ticket._residuals import LayerResiduals

_STARTS = 256
_CLIMBS = 64
_EXACT = 4
#: Shares of the entries that a step moves; small ones refine.
_SHARES = (1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.1, 0.1, 0.03) * 4
#: Entries of all feature maps of one batch together.
_ROOM = 1 << 22
#: Forward passes that a climb of one image costs, both networks and slopes included.
_PASSES = 6 * (len(_SHARES) + 1)
#: Entries of all windows together, each of which is a matrix product of a pass.
_PRODUCTS = 1 << 11
#: Multiplications that one search may cost: of floats, and of integers of 256 bits.
_FLOAT_WORK = 1 << 32
_EXACT_WORK = 1 << 26


@dataclass(frozen=True, slots=True)
class Witness:
    """An input at which f and S g differ by more than claimed.

    Attributes:
        pixels: Entries -1, 0 or 1 of a ``(c_0, *shape)`` image, flattened; in units of
            the input bound.
        shape: Height and width of the image.
        pixel: Row and column of the output pixel.
        channel: Output channel, from 0.
        difference: Exact |f - S g| there, for the input bound that was checked.
    """

    pixels: tuple[int, ...]
    shape: tuple[int, int]
    pixel: tuple[int, int]
    channel: int
    difference: Fraction


@dataclass(slots=True)
class _Climb:
    """A batch of images, each with its own output channel and sign of f - g."""

    images: Float64Array
    channels: NDArray[np.intp]
    signs: Float64Array


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
        A witness, evaluated exactly, or None if the search found none, or a forward
        pass costs too much to search.

    Rigor:
        Heuristic search, exact verdict.

    Cost:
        At most 2^32 multiplications of floats and 2^26 of integers of 256 bits.
    """
    window = window_of(residuals, image)
    plan = _plan(window, sum(map(_bits, residuals)))
    if plan is None or sum(len(item.kernel) for item in residuals) > _PRODUCTS:
        return None
    exact, bits = exact_nets(residuals)
    nets = float_nets(exact)
    rng = np.random.default_rng(0)
    starts = _starts(residuals[0], window, plan.starts, rng)
    with np.errstate(all="ignore"):  # deep networks may leave the range of floats
        climb = _best_starts(starts, nets, window, plan.climbs)
        merits = _ascend(climb, nets, window, rng)
    unit = Fraction(2) ** (sum(exponents) - bits)
    best: Witness | None = None
    for index in np.argsort(-merits)[: plan.evaluations]:
        found = _evaluate(climb, int(index), exact, window, unit)
        if found.difference > (eps if best is None else best.difference):
            best = found
    return best


def largest_output(
    residuals: Sequence[LayerResiduals],
    exponents: Sequence[int],
    image: tuple[int, int],
) -> Fraction:
    """A large output of the target, taken at an input in [-1, 1] that was found.

    Args:
        residuals: Exact kernels, layer by layer; errors are not looked at.
        exponents: Scale exponents e_i.
        image: Height and width of the target's inputs.

    Returns:
        The exact output; 0 if no positive one was found.

    Rigor:
        Heuristic search, exact value: a lower bound of the largest output.
    """
    removed = [
        LayerResiduals(
            item.kernel,
            -item.kernel,
            item.kernel if item.negative.size else item.negative,
            item.bits,
        )
        for item in residuals
    ]
    found = find_witness(removed, exponents, image, Fraction(0))
    return Fraction(0) if found is None else found.difference


def _bits(item: LayerResiduals) -> int:
    """Bits of a layer's largest integer."""
    return max(
        int(np.abs(part).max(initial=0)).bit_length()
        for part in (item.kernel, item.positive, item.negative)
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """How many images to start from, to climb with, and to evaluate exactly."""

    starts: int
    climbs: int
    evaluations: int


def _plan(window: Window, bits: int) -> _Plan | None:
    """What one search can afford; None if not even one image."""
    exact = 2 * window.work * (1 + bits // 256)
    evaluations = min(_EXACT, _EXACT_WORK // exact)
    climbs = min(_CLIMBS, _FLOAT_WORK // (_PASSES * window.work))
    if window.largest > _ROOM or not evaluations or not climbs:
        return None
    starts = max(4, min(_STARTS, _ROOM // window.largest, 4 * climbs))
    return _Plan(starts, climbs, evaluations)


def _starts(
    first: LayerResiduals, window: Window, count: int, rng: np.random.Generator
) -> Float64Array:
    """Constant images, images that excite the first layer's errors, random corners."""
    channels = first.kernel.shape[1]
    size = round(len(first.kernel) ** 0.5)
    tiles = (-(-window.shape[0] // size), -(-window.shape[1] // size), 1)
    shape = (*window.shape, channels)
    images = [np.full(shape, value) for value in (1.0, -1.0)]
    signs = np.sign(first.positive).astype(np.float64)
    errors = signs.reshape(size, size, channels, -1)
    for out in range(min(errors.shape[3], count // 8)):
        image = np.tile(errors[..., out], tiles)[: shape[0], : shape[1]]
        images += [image, -image]
    rest = max(2, count - len(images))
    dense = rng.choice([-1.0, 1.0], size=(rest, *shape))
    dense[::2] *= rng.random((len(dense[::2]), *shape)) < 0.5
    return np.concatenate([np.stack(images), dense])[: max(count, len(images))]


def _best_starts(
    images: Float64Array, nets: Nets, window: Window, climbs: int
) -> _Climb:
    """For each output channel and sign the best images, the promising ones first."""
    inputs = split(images, window)
    f = forward(inputs, nets.target, window)[-1][:, 0, 0]
    g = forward(inputs, nets.pruned, window)[-1][:, 0, 0]
    merits = np.stack([f - np.maximum(g, 0), g - np.maximum(f, 0)], axis=-1)
    flat = merits.reshape(len(images), -1)
    depth = max(1, min(len(images), climbs // flat.shape[1]))
    order = np.argsort(-flat, axis=0)[:depth]
    choice, goal = np.divmod(np.arange(order.size), flat.shape[1])
    rows = order[choice, goal]
    keep = np.argsort(-flat[rows, goal])[: min(climbs, len(images))]
    channels, kinds = np.divmod(goal[keep], 2)
    return _Climb(images[rows[keep]].copy(), channels, 1.0 - 2.0 * kinds)


def _ascend(
    climb: _Climb, nets: Nets, window: Window, rng: np.random.Generator
) -> Float64Array:
    """Move every image towards the vertex its slopes favour; keep improvements."""
    merits, corner = _merits(climb, climb.images, nets, window)
    for share in _SHARES:
        moved = rng.random(corner.shape) < share
        trial = np.where(moved, corner, climb.images)
        values, corners = _merits(climb, trial, nets, window)
        better = values > merits
        climb.images[better] = trial[better]
        corner[better] = corners[better]
        merits = np.maximum(merits, values)
    return merits


def _merits(
    climb: _Climb, images: Float64Array, nets: Nets, window: Window
) -> tuple[Float64Array, Float64Array]:
    """Difference in each image's own direction, and the vertex its slopes favour.

    The larger side counts before ReLU, the smaller one after it: never more than the
    true difference, equal to it where that is positive, and with a slope where both
    outputs are zero.
    """
    inputs, rows = split(images, window), np.arange(len(images))
    total = np.zeros(len(images))
    slopes = np.zeros_like(inputs)
    for kernels, side in ((nets.target, climb.signs), (nets.pruned, -climb.signs)):
        if not any(kernel.any() for kernel in kernels):
            continue  # a network of zeros: neither value nor slope
        maps = forward(inputs, kernels, window)
        value = maps[-1][rows, 0, 0, climb.channels]
        gate = (side > 0) | (value > 0)
        total += side * gate * value
        start = np.zeros_like(maps[-1])
        start[rows, 0, 0, climb.channels] = side * gate
        slopes += backward(start, maps, kernels, window)
    plus, minus = np.split(slopes, 2, axis=-1)
    corner = np.zeros_like(images)
    top, bottom, left, right = window.crop
    corner[:, top:bottom, left:right] = np.where(
        plus >= minus, (plus > 0) * 1.0, (minus > 0) * -1.0
    )
    return total, corner


def _evaluate(
    climb: _Climb, index: int, exact: Nets, window: Window, unit: Fraction
) -> Witness:
    channel = int(climb.channels[index])
    image = climb.images[index].astype(np.int64)
    inputs = split(image[None].astype(object), window)
    outputs: list[Any] = [
        forward(inputs, [*kernels[:-1], kernels[-1][..., [channel]]], window)[-1]
        for kernels in (exact.target, exact.pruned)
    ]
    f, g = (max(int(output.item()), 0) for output in outputs)
    pixels = tuple(int(value) for value in image.transpose(2, 0, 1).ravel())
    return Witness(pixels, window.shape, window.pixel, channel, abs(f - g) * unit)
