"""Errors of gates tied to what the gates take: at most a share, and at least one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slth_verify.arrays import Float64Array, IndexArray
from slth_verify.forms.intervals import Interval, slope_ends
from slth_verify.forms.joint.affordable import before
from slth_verify.forms.joint.symbols import (
    Affine,
    ParallelBounds,
    SymbolicSubstitution,
)
from slth_verify.forms.relaxations.gates import Bound
from slth_verify.forms.rounding import above, below
from slth_verify.graph.nodes import Clip, Rectifier


@dataclass(frozen=True, eq=False, slots=True)
class Tie:
    """Errors of one gate, each with the map of what the gate takes.

    Attributes:
        key: Of the errors' symbols.
        ends: Of the errors.
        entries: Which of them are tied.
        forms: What the gate takes there.
        shares: By so much of its modulus the error is bounded.
        short: By so much it may be below that; infinite where it has no floor.
    """

    key: Bound
    ends: Interval
    entries: IndexArray
    forms: Affine
    shares: Float64Array
    short: Float64Array


def ties_before(bounds: ParallelBounds, name: str) -> list[Tie]:
    """Of all gates before a tensor, in order."""
    known, found = bounds.known, []
    for node in before(known.pair.nodes, name):
        if not isinstance(node, (Rectifier, Clip)):
            continue
        (source,) = node.sources
        parts, relaxation = known.intervals[source], bounds.gate(node)
        x, axes = parts.target, parts.target.low.ndim
        across = (x.low < 0) & (x.high > 0)
        bent, least, most = False, np.zeros(1), np.zeros(1)
        if isinstance(node, Rectifier):
            bent, (least, most) = True, slope_ends(node, axes)
        # a value is a slope between the least one and 1, times what the gate takes
        for part, some, lower, upper in (
            ("target", across & bent, relaxation.lower, relaxation.upper),
            ("gap", relaxation.open, relaxation.gap_lower, relaxation.gap_upper),
        ):
            slope = upper.by_target if part == "target" else upper.by_gap
            share = above(np.maximum(1.0 - slope, slope - least)).ravel()
            entries = np.flatnonzero(some)
            if len(entries):
                forms = _forms_of(bounds, source, part, entries)
                ends = Interval(*(b.constant.ravel()[entries] for b in (lower, upper)))
                short = np.full(len(entries), np.inf)
                if part == "target":
                    floor = below(np.minimum(1.0 - slope, slope - most)).ravel()
                    size = np.broadcast_to(x.sizes, x.low.shape).ravel()
                    short = above(above(share - floor) * size)[entries]
                found.append(Tie(upper, ends, entries, forms, share[entries], short))
    return found


def _forms_of(
    bounds: ParallelBounds, name: str, part: str, entries: IndexArray
) -> Affine:
    """Single entries of a tensor as affine maps of symbols."""
    pair = bounds.known.pair
    unit = np.zeros((pair.entries(name), len(entries)))
    unit[entries, np.arange(len(entries))] = 1.0
    rows = unit.reshape(*pair.shapes[name], len(entries))
    work = SymbolicSubstitution(bounds, len(entries))
    work.back(name, *(rows if part == which else None for which in ("target", "gap")))
    return work.affine
