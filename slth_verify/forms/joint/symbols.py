"""Tensors as affine maps of symbols: numbers between -1 and 1 that all rows share.

A gate is an affine map and an error that is at most a radius. Here the error keeps a
name, its symbol, so that rows which meet the same error can be looked at together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.forms.backward.known import Known, Rows
from slth_verify.forms.backward.substitution import Substitution
from slth_verify.forms.intervals import Interval
from slth_verify.forms.relaxations.gates import (
    Bound,
    Relaxation,
    half_bounds,
)
from slth_verify.forms.relaxations.piecewise_linear import Gate
from slth_verify.forms.relaxations.pools import Tournament
from slth_verify.forms.relaxations.slopes import parallel_slopes
from slth_verify.forms.rounding import TINY, UNIT, above, sizes_above, slack
from slth_verify.graph.nodes import Clip, Input, MaxPool, Rectifier

#: Coefficients below this part of their row's sum of moduli do not keep their symbols.
_DUST = 2.0**-40


def middle_and_radius(ends: Interval) -> tuple[Float64Array, Float64Array]:
    """What lies between ends is the middle and at most the radius, on both sides."""
    middle = ends.low / 2 + ends.high / 2
    radii = np.maximum(above(ends.high - middle), above(middle - ends.low))
    point = (ends.low == middle) & (ends.high == middle)
    return middle, np.where(point, 0.0, radii)


@dataclass(frozen=True, eq=False, slots=True)
class Affine:
    """Rows as ``constant + columns @ symbols``, each off by no more than ``lost``.

    Attributes:
        constant: ``(rows,)``.
        lost: ``(rows,)``.
        columns: Coefficients ``(symbols, rows)`` of groups of symbols, by what made
            them: the image's interval, or a bound of a gate.
    """

    constant: Float64Array
    lost: Float64Array
    columns: dict[Interval | Bound, Float64Array]

    def without_dust(self) -> Affine:
        """The same rows with fewer symbols: what hardly matters is counted as lost.

        Most symbols of a small ball are errors of rounding, and many so small that
        processors take a hundred times as long for a product.

        Rigor:
            Enclosed: no symbol is above 1, so a row changes by no more than what is
            added to ``lost``; what is not finite stays so there or in the columns.

        Source:
            docs/theory/joint-forms.md, "Squares".
        """
        whole = np.zeros(len(self.constant))
        for column in self.columns.values():
            whole = whole + np.abs(column).sum(axis=0)
        lost, columns = self.lost, {}
        for key, column in self.columns.items():
            dust = np.abs(column) <= _DUST * whole
            lost = above(lost + sizes_above(np.where(dust, column, 0.0)))
            columns[key] = np.where(dust, 0.0, column)
        return Affine(self.constant, lost, columns)


@dataclass(frozen=True, eq=False, slots=True)
class ParallelBounds:
    """Of what is not linear, with the same slopes above and below; made when needed.

    Attributes:
        known: Intervals that they are made from.
    """

    known: Known
    _gates: dict[str, Relaxation] = field(default_factory=dict)
    _pools: dict[str, Tournament] = field(default_factory=dict)
    _halves: dict[str, tuple[Bound, Bound]] = field(default_factory=dict)

    def gate(self, node: Rectifier | Clip) -> Relaxation:
        """Of a rectifier or clip."""
        if node.name not in self._gates:
            source = self.known.intervals[node.sources[0]]
            gate = Gate.of(node, source.target.low.ndim)
            slopes = parallel_slopes(gate, source)
            self._gates[node.name] = Relaxation.of(gate, source, slopes)
        return self._gates[node.name]

    def pool(self, node: MaxPool) -> Tournament:
        """Of a max pool."""
        if node.name not in self._pools:
            (name,) = node.sources
            shape, source = self.known.pair.shapes[name], self.known.intervals[name]
            self._pools[node.name] = Tournament.of(node, shape, source, parallel=True)
        return self._pools[node.name]

    def half(self, name: str) -> tuple[Bound, Bound]:
        """Of ``max(y, 0)`` for a tensor y of g."""
        if name not in self._halves:
            pruned = self.known.intervals[name].pruned
            self._halves[name] = half_bounds(pruned, parallel=True)
        return self._halves[name]


class SymbolicSubstitution(Substitution):
    """Rows on their way back that keep apart what `Substitution` bounds at once.

    Attributes:
        lost: By so much rows may be off, ``(rows,)``.
        columns: Of symbols met so far.
    """

    def __init__(self, bounds: ParallelBounds, count: int) -> None:
        super().__init__(bounds.known, count)
        self.bounds = bounds
        self.lost = np.zeros(count)
        self.columns: dict[Interval | Bound, Float64Array] = {}

    @property
    def affine(self) -> Affine:
        """What is there once the image was met."""
        return Affine(self.constant, self.lost, self.columns).without_dust()

    def stop(self) -> None:
        """Nothing: rows go to the image."""

    def _grow(self, amount: Float64Array | float) -> None:
        """Errors of either sign."""
        self.lost = above(self.lost + amount)

    def _plus(self, weights: Float64Array, rows: Float64Array) -> None:
        flat, terms = rows.reshape(weights.size, -1), weights.size
        added = weights.ravel() @ flat
        sizes = np.abs(weights.ravel()) @ np.abs(flat)
        self.constant = self.constant + added
        rounded = UNIT * np.abs(self.constant) + TINY
        self._grow(slack(terms) * sizes + terms * TINY + rounded)

    def _symbols(
        self, key: Interval | Bound, radii: Float64Array, rows: Float64Array
    ) -> None:
        """Coefficients of entries become those of symbols, times radii."""
        found = rows.reshape(radii.size, -1) * radii.reshape(-1, 1)
        self._grow(slack(2) * sizes_above(found) + radii.size * TINY)
        old = self.columns.get(key)
        if old is not None:
            found = found + old
            self._grow(slack(1) * sizes_above(found))
        self.columns[key] = found

    def _image(self, node: Input, target: Float64Array) -> None:
        box = self.known.intervals[node.name].target
        self._spread(box, box, target)

    def _spread(
        self, key: Interval | Bound, ends: Interval, rows: Float64Array
    ) -> None:
        """What lies between ends is their middle and a radius times a symbol."""
        middle, radii = middle_and_radius(ends)
        self._plus(middle, rows)
        self._symbols(key, radii, rows)

    def _gate(
        self, node: Rectifier | Clip, target: Rows, gap: Rows
    ) -> tuple[Rows, Rows]:
        return self._relaxed(self.bounds.gate(node), node, target, gap)

    def _tournament(self, node: MaxPool) -> Tournament:
        return self.bounds.pool(node)

    def _positive(self, source: str, rows: Float64Array) -> None:
        self._bent(source, rows, self.bounds.half(source))

    def _bounded(
        self, terms: Iterable[tuple[Rows, Bound, Bound]], sizes: tuple[float, float]
    ) -> tuple[Rows, Rows]:
        """Rows of values between parallel bounds."""
        flat = []
        for rows, upper, lower in terms:
            if rows is not None:
                ends = Interval(lower.constant, upper.constant)
                self._spread(upper, ends, rows)
                # the slopes alone are left, and those of both bounds are the same
                zero = np.zeros_like(upper.constant)
                bound = Bound(upper.by_target, upper.by_gap, zero)
                flat.append((rows, bound, bound))
        return super()._bounded(flat, sizes)
