"""Linear forms of tensors, substituted back to the image.

Node by node, rows of a tensor are bounded from above by rows of the tensors before,
until only the image is left, whose box gives a number. `carried` has the rows.
"""

from __future__ import annotations

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.deadline import look_at_the_clock
from slth_verify.forms.adjoints import (
    copies_of,
    of_average,
    of_moves,
    of_stage,
    scattered,
    terms_of,
)
from slth_verify.forms.backward.carried import Carried, largest
from slth_verify.forms.backward.known import Known, Rows, row_count
from slth_verify.forms.pairs import Numbers
from slth_verify.forms.relaxations.gates import Bound, Relaxation
from slth_verify.forms.relaxations.pools import Tournament
from slth_verify.forms.rounding import TINY, sizes_above, slack, total_above
from slth_verify.graph.nodes import (
    AveragePool,
    Clip,
    Input,
    MaxPool,
    Node,
    Pad,
    Rectifier,
    Sum,
)
from slth_verify.graph.stages import Stage
from slth_verify.ieee import require_ieee


def upper_bounds(known: Known, name: str, target: Rows, gap: Rows) -> Float64Array:
    """Bounds of ``a x + d (y - x)`` from above, over the box.

    Args:
        known: Intervals and relaxations.
        name: The tensor's node.
        target: a, of shape ``(*tensor's shape, rows)``, or None for zeros.
        gap: d, likewise.

    Returns:
        Shape ``(rows,)``; NaN or infinite where floats were left, which proves nothing.

    Raises:
        InvalidParameterError: If rows are not of that shape, or no float64 numbers.
        FloatingPointModeError: If this thread does not round to nearest.

    Rigor:
        Enclosed, in float64 with errors of rounding on the safe side.

    Source:
        docs/theory/linear-forms.md, "Substitution".
    """
    require_ieee()
    count = row_count(known.pair.shapes[name], target, gap)
    with np.errstate(all="ignore"):
        work = Substitution(known, count)
        work.back(name, target, gap)
        return np.asarray(np.fmin(work.best, work.constant))


class Substitution(Carried):
    """Rows on their way back, node by node."""

    def back(self, name: str, target: Rows, gap: Rows) -> None:
        """From a tensor to the image."""
        self.add(name, target, gap)
        for node in reversed(self.known.pair.nodes):
            if node.name in self.rows:
                look_at_the_clock()
                self.through(node)
                if isinstance(node, Stage):
                    self.stop()

    def through(self, node: Node) -> None:
        """Put in for a node's tensor what it computes, or what bounds it."""
        target, gap = self.rows.pop(node.name)
        if target is None and gap is None:
            return
        if target is not None and isinstance(node, Input):  # it has no gap
            self._image(node, target)
        elif isinstance(node, Stage):
            self._stage(node, target, gap)
        elif isinstance(node, (Rectifier, Clip)):
            self.add(node.sources[0], *self._gate(node, target, gap))
        elif isinstance(node, MaxPool):
            self._pool(node, target, gap)
        else:
            self._linear(node, target, gap)

    def _image(self, node: Input, target: Float64Array) -> None:
        """The largest value over the box: entries are at an end, or at the kink."""
        box = self.known.intervals[node.name].target
        low, high = box.low.ravel(), box.high.ravel()
        rows = target.reshape(len(low), -1)
        if self.positive is None:
            self._plus(high, np.maximum(rows, 0.0))
            self._plus(low, np.minimum(rows, 0.0))
            return
        bent = self.positive.reshape(len(low), -1)
        ends = [
            rows * end[:, None] + bent * np.maximum(end, 0.0)[:, None]
            for end in (low, high)
        ]
        most = np.maximum(*ends)
        across = ((low < 0) & (high > 0))[:, None]
        most = np.where(across, np.maximum(most, 0.0), most)
        lost = (np.abs(rows) + np.abs(bent)) * box.sizes.ravel()[:, None]
        count = len(low)
        self._plus(np.ones(count), most)
        self._grow(2 * slack(count) * sizes_above(lost) + count * TINY)

    def _gate(
        self, node: Rectifier | Clip, target: Rows, gap: Rows
    ) -> tuple[Rows, Rows]:
        """Coefficients of p and of t, by the sign of those of the gate's tensors."""
        return self._relaxed(self.known.gates[node.name], node, target, gap)

    def _relaxed(
        self, relaxation: Relaxation, node: Node, target: Rows, gap: Rows
    ) -> tuple[Rows, Rows]:
        parts = self.known.intervals[node.sources[0]]
        return self._bounded(
            (
                (target, relaxation.upper, relaxation.lower),
                (gap, relaxation.gap_upper, relaxation.gap_lower),
            ),
            (largest(parts.target), largest(parts.difference)),
        )

    def _stage(self, stage: Stage, target: Rows, gap: Rows) -> None:
        """``x = K x + b`` and ``y - x = D+ y+ + D- y- + K (y - x) + B - b``.

        With ``y = x + (y - x)``, the second is ``D+ x + W+ (y - x)`` where y is not
        negative, and ``- D- x - W- (y - x) + (W+ + W-) y+`` anywhere.
        """
        pair = self.known.pair.stages[stage.name]
        y = self.known.intervals[stage.sources[0]].pruned
        if target is not None:
            self._bias(pair.bias, target)
            self._product(stage, pair.kernel, target, "target")
        if gap is None:
            return
        self._bias(pair.bias_gap, gap)
        if (y.low >= 0).all():
            self._product(stage, pair.positive_gap, gap, "target")
            self._product(stage, pair.positive, gap, "gap")
            return
        self._product(stage, pair.negative_gap, -gap, "target")
        self._product(stage, pair.negative, -gap, "gap")
        if not (y.high <= 0).all():
            self._product(stage, pair.mixed, gap, "positive")

    def _bias(self, bias: Numbers, rows: Float64Array) -> None:
        if not bias.values.any() and bias.error <= 2 * TINY:
            self._grow(bias.error * sizes_above(rows))
            return
        places = rows[0, ..., 0].size
        self._plus(np.repeat(bias.values, places), rows)
        self._grow(2 * bias.error * sizes_above(rows))

    def _product(
        self, stage: Stage, weights: Numbers, rows: Float64Array, what: str
    ) -> None:
        """Coefficients of the source, from those of the stage times weights."""
        source = stage.sources[0]
        parts = self.known.intervals[source]
        if what == "gap" and source == self.known.pair.image:
            return
        found = of_stage(stage, weights.values, rows)
        found = found.reshape(*self.known.pair.shapes[source], -1)
        part = {"target": parts.target, "gap": parts.difference}.get(what, parts.pruned)
        # in each entry, the error is a share of all rows' coefficients at most
        error = slack(terms_of(stage)) * weights.largest + 2 * weights.error
        error *= copies_of(stage)
        whole = sizes_above(rows) * error + terms_of(stage) * TINY
        self._grow(whole * total_above(part.sizes))
        if what == "target":
            self.add(source, found, None)
        elif what == "gap":
            self.add(source, None, found)
        else:
            self._positive(source, found)

    def _positive(self, source: str, rows: Float64Array) -> None:
        """Coefficients of ``max(y, 0)``: kept for the image, bounded elsewhere."""
        if source == self.known.pair.image:
            part = self.known.intervals[source].target
            self.positive = self._sum(self.positive, rows, part)
            return
        self._bent(source, rows, self.known.halves[source])

    def _bent(
        self, source: str, rows: Float64Array, bounds: tuple[Bound, Bound]
    ) -> None:
        """Coefficients of ``max(y, 0)``, by bounds that are affine in y."""
        size = largest(self.known.intervals[source].pruned)
        on_y, _ = self._bounded([(rows, *bounds)], (size, size))
        self.add(source, on_y, on_y)

    def _tournament(self, node: MaxPool) -> Tournament:
        return self.known.pools[node.name]

    def _pool(self, node: MaxPool, target: Rows, gap: Rows) -> None:
        source = node.sources[0]
        pool = self._tournament(node)
        shape = self.known.pair.shapes[source]
        parts = self.known.intervals[source]
        sizes = 2 * largest(parts.target), 2 * largest(parts.difference)
        count = len(self.constant)
        out: list[Rows] = [None, None]
        # an entry is met by so many windows, each with so many comparisons
        lost = slack(4 + (node.window[0] * node.window[1]) ** 2)
        rest = [
            None if rows is None else rows.reshape(-1, count) for rows in (target, gap)
        ]
        for match in reversed(pool.comparisons):
            relaxation = match.relaxation
            found = self._bounded(
                (
                    (rest[0], relaxation.upper, relaxation.lower),
                    (rest[1], relaxation.gap_upper, relaxation.gap_lower),
                ),
                sizes,
            )
            for i, rows in enumerate(found):
                if rows is not None:
                    out[i] = scattered(out[i], shape, match.entries, rows[match.places])
                    old = rest[i]
                    left = -rows if old is None else old - rows
                    rest[i] = left
                    whole = sizes_above(rows) + sizes_above(left)
                    self._grow(lost * whole * sizes[i])
        for i, rows in enumerate(rest):
            if rows is not None:
                out[i] = scattered(out[i], shape, pool.first, rows)
                self._grow(lost * sizes_above(rows) * sizes[i])
        self.add(
            source,
            *(None if rows is None else rows.reshape(*shape, count) for rows in out),
        )

    def _linear(self, node: Node, target: Rows, gap: Rows) -> None:
        """Pools that average, sums, and nodes that move entries."""
        shapes = [self.known.pair.shapes[name] for name in node.sources]
        found: list[list[Rows]] = []
        terms = 1
        for rows in (target, gap):
            if rows is None:
                found.append([None] * len(shapes))
            elif isinstance(node, Sum):
                found.append([rows] * len(shapes))
            elif isinstance(node, AveragePool):
                found.append([of_average(node, shapes[0], rows)])
                terms = 2 + node.window[0] * node.window[1]
            else:
                found.append([*of_moves(node, shapes, rows)])
                terms = 1 + (4 * max(node.padding) ** 2 if isinstance(node, Pad) else 0)
        for name, *coefficients in zip(node.sources, *found, strict=True):
            parts = self.known.intervals[name]
            for rows, part in zip(
                (target, gap), (parts.target, parts.difference), strict=True
            ):
                if rows is not None and terms > 1:
                    lost = slack(terms) * sizes_above(rows)
                    self._grow(
                        (lost + terms * rows[..., 0].size * TINY) * largest(part)
                    )
            self.add(name, *coefficients)
