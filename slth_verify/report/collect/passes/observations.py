"""Forward passes of target and pruned network: evidence, never a proof."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph import exact_values
from slth_verify.report.collect.passes.networks import Networks
from slth_verify.report.collect.passes.rounding import Rounded, rounded_outputs
from slth_verify.report.model.observations import (
    CONSISTENT,
    TARGET_AND_PRUNED,
    UNDECIDED,
    Observation,
    observe,
)
from slth_verify.report.model.quantity import OUTPUT, Absent, enclosed, heuristic
from slth_verify.ticket.graphs.values import exact_pruned_values, gaps
from slth_verify.ticket.graphs.witness import inside, work
from slth_verify.verdict import Direction

#: Multiplications of a pass above which no image is evaluated exactly.
_MOST_WORK = 1 << 23
#: Images on which the network with all kept filters runs, and weights it may have.
_WHOLE, _MOST_WEIGHTS = 8, 1 << 24
#: A merged weight is rounded once, as if a sum had one more term: so many times the
#: rounding of a pass covers both.
MERGED = 2.5


def compared(
    networks: Networks,
    kind: str,
    images: Float64Array,
    outputs: tuple[Float64Array, Float64Array],
    bound: Fraction,
) -> Observation:
    """Target against pruned network, its filters added up.

    Args:
        networks: Those of a ticket.
        kind: The images in words.
        images: Shape ``(count, *input shape)``.
        outputs: Of both in float64.
        bound: The certified error, which no image may contradict.

    Rigor:
        Float64 finds the image with the largest difference. That one is evaluated
        exactly, so a contradiction is a proof; nothing else here is one.
    """
    target, pruned = outputs
    seen = np.abs(pruned - target).reshape(len(images), -1).max(axis=1)
    worst = int(np.argmax(seen))
    difference = float(seen[worst])
    if work(networks.target) <= _MOST_WORK or not math.isfinite(difference):
        rounding = math.inf
        if math.isfinite(difference):
            gap = abs(Fraction(difference) - exactly(networks, images[worst]))
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


def exactly(networks: Networks, image: Float64Array) -> Fraction:
    """The difference at an image is at least this; the image is moved into the box."""
    graph = networks.target
    entries = inside(graph, image)
    pruned = exact_pruned_values(graph, lambda s: networks.sums[s.name], entries)
    return Fraction(gaps(exact_values(graph, entries), pruned).max())


def merged_and_pruned(networks: Networks, images: Float64Array) -> Observation | None:
    """The network with all kept filters against the one whose filters are added up.

    Returns:
        None if the former is too large, or floats do not hold a weight.

    Rigor:
        Both have the same exact outputs, so a difference beyond the rounding of both
        is a proof that one of them was made wrongly.
    """
    weights = sum(
        len(kept.owner) * (stage.channels + math.prod(stage.kernel_shape(0)))
        for stage, kept in zip(networks.stages, networks.kept, strict=True)
    )
    if weights > _MOST_WEIGHTS:
        return None
    some = images[np.linspace(0, len(images) - 1, _WHOLE).astype(int)]
    try:
        merged, pruned = (
            rounded_outputs(networks.small(merge=merge), some)
            for merge in (True, False)
        )
    except (InvalidParameterError, InvalidTargetError):
        return None
    return equal_but_for_rounding(
        "pruned and merged network", len(some), pruned, merged.times(MERGED)
    )


def equal_but_for_rounding(
    subject: str, count: int, one: Rounded, other: Rounded
) -> Observation:
    """Two networks whose exact outputs are the same."""
    gap = float(np.abs(one.values - other.values).max()) * (1 + 2.0**-52)
    rounding = float((one.errors + other.errors).max()) * (1 + 2.0**-50)
    return observe(
        subject, "images of all these kinds", count, gap, rounding, Fraction(0), OUTPUT
    )
