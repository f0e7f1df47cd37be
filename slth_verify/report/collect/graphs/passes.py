"""Forward passes of a target graph and its pruned network: evidence, never a proof."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import Float64Array
from slth_verify.graph import TargetGraph, exact_values, values
from slth_verify.graph.stages import stages_of
from slth_verify.report.collect.graphs.figures import OUTPUT
from slth_verify.report.collect.passes.inputs import corner_images, uniform_images
from slth_verify.report.collect.targets import GraphSubject, HeldOut
from slth_verify.report.model.observations import (
    CONSISTENT,
    TARGET_AND_PRUNED,
    UNDECIDED,
    Observation,
    observe,
)
from slth_verify.report.model.parts import Accuracy
from slth_verify.report.model.profile import Profile
from slth_verify.report.model.quantity import Absent, Quantity, enclosed, heuristic
from slth_verify.ticket import GraphTicket
from slth_verify.ticket.graphs.sums import PairSums, pair_sums
from slth_verify.ticket.graphs.values import (
    FloatPair,
    exact_pruned_values,
    float_pruned_values,
    gaps,
)
from slth_verify.ticket.graphs.weights import drawn_filters
from slth_verify.ticket.graphs.witness import inside, work
from slth_verify.verdict import Direction, Evidence

#: Multiplications of a pass above which no image is evaluated exactly, of all passes
#: over images of one kind, and entries of tensors in a batch.
_MOST_WORK, _MOST_PASSES, _ENTRIES = 1 << 23, 1 << 33, 1 << 22


@dataclass(frozen=True, slots=True)
class GraphPasses:
    """What forward passes showed; fields as in `GraphCase`."""

    observations: tuple[Observation, ...] = ()
    accuracy: Accuracy | None = None


def look(
    subject: GraphSubject, ticket: GraphTicket, bound: Fraction, profile: Profile
) -> GraphPasses:
    """Run the pruned network beside the target.

    Args:
        subject: The target.
        ticket: As read from its file.
        bound: The certified error, which no image may contradict.
        profile: How many images, where none were held out; large graphs get fewer.

    Returns:
        On the held-out images, or else on random ones of the box.

    Rigor:
        Float64 finds the image with the largest difference. That one is evaluated
        exactly, so a contradiction is a proof; nothing else here is one.
    """
    graph, seed = subject.target, ticket.seed
    sums = {
        stage.name: pair_sums(
            stage, part.exponent, drawn_filters(seed, stage, part.width, part.filters)
        )
        for stage, part in zip(stages_of(graph), ticket.stages, strict=True)
    }
    kind, images = _images(subject, profile)
    if not len(images):
        return GraphPasses()
    try:
        pairs = {name: FloatPair.of(part) for name, part in sums.items()}
        target, pruned = _outputs(graph, pairs, images)
    except OverflowError:  # weights beyond floats
        nothing = observe(
            TARGET_AND_PRUNED, kind, len(images), math.nan, math.inf, bound, OUTPUT
        )
        return GraphPasses((nothing,))
    seen = np.abs(pruned - target).reshape(len(images), -1).max(axis=1)
    observation = _observed(graph, sums, kind, images, seen, bound)
    held_out = subject.held_out
    scored = None if held_out is None else _scored(held_out, target, pruned, bound)
    return GraphPasses((observation,), scored)


def _images(subject: GraphSubject, profile: Profile) -> tuple[str, Float64Array]:
    """The images, and their kind in words."""
    if subject.held_out is not None:
        return "held-out images", subject.held_out.inputs
    source = subject.target.input
    try:
        low, high = (
            np.array([float(end) for end in ends]).reshape(
                -1, *(1,) * (len(source.shape) - 1)
            )
            for ends in (source.low, source.high)
        )
    except OverflowError:  # a box beyond floats
        return "", np.empty((0, *source.shape))
    most = max(1, _MOST_PASSES // max(1, work(subject.target)))
    uniform, corner = (
        draw(min(count, most), source.shape, subject.seed)
        for draw, count in (
            (uniform_images, profile.uniform_inputs),
            (corner_images, profile.corner_inputs),
        )
    )
    unit = np.concatenate([uniform, corner])
    halves = (low + high) / 2 + unit * ((high - low) / 2)
    return "uniform and corner images of the box", np.clip(halves, low, high)


def _outputs(
    graph: TargetGraph, pairs: dict[str, FloatPair], images: Float64Array
) -> tuple[Float64Array, Float64Array]:
    entries = sum(math.prod(graph.shape(node.name)) for node in graph.nodes)
    size = max(1, _ENTRIES // entries)
    parts = [images[first : first + size] for first in range(0, len(images), size)]
    pruned = [float_pruned_values(graph, pairs, part) for part in parts]
    return values(graph, images), np.concatenate(pruned)


def _observed(
    graph: TargetGraph,
    sums: dict[str, PairSums],
    kind: str,
    images: Float64Array,
    seen: Float64Array,
    bound: Fraction,
) -> Observation:
    """The largest difference, with what rounding has done to it at its image."""
    worst = int(np.argmax(seen))
    difference = float(seen[worst])
    if work(graph) <= _MOST_WORK or not math.isfinite(difference):
        rounding = math.inf
        if math.isfinite(difference):
            gap = abs(Fraction(difference) - _exactly(graph, sums, images[worst]))
            rounding = math.nextafter(float(gap), math.inf) if gap else 0.0
        return observe(
            TARGET_AND_PRUNED, kind, len(images), difference, rounding, bound, OUTPUT
        )
    fine = Fraction(difference) <= bound
    return Observation(
        TARGET_AND_PRUNED,
        kind,
        len(images),
        heuristic(difference, OUTPUT),
        Absent("an exact pass takes too long"),
        enclosed(bound, bound, Direction.UPPER, OUTPUT),
        CONSISTENT if fine else UNDECIDED,
        f"{difference:.6g} seen in float64, {float(bound):.6g} allowed",
    )


def _exactly(
    graph: TargetGraph, sums: dict[str, PairSums], image: Float64Array
) -> Fraction:
    """The difference at an image is at least this; the image is moved into the box."""
    entries = inside(graph, image)
    pruned = exact_pruned_values(graph, lambda stage: sums[stage.name], entries)
    return Fraction(gaps(exact_values(graph, entries), pruned).max())


def _scored(
    held_out: HeldOut, target: Float64Array, pruned: Float64Array, bound: Fraction
) -> Accuracy:
    """Classes by the largest score, all counted in float64."""
    count, labels = len(held_out.labels), held_out.labels
    scores, others = (
        outputs.reshape(*outputs.shape[:2], -1).mean(axis=2)
        for outputs in (target, pruned)
    )
    one, other = scores.argmax(axis=1), others.argmax(axis=1)
    order = np.sort(scores, axis=1)
    proved = order[:, -1] - order[:, -2] > 2 * float(bound)
    return Accuracy(
        count,
        held_out.sha256,
        _counted(one == labels),
        _counted(other == labels),
        _counted(one == other),
        _counted(proved),
    )


def _counted(hits: NDArray[np.bool_]) -> Quantity:
    text = str(int(hits.sum()))
    return Quantity(text, text, Evidence.HEURISTIC, Direction.NONE, "images")
