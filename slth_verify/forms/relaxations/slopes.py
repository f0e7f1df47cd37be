"""Slopes of a gate's bounds, proposed; `gates` makes bounds that hold of any."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.errors import InvalidParameterError
from slth_verify.forms.intervals import Interval, Intervals
from slth_verify.forms.relaxations.piecewise_linear import Gate
from slth_verify.graph.nodes import Shape


@dataclass(frozen=True, eq=False, slots=True)
class Slopes:
    """Proposed slopes of a gate's bounds, entry by entry; see `Relaxation`."""

    upper: Float64Array
    lower: Float64Array
    gap_upper: Float64Array
    gap_lower: Float64Array
    gap_upper_by_target: Float64Array
    gap_lower_by_target: Float64Array

    def require(self, shape: Shape) -> None:
        """Refuse slopes that are not of a tensor's shape."""
        for field in fields(self):
            found = np.shape(getattr(self, field.name))
            if found != shape:
                raise InvalidParameterError(
                    f"{field.name}: slopes of shape {found}, where shape {shape} is "
                    "required (der:difference-forms). Pass one for each entry."
                )


def default_slopes(gate: Gate, source: Intervals) -> Slopes:
    """Slopes that keep each bound near its gate; any others were valid too."""
    x, gap = source.target, source.difference
    upper, lower = (
        _clip_slopes(gate, x) if len(gate.kinks) == 2 else bent_slopes(gate, x)
    )
    zero = np.zeros(x.low.shape)
    high = [np.maximum(end, gate.least * end) for end in (gap.low, gap.high)]
    low = [np.minimum(end, gate.least * end) for end in (gap.low, gap.high)]
    return Slopes(
        upper, lower, _chord(gap, *high), _chord(gap, *low), zero, zero.copy()
    )


def parallel_slopes(gate: Gate, source: Intervals) -> Slopes:
    """Slopes with which a gate is an affine map and an error that is bounded.

    They are in the middle of the gate's own, so that errors are the least share of what
    the gate takes.
    """
    found = default_slopes(gate, source)
    x, middle = (
        source.target,
        np.broadcast_to((1.0 + gate.least) / 2, found.upper.shape),
    )
    across = (x.low < 0) & (x.high > 0) & (len(gate.kinks) == 1)
    upper = np.where(across, middle, found.upper)
    return replace(found, upper=upper, lower=upper, gap_upper=middle, gap_lower=middle)


def _chord(ends: Interval, low: Float64Array, high: Float64Array) -> Float64Array:
    width = ends.high - ends.low
    wide = width > 0
    found = (high - low) / np.where(wide, width, 1.0)
    return np.where(wide, np.clip(found, 0.0, 1.0), 0.0)


def bent_slopes(gate: Gate, x: Interval) -> tuple[Float64Array, Float64Array]:
    """Convex: a chord above; below, the slope of the larger side."""
    chord = _chord(x, gate.values(x.low), gate.values(x.high))
    on, off = x.low >= 0, x.high <= 0
    upper = np.where(on, 1.0, np.where(off, gate.least, chord))
    lower = np.where(on | (~off & (x.high > -x.low)), 1.0, gate.least)
    return upper, lower


def _clip_slopes(gate: Gate, x: Interval) -> tuple[Float64Array, Float64Array]:
    """Lines from one end of the interval to the far kink, or a slope of one side."""
    low, high = gate.kinks
    rise = gate.values(x.high) - gate.values(x.low)
    first, second = (x.low < low) & (x.high > low), (x.low < high) & (x.high > high)
    still = (x.high <= low) | (x.low >= high)
    upper = np.where(
        second,
        np.where(
            first,
            _ratio(rise, high - x.low),
            np.where(high - x.low > x.high - high, 1.0, 0.0),
        ),
        np.where(first, _chord(x, gate.values(x.low), gate.values(x.high)), 1.0),
    )
    lower = np.where(
        first,
        np.where(
            second,
            _ratio(rise, x.high - low),
            np.where(x.high - low > low - x.low, 1.0, 0.0),
        ),
        np.where(second, _chord(x, gate.values(x.low), gate.values(x.high)), 1.0),
    )
    return np.where(still, 0.0, upper), np.where(still, 0.0, lower)


def _ratio(rise: Float64Array, width: Float64Array) -> Float64Array:
    return np.clip(rise / np.where(width > 0, width, 1.0), 0.0, 1.0)
