"""Inputs for forward passes: random, corners of the box, and awkward ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.graph import TargetCNN
from slth_verify.report.collect.targets.subject import Subject
from slth_verify.report.model.profile import Profile
from slth_verify.ticket.graphs.witness import work

#: Patterns taken from one layer's filters, so that wide layers stay affordable.
_MAX_PATTERNS = 12
#: Multiplications of all passes over images of one kind.
_MOST_PASSES = 1 << 33

HELD_OUT = "held-out images"


def images_of(
    subject: Subject, profile: Profile, patterns: Sequence[Float64Array] = ()
) -> dict[str, Float64Array]:
    """Images of the target's box by their kind in words.

    Args:
        subject: The target with its seed, and held-out images if there are any.
        profile: How many; large targets get fewer.
        patterns: As for `extreme_images`.
    """
    graph = subject.target
    shape, most = graph.input.shape, max(1, _MOST_PASSES // max(1, work(graph)))
    found = {
        "uniform images": uniform_images(
            min(profile.uniform_inputs, most), shape, subject.seed
        ),
        "corner images": corner_images(
            min(profile.corner_inputs, most), shape, subject.seed
        ),
    }
    if len(shape) == 3 and (profile.uniform_inputs or profile.corner_inputs):
        images = extreme_images((shape[0], shape[1], shape[2]), patterns)
        found["extreme images"] = images[:most]
    try:
        moved = {name: _in_the_box(graph, images) for name, images in found.items()}
    except OverflowError:  # a box beyond floats
        moved = {}
    if subject.held_out is not None:
        moved[HELD_OUT] = subject.held_out.inputs
    return {name: images for name, images in moved.items() if len(images)}


def _in_the_box(graph: TargetCNN, images: Float64Array) -> Float64Array:
    """Entries of [-1, 1] moved to where the box has them."""
    low, high = (
        np.array([float(end) for end in ends]).reshape(
            -1, *(1,) * (len(graph.input.shape) - 1)
        )
        for ends in (graph.input.low, graph.input.high)
    )
    moved = (low + high) / 2 + images * ((high - low) / 2)
    return np.asarray(np.clip(moved, low, high))


def uniform_images(count: int, shape: tuple[int, ...], seed: int) -> Float64Array:
    """Independent entries, uniform on [-1, 1], shape ``(count, *shape)``."""
    rng = np.random.default_rng([seed, 1])
    return rng.uniform(-1.0, 1.0, (count, *shape))


def corner_images(count: int, shape: tuple[int, ...], seed: int) -> Float64Array:
    """Half with entries -1 and 1, half with entries -1, 0 and 1."""
    rng = np.random.default_rng([seed, 2])
    signs = rng.integers(0, 2, (count - count // 2, *shape)) * 2 - 1
    trits = rng.integers(-1, 2, (count // 2, *shape))
    return np.concatenate([signs, trits]).astype(np.float64)


def extreme_images(
    shape: tuple[int, int, int], patterns: Sequence[Float64Array] = ()
) -> Float64Array:
    """Constant images, chessboards, and windows repeated over the image.

    Args:
        shape: ``(channels, height, width)``.
        patterns: Kernels ``(d, d, channels, filters)``. Images that repeat the signs of
            a filter make the terms of its sum add up, at every d-th pixel.
    """
    rows, columns = np.indices(shape[1:])
    chess = ((rows + columns) % 2 * 2 - 1).astype(np.float64)
    images = [np.full(shape, value) for value in (0.0, 1.0, -1.0)]
    images += [np.broadcast_to(sign * chess, shape) for sign in (1, -1)]
    for kernel in patterns:
        for out in range(min(kernel.shape[3], _MAX_PATTERNS)):
            signs = np.sign(kernel[:, :, :, out]).transpose(2, 0, 1)
            image = _repeated(signs, shape)
            images += [image, -image, np.maximum(image, 0.0), np.minimum(image, 0.0)]
    return np.stack(images).astype(np.float64)


def _repeated(window: Float64Array, shape: tuple[int, int, int]) -> Float64Array:
    """A window tiled so that one copy is centred on an inner pixel."""
    size = window.shape[1]
    tiles = (1, -(-shape[1] // size) + 1, -(-shape[2] // size) + 1)
    shift = (1 - size // 2) % size
    rolled = np.roll(np.tile(window, tiles), (shift, shift), axis=(1, 2))
    return rolled[:, : shape[1], : shape[2]]
