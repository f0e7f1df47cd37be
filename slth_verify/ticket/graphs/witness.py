"""Images that show something: a refuted claim, or how far outputs reach.

Images are tried in floats, the box's corners and walks between them; the best ones are
evaluated exactly, so what is reported is a proof. Finding none proves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.graph.dyadics import Exact
from slth_verify.graph.exact import exact_values
from slth_verify.graph.float_values import values
from slth_verify.graph.graph import TargetCNN
from slth_verify.graph.stages import Stage, stages_of
from slth_verify.showing import OneLine
from slth_verify.ticket.graphs.sums import PairSums
from slth_verify.ticket.graphs.values import (
    FloatPair,
    exact_pruned_values,
    float_pruned_values,
    gaps,
)

#: Images that are tried at first, and walks that go on from the best ones.
_STARTS, _WALKS, _STEPS = 64, 8, 24
#: Images that are evaluated exactly.
_EXACT = 3
#: Multiplications of one pass above which nothing is searched; an exact one takes 0.2
#: us, and some hundred passes are made in floats. An entry of a tensor costs as much as
#: some of them.
_MOST_WORK, _ENTRY = 1 << 23, 16


@dataclass(frozen=True, slots=True, repr=False)
class Witness(OneLine):
    """An image at which f and g differ by more than claimed.

    Attributes:
        image: Its entries, exact, flattened.
        shape: Of the image.
        entry: Index of the output's entry.
        difference: |f - g| there is at least this; exact unless batch norms come in.
    """

    image: tuple[Fraction, ...]
    shape: tuple[int, ...]
    entry: tuple[int, ...]
    difference: Fraction


def work(graph: TargetCNN) -> int:
    """Multiplications of one forward pass, and what its tensors cost beside."""
    entries = sum(math.prod(graph.shape(node.name)) for node in graph.nodes)
    return _ENTRY * entries + sum(
        stage.layer.weight.size * math.prod(graph.shape(stage.output)[1:])
        for stage in stages_of(graph)
    )


def find_witness(
    graph: TargetCNN, sums: Callable[[Stage], PairSums], eps: Fraction
) -> Witness | None:
    """Search the box for an image at which the difference exceeds ``eps``.

    Args:
        graph: The target.
        sums: Of every stage.
        eps: The claimed bound.

    Returns:
        A witness, or None if none was found or a pass costs too much.

    Rigor:
        Heuristic search, exact verdict.
    """
    if work(graph) > _MOST_WORK:
        return None
    exact = {stage.name: sums(stage) for stage in stages_of(graph)}
    try:
        pairs = {name: FloatPair.of(part) for name, part in exact.items()}
        images = starting_images(graph)
    except OverflowError:  # weights or a box beyond floats
        return None

    def merits(images: Float64Array) -> Float64Array:
        found = float_pruned_values(graph, pairs, images) - values(graph, images)
        flat = np.abs(found).reshape(len(images), -1).max(axis=1)
        return np.asarray(np.nan_to_num(flat, nan=0.0, posinf=np.finfo(float).max))

    best: Witness | None = None
    for floats in climbed_images(graph, images, merits)[:_EXACT]:
        image = inside(graph, floats)
        found = gaps(
            exact_values(graph, image),
            exact_pruned_values(graph, lambda stage: exact[stage.name], image),
        )
        flat = int(np.argmax(found))
        gap = Fraction(found.ravel()[flat])
        if gap > (eps if best is None else best.difference):
            best = Witness(
                tuple(image.ravel().tolist()),
                image.shape,
                tuple(int(i) for i in np.unravel_index(flat, found.shape)),
                gap,
            )
    return best


def reached_spread(graph: TargetCNN) -> Fraction:
    """Two images' outputs differ by so much, in one channel.

    Rigor:
        Heuristic search, exact value: a lower bound of the widest range of a channel.
    """
    if work(graph) > _MOST_WORK:
        return Fraction(0)
    try:
        images = starting_images(graph)
    except OverflowError:  # a box beyond floats
        return Fraction(0)
    outputs = values(graph, images).reshape(len(images), graph.output_shape[0], -1)
    by_image = np.moveaxis(outputs, 1, 0).reshape(graph.output_shape[0], -1)
    places = outputs.shape[2]
    if not np.isfinite(by_image).all():
        return Fraction(0)
    channel = int(np.argmax(by_image.max(axis=1) - by_image.min(axis=1)))
    row = by_image[channel]
    ends = []
    for flat, side in ((int(row.argmax()), 0), (int(row.argmin()), 1)):
        exact = exact_values(graph, inside(graph, images[flat // places]))[side]
        ends.append(exact.reshape(graph.output_shape[0], -1)[channel, flat % places])
    return Fraction(max(ends[0] - ends[1], Fraction(0)))


def inside(graph: TargetCNN, image: Float64Array) -> Exact:
    """The image with every entry moved into the box, as fractions.

    No float need lie in a box, so what is decided is decided of such an image.
    """
    ends = zip(image, graph.input.low, graph.input.high, strict=True)
    moved = [
        min(max(Fraction(x), low), high)
        for channel, low, high in ends
        for x in channel.ravel().tolist()
    ]
    found = np.empty(image.shape, object)
    found.ravel()[:] = moved
    return found


def _box(graph: TargetCNN) -> tuple[Float64Array, Float64Array]:
    """The floats next to the box's ends, for every entry of an image."""
    shape = graph.input.shape
    low, high = (
        np.array([float(number) for number in numbers]).reshape(
            -1, *(1,) * (len(shape) - 1)
        )
        for numbers in (graph.input.low, graph.input.high)
    )
    return np.broadcast_to(low, shape), np.broadcast_to(high, shape)


def starting_images(graph: TargetCNN) -> Float64Array:
    """Both ends of the box, its middle, zero if it is inside, random corners.

    Raises:
        OverflowError: If floats do not reach the box.
    """
    low, high = _box(graph)
    rng = np.random.default_rng(0)
    plain = [low, high, low / 2 + high / 2, np.clip(0.0, low, high)]
    corners = rng.random((_STARTS, *low.shape)) < 0.5
    corners[: _STARTS // 2] &= rng.random((_STARTS // 2, *low.shape)) < 0.3
    return np.concatenate([np.stack(plain), np.where(corners, high, low)])


def climbed_images(
    graph: TargetCNN,
    images: Float64Array,
    merits: Callable[[Float64Array], Float64Array],
) -> Float64Array:
    """Images that walks from corner to corner found, the best first."""
    low, high = _box(graph)
    scores = merits(images)
    order = np.argsort(-scores)[:_WALKS]
    images, scores = images[order], scores[order]
    rng = np.random.default_rng(1)
    for step in range(_STEPS):
        moved = rng.random(images.shape) < (0.3, 0.1, 0.03)[step % 3]
        other = np.where(rng.random(images.shape) < 0.5, low, high)
        trial = np.where(moved, other, images)
        found = merits(trial)
        better = found > scores
        images[better], scores[better] = trial[better], found[better]
    return images[np.argsort(-scores)]
