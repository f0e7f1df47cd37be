"""How far two networks are apart over a box: intervals, sharpened by linear forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from slth_verify.arrays import Float64Array, IndexArray
from slth_verify.deadline import look_at_the_clock
from slth_verify.errors import InvalidParameterError
from slth_verify.forms.backward.known import Known
from slth_verify.forms.backward.substitution import upper_bounds
from slth_verify.forms.intervals import (
    Interval,
    Intervals,
    of_box,
    through,
    through_stage,
)
from slth_verify.forms.joint.joint_rows import joint_bounds, worst_sharpened
from slth_verify.forms.pairs import NetworkPair
from slth_verify.forms.relaxations.gates import Relaxation, half_bounds
from slth_verify.forms.relaxations.piecewise_linear import Gate
from slth_verify.forms.relaxations.pools import Tournament
from slth_verify.forms.relaxations.slopes import Slopes
from slth_verify.forms.rounding import float_ends
from slth_verify.graph.nodes import Clip, Input, MaxPool, Node, Rectifier
from slth_verify.graph.stages import Stage
from slth_verify.ieee import require_ieee
from slth_verify.showing import OneLine

#: Numbers that rows take in one step backwards: 128 MiB of float64 numbers.
_CHUNK = 1 << 24


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Differences(OneLine):
    """What is proved of all tensors of two networks over a box.

    Attributes:
        known: Intervals of every tensor, and bounds of all that is not linear.
    """

    known: Known

    @classmethod
    def over(
        cls,
        pair: NetworkPair,
        box: Interval,
        *,
        given: Mapping[str, Intervals] | None = None,
        slopes: Mapping[str, Slopes] | None = None,
        sharpen: bool = True,
    ) -> Differences:
        """Walk the networks once; in front of every gate that is open, linear forms.

        Args:
            pair: Both networks.
            box: Of every entry of the image, of the input's shape.
            given: What is proved already of some tensors.
            slopes: Proposed for gates, by node.
            sharpen: Whether linear forms sharpen the intervals in front of gates.

        Raises:
            InvalidParameterError: If the box is empty, not finite or of another shape,
                or slopes are of another shape.
            FloatingPointModeError: If this thread does not round to nearest.

        Rigor:
            Enclosed. Ends may be infinite or NaN where float64 is left.
        """
        require_ieee()
        box = _checked_box(pair, box)
        known = Known(pair, {}, {}, {}, {})
        walk = _Walk(known, dict(given or {}), dict(slopes or {}), sharpen)
        with np.errstate(all="ignore"):
            for node in pair.nodes:
                look_at_the_clock()
                walk.step(node, box)
        return cls(known)

    @property
    def output(self) -> Intervals:
        """Intervals of the output."""
        return self.known.intervals[self.known.pair.output.name]

    def upper(
        self, target: Float64Array | None, gap: Float64Array | None
    ) -> Float64Array:
        """Bounds of rows ``a x + d (y - x)`` of the output; see `upper_bounds`."""
        return upper_bounds(self.known, self.known.pair.output.name, target, gap)

    def joint_upper(
        self, target: Float64Array | None, gap: Float64Array | None
    ) -> Float64Array:
        """Bounds like those of `upper`, jointly; infinite where that takes too long.

        Source:
            der:joint-forms.
        """
        return joint_bounds(self.known, self.known.pair.output.name, target, gap)

    def gap(self) -> Interval:
        """Of g - f at every entry of the output, by intervals and linear forms.

        Rigor:
            Enclosed, over all images of the box.
        """
        name = self.known.pair.output.name
        entries = np.arange(self.known.pair.entries(name), dtype=np.int64)
        found = self.output.difference
        high = entry_bounds(self.known, name, entries, (0.0, 1.0))
        low = -entry_bounds(self.known, name, entries, (0.0, -1.0))
        shape = found.low.shape
        return found.met(Interval(low.reshape(shape), high.reshape(shape)))

    def joint_gap(self) -> Interval:
        """Of g - f, sharpened jointly where that makes the largest modulus smaller.

        Rigor:
            Enclosed, over all images of the box.

        Source:
            der:joint-forms.
        """
        found, node = self.gap(), self.known.pair.output
        if not isinstance(node, (Rectifier, Clip)):
            return worst_sharpened(self.known, node.name, found)
        (name,) = node.sources
        source = self.known.intervals[name]
        sharper = worst_sharpened(self.known, name, source.difference)
        with np.errstate(all="ignore"):  # 0 times an infinite end says nothing
            passed = through(node, [replace(source, difference=sharper)]).difference
        low = np.where(np.isnan(passed.low), -np.inf, passed.low)
        high = np.where(np.isnan(passed.high), np.inf, passed.high)
        return found.met(Interval(low, high))


def _checked_box(pair: NetworkPair, box: Interval) -> Interval:
    """The box in float64, in which float32 numbers are what they are."""
    shape = pair.shapes[pair.image]
    ends = [np.asarray(end) for end in (box.low, box.high)]
    if not all(end.shape == shape and end.dtype.kind == "f" for end in ends) or not (
        np.isfinite(ends).all() and (ends[0] <= ends[1]).all()
    ):
        raise InvalidParameterError(
            f"box with ends of shapes {[end.shape for end in ends]} and types "
            f"{[str(end.dtype) for end in ends]}: finite floats of shape {shape}, low "
            "<= high, are required (der:difference-forms). Pass the ends of each entry."
        )
    return Interval(*(end.astype(np.float64) for end in ends))


def box_of(node: Input) -> Interval:
    """The input's box, entry by entry, in floats around it.

    Raises:
        OverflowError: If no float reaches it.
    """
    stretch = (-1, *(1,) * (len(node.shape) - 1))
    low = np.array([float_ends(end)[0] for end in node.low]).reshape(stretch)
    high = np.array([float_ends(end)[1] for end in node.high]).reshape(stretch)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise OverflowError("an end of the box is beyond the largest float")
    return Interval(
        np.broadcast_to(low, node.shape).copy(),
        np.broadcast_to(high, node.shape).copy(),
    )


def entry_bounds(
    known: Known, name: str, entries: IndexArray, factors: tuple[float, float]
) -> Float64Array:
    """Bounds from above of ``a x + d (y - x)`` for single entries of a tensor.

    Args:
        known: What is known of the tensors before.
        name: The tensor's node.
        entries: Flat indices.
        factors: a and d.
    """
    shape = known.pair.shapes[name]
    step = max(1, _CHUNK // known.pair.widest)
    out = np.empty(len(entries))
    for start in range(0, len(entries), step):
        some = entries[start : start + step]
        unit = np.zeros((known.pair.entries(name), len(some)))
        unit[some, np.arange(len(some))] = 1.0
        rows = unit.reshape(*shape, len(some))
        target, gap = (rows * factor if factor else None for factor in factors)
        out[start : start + step] = upper_bounds(known, name, target, gap)
    return out


class _Walk:
    """Forward through both networks."""

    def __init__(
        self,
        known: Known,
        given: dict[str, Intervals],
        slopes: dict[str, Slopes],
        sharpen: bool,
    ) -> None:
        self.known, self.given = known, given
        self.slopes, self.sharpen = slopes, sharpen

    def step(self, node: Node, box: Interval) -> None:
        """One more tensor."""
        known = self.known
        intervals: dict[str, Intervals] = known.intervals  # type: ignore[assignment]
        sources = [intervals[name] for name in node.sources]
        if isinstance(node, Input):
            found = of_box(box.low, box.high)
        elif isinstance(node, Stage):
            self._half(node, sources[0])
            shape = known.pair.shapes[node.name]
            found = through_stage(node, known.pair.stages[node.name], shape, sources[0])
        else:
            if isinstance(node, (Rectifier, Clip)):
                sources = [self._opened(node, sources[0])]
            elif isinstance(node, MaxPool):
                shape = known.pair.shapes[node.sources[0]]
                known.pools[node.name] = Tournament.of(node, shape, sources[0])  # type: ignore[index]
            found = through(node, sources)
        if node.name in self.given:
            found = found.met(self.given[node.name])
        intervals[node.name] = found

    def _half(self, stage: Stage, source: Intervals) -> None:
        name = stage.sources[0]
        if name != self.known.pair.image and not (source.pruned.low >= 0).all():
            self.known.halves[name] = half_bounds(source.pruned)  # type: ignore[index]

    def _opened(self, node: Rectifier | Clip, source: Intervals) -> Intervals:
        """A gate's relaxation, after its source was sharpened where that may help."""
        (name,) = node.sources
        gate = Gate.of(node, source.target.low.ndim)
        relaxation = Relaxation.of(gate, source)
        if self.sharpen and relaxation.open.any():
            source = self._sharpened(name, source, np.flatnonzero(relaxation.open))
            self.known.intervals[name] = source  # type: ignore[index]
        relaxation = Relaxation.of(gate, source, self.slopes.get(node.name))
        self.known.gates[node.name] = relaxation  # type: ignore[index]
        return source

    def _sharpened(
        self, name: str, source: Intervals, entries: IndexArray
    ) -> Intervals:
        """Intervals of some entries by linear forms, and the given ones elsewhere."""
        found = []
        for part, factors in (
            (source.target, (1.0, 0.0)),
            (source.difference, (0.0, 1.0)),
        ):
            low, high = part.low.ravel().copy(), part.high.ravel().copy()
            above = entry_bounds(self.known, name, entries, factors)
            under = -entry_bounds(self.known, name, entries, (-factors[0], -factors[1]))
            high[entries] = np.fmin(high[entries], above)
            low[entries] = np.fmax(low[entries], under)
            found.append(
                Interval(low.reshape(part.low.shape), high.reshape(part.low.shape))
            )
        return Intervals(found[0], source.pruned, found[1]).tightened()
