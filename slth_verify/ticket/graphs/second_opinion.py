"""Some outputs of every stage once more, in mpmath, from the kept filters on.

Of stages whose outputs have too many terms for that, some weights are summed again.

Independent code on another backend, and another form of the same sum: a term of
``pair(y) - stage(x)`` is ``W+ y+ + W- y- - K y + K (y - x)``, tried at both ends of y,
at 0 if it lies between, and at both ends of y - x. It is not rigorous by itself, but a
disagreement means that one of the two is wrong.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.enclosure import high_precision
from slth_verify.graph.stages import Stage
from slth_verify.graph.windows import inside_ranges
from slth_verify.ticket.graphs.difference import Bounds
from slth_verify.ticket.graphs.sums import KeptFilters, PairSums

#: Outputs of a stage that are looked at, with the worst one.
_OUTPUTS = 3

#: Terms of an output, or sums of them, above which only weights are compared.
_MOST_TERMS = 1 << 16

#: Channels of an output of such a stage that are looked at.
_CHANNELS = 3

#: Bits to which the two must agree, of the sum of the moduli of all terms: 64-bit ends,
#: less some for their rounding.
_AGREEMENT = 60

#: Bits of a float's integer, and of its lower half: halves of 2^36 of them have a sum.
_MANTISSA, _HALF = 53, 26


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An output of which mpmath says something else.

    Attributes:
        stage: Its name.
        output: Its number.
        exact: Ends of its difference, or of the sum of kept filters in ``weight``.
        mpmath: The same, of mpmath.
        weight: Channel, row and column of a sum; None for a difference.
    """

    stage: str
    output: int
    exact: tuple[Fraction, Fraction]
    mpmath: tuple[float, float]
    weight: tuple[int, int, int] | None = None


class SecondOpinion:
    """Looks at every stage as the certificate passes it.

    Args:
        digits: Decimal precision of every operation.

    Attributes:
        outputs: How many outputs were compared.
        stages: Names of their stages.
        weights: How many sums of kept filters were compared, of other stages.
        larger: Names of these.
        disagreement: The first one.
    """

    def __init__(self, digits: int = 80) -> None:
        self._mp = high_precision(digits)
        #: Bits to which sums of kept filters must agree, each rounded twice.
        self._bits = self._mp.prec - 4
        self.outputs = self.weights = 0
        self.stages: list[str] = []
        self.larger: list[str] = []
        self.disagreement: Disagreement | None = None

    def look(
        self,
        stage: Stage,
        exponent: int,
        kept: KeptFilters,
        sums: PairSums,
        source: Bounds,
        found: Bounds,
    ) -> None:
        """Compare the differences of some outputs, before they are tightened.

        Of outputs with too many terms, sums of kept filters are compared.

        Args:
            stage: The stage.
            exponent: e of its pair.
            kept: Its filters.
            sums: What the certificate adds them up to.
            source: Of the tensor that it takes.
            found: What the certificate says of its outputs.
        """
        parts = _inside(stage)
        wide, rows, columns = stage.layer.weight.shape[1:]
        if max(len(parts), wide) * rows * columns > _MOST_TERMS:
            self.larger.append(stage.name)
            self._look_at_weights(stage, exponent, kept, sums, _chosen(found))
            return
        self.stages.append(stage.name)
        for output in _chosen(found):
            low, high, size = self._difference(stage, exponent, kept, source, output)
            exact = found.difference.lower[output], found.difference.upper[output]
            slack = self._mp.ldexp(size, -_AGREEMENT)
            below, above = (self._number(end) for end in exact)
            agree = abs(low - below) <= slack and abs(high - above) <= slack
            self.outputs += 1
            if not agree and self.disagreement is None:
                ends = float(low), float(high)
                self.disagreement = Disagreement(stage.name, output, exact, ends)

    def _look_at_weights(
        self,
        stage: Stage,
        exponent: int,
        kept: KeptFilters,
        sums: PairSums,
        outputs: Sequence[int],
    ) -> None:
        """Compare sums of the first, middle and last channel that outputs read."""
        wide = stage.layer.weight.shape[1]
        places = sorted({0, wide // 2, wide - 1})[:_CHANNELS]
        unit = Fraction(1, 1 << sums.bits) if sums.bits >= 0 else 1 << -sums.bits
        for output, place in itertools.product(outputs, places):
            group = output // (len(stage.layer.weight) // stage.layer.groups)
            found = self._pair(stage, exponent, kept, group * wide + place, output)
            for own, other in zip((sums.positive, sums.negative), found, strict=True):
                window = own[output, place]
                for at in list(np.ndindex(*window.shape))[:: max(1, window.size - 1)]:
                    exact = int(window[at]) * Fraction(unit)
                    slack = self._mp.ldexp(abs(other[at]), -self._bits)
                    self.weights += 1
                    agree = abs(other[at] - self._number(exact)) <= slack
                    if not agree and self.disagreement is None:
                        ends = float(other[at]), float(other[at])
                        self.disagreement = Disagreement(
                            stage.name, output, (exact, exact), ends, (place, *at)
                        )

    def _difference(
        self,
        stage: Stage,
        exponent: int,
        kept: KeptFilters,
        source: Bounds,
        output: int,
    ) -> tuple[Any, Any, Any]:
        """Lower and upper end of one output, and the size of its terms."""
        layer = stage.layer
        wide, rows, columns = layer.weight.shape[1:]
        group = output // (len(layer.weight) // layer.groups)
        factor, shift, bias = self._affine(stage, output)
        lows = np.full((rows, columns), self._mp.mpf(0), object)
        highs, sizes = lows.copy(), lows.copy()
        for place in range(wide):
            channel = group * wide + place
            weights = self._pair(stage, exponent, kept, channel, output)
            points = list(self._points(source, channel))
            for row, column in np.ndindex(rows, columns):
                plus, minus = (part[row, column] for part in weights)
                k = factor * self._mp.mpf(
                    float(layer.weight[output, place, row, column])
                )
                terms = [
                    (plus * y if y > 0 else -minus * y) - k * y + k * gap
                    for y, gap in points
                ]
                lows[row, column] += min(terms)
                highs[row, column] += max(terms)
                sizes[row, column] += sum(
                    (abs(plus) + abs(minus) + abs(k)) * (abs(y) + abs(gap))
                    for y, gap in points
                )
        achieved = self._constant(stage, exponent, kept, output)
        gap = achieved - (factor * bias + shift)
        parts = _inside(stage)
        return (
            min(lows[part].sum() for part in parts) + gap,
            max(highs[part].sum() for part in parts) + gap,
            sizes.sum() + abs(achieved) + abs(factor * bias) + abs(shift),
        )

    def _affine(self, stage: Stage, output: int) -> tuple[Any, Any, Any]:
        """Factor and summand of the batch norm, and the bias that the factor scales."""
        mp, bias = self._mp, stage.layer.bias
        own = mp.mpf(0) if bias is None else mp.mpf(float(bias[output]))
        norm = stage.norm
        if norm is None:
            return mp.mpf(1), mp.mpf(0), own
        scale, shift, mean, variance = (
            mp.mpf(float(numbers[output]))
            for numbers in (norm.scale, norm.shift, norm.mean, norm.variance)
        )
        root = mp.sqrt(variance + self._number(norm.epsilon))
        return scale / root, shift, own - mean

    def _points(self, source: Bounds, channel: int) -> Iterator[tuple[Any, Any]]:
        ends = source.pruned.lower[channel], source.pruned.upper[channel]
        ys = [*ends, Fraction(0)] if ends[0] < 0 < ends[1] else list(ends)
        gaps = source.difference.lower[channel], source.difference.upper[channel]
        for y, gap in itertools.product(ys, gaps):
            yield self._number(y), self._number(gap)

    def _pair(
        self, stage: Stage, exponent: int, kept: KeptFilters, channel: int, output: int
    ) -> list[Any]:
        """Sums of |u| V of a channel and an output, by sign, ``(rows, columns)``."""
        outs = len(stage.layer.weight) // stage.layer.groups
        start, end = np.searchsorted(kept.owner, [channel, channel + 1])
        scalars = kept.scalars[start:end].astype(np.float64)
        kernels = kept.kernels[start:end, :, :, output % outs].astype(np.float64)
        return [
            self._sums(np.abs(scalars)[rows, None, None] * kernels[rows], exponent)
            for rows in (scalars > 0, scalars < 0)
        ]

    def _constant(
        self, stage: Stage, exponent: int, kept: KeptFilters, output: int
    ) -> Any:
        start = np.searchsorted(kept.owner, stage.channels)
        scalars = kept.scalars[start:].astype(np.float64)
        products = np.maximum(scalars, 0) * kept.constants[:, output]
        return self._sums(products[:, None, None], exponent)[0, 0]

    def _sums(self, products: Any, exponent: int) -> Any:
        found = np.empty(products.shape[1:], object)
        for at in np.ndindex(*found.shape):
            total = self._sum(products[(slice(None), *at)])
            found[at] = self._mp.ldexp(total, exponent)
        return found

    def _sum(self, numbers: Float64Array) -> Any:
        """Of floats; those of one exponent are added as integers before."""
        if not np.isfinite(numbers).all():
            return self._mp.nan
        parts, exponents = np.frexp(numbers)
        whole = np.ldexp(parts, _MANTISSA).astype(np.int64)
        terms = []
        for exponent in np.unique(exponents).tolist():
            some = whole[exponents == exponent]
            high, low = some >> _HALF, some & ((1 << _HALF) - 1)
            total = (int(high.sum()) << _HALF) + int(low.sum())
            terms.append(self._mp.ldexp(total, exponent - _MANTISSA))
        return self._mp.fsum(terms)

    def _number(self, value: Fraction) -> Any:
        return self._mp.mpf(value.numerator) / value.denominator


def _chosen(found: Bounds) -> Sequence[int]:
    """The output with the largest error, the first and the last."""
    ends = zip(found.difference.lower, found.difference.upper, strict=True)
    errors = [max(-low, high) for low, high in ends]
    worst = errors.index(max(errors))
    return sorted({worst, 0, len(errors) - 1})[:_OUTPUTS]


def _inside(stage: Stage) -> list[tuple[slice, slice]]:
    """Which rows and columns of a window are inside the image, at every place."""
    layer = stage.layer
    window = layer.weight.shape[2:]
    if layer.padding_mode != "zeros" or not any(layer.padding):
        return [(slice(0, window[0]), slice(0, window[1]))]
    axes = []
    for axis, size in enumerate(window):
        margins = layer.padding[2 * axis : 2 * axis + 2]
        side, step = stage.shape[1 + axis], layer.stride[axis]
        spans = inside_ranges(side, size, step, layer.dilation[axis], margins)
        axes.append([slice(a, b) for a, b in np.unique(spans, axis=0).tolist()])
    rows, columns = axes
    return list(itertools.product(rows, columns))
