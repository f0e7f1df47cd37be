"""What one pruned pair of random layers computes, and how far it is from its stage.

With W+ the sum of u V over the kept filters with u > 0 and W- that of |u| V over those
with u < 0, the pair computes ``W+ * y+ + W- * y- + B``; its stage ``K * x + b``. So

    pair(y) - stage(x) = D+ * y+ + D- * y- + K * (y - x) + B - b,
    D+ = W+ - K,  D- = W- + K.

Everything below is a sum over a window of terms with bounds of their own, for arrays of
Python integers and of floats alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import IndexArray
from slth_verify.deadline import look_at_the_clock
from slth_verify.graph.stages import Stage
from slth_verify.graph.windows import inside_ranges

#: Integers, or floats.
Numbers = NDArray[Any]

#: Weights of which terms are made at a time.
_CHUNK = 1 << 18


@dataclass(frozen=True, eq=False, slots=True)
class PairNumbers:
    """Weights of a stage and of its pair, all in one unit.

    Attributes:
        least: No weight of the stage is below, ``(c_out, c_in / groups, rows,
            columns)``.
        most: None is above; the same object if they are known exactly.
        positive: W+, likewise.
        negative: W-, likewise.
        bias_least: Of the stage, ``(c_out,)``.
        bias_most: The same.
        bias: B, of the pair.
    """

    least: Numbers
    most: Numbers
    positive: Numbers
    negative: Numbers
    bias_least: Numbers
    bias_most: Numbers
    bias: Numbers

    def outputs(self, some: slice) -> PairNumbers:
        """Those of some of the outputs."""
        least = self.least[some]
        return PairNumbers(
            least,
            least if self.most is self.least else self.most[some],
            self.positive[some],
            self.negative[some],
            self.bias_least[some],
            self.bias_most[some],
            self.bias[some],
        )


@dataclass(frozen=True, eq=False, slots=True)
class Ends:
    """Lower and upper ends, by channel."""

    lower: Numbers
    upper: Numbers


#: Ends of x, y and y - x.
Source = tuple[Ends, Ends, Ends]


@dataclass(frozen=True, eq=False, slots=True)
class PairEnds:
    """Bounds of a stage's outputs, each over all places.

    Attributes:
        target: Of the stage's output.
        pruned: Of the pair's.
        own: Of ``D+ * y+ + D- * y- + B - b``, what the pair itself does wrong.
        carried: Of ``K * (y - x)``, what comes from before.
        difference: Of the sum of both, place by place.
    """

    target: Ends
    pruned: Ends
    own: Ends
    carried: Ends
    difference: Ends


def pair_ends(stage: Stage, numbers: PairNumbers, source: Source) -> PairEnds:
    """Bounds of what a stage and its pair compute from tensors with known bounds.

    Args:
        stage: Geometry, and the shape of its source.
        numbers: Weights.
        source: Ends of x, the source in f; of y, that in g; and of y - x.

    Rigor:
        Exact for integers: each term is extreme at an end of its tensor's range, or
        where y is 0; the terms inside the image add up, and all parts of a window that
        are inside at some place are looked at. Units are the caller's: results are in
        the product of both, and biases must be given in it.

    Source:
        docs/theory/networks.md, "Differences".
    """
    groups = stage.layer.groups
    outs, wide = len(numbers.least) // groups, stage.channels // groups
    step = max(1, _CHUNK // numbers.least[0].size)
    rows = []
    for group in range(groups):
        ends = _of_group(source, slice(group * wide, (group + 1) * wide))
        for start in range(group * outs, (group + 1) * outs, step):
            some = slice(start, min(start + step, (group + 1) * outs))
            rows.append(_window_sums(numbers.outputs(some), ends))
    sums = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    return _over_places(stage, numbers, sums)


def _of_group(source: Source, group: slice) -> Source:
    """Ends of some channels, ``(channels, 1, 1)``."""
    target, pruned, difference = (
        Ends(ends.lower[group, None, None], ends.upper[group, None, None])
        for ends in source
    )
    return target, pruned, difference


def _window_sums(numbers: PairNumbers, source: Source) -> dict[str, Numbers]:
    """Bounds of every entry of a window, summed over channels: ``(some, rows, cols)``.

    K is at one of its ends where K t is extreme. D+ is largest where K is least, as
    W+ is known, and D- where K is most.
    """
    least, most = numbers.least, numbers.most
    plus, minus = numbers.positive, numbers.negative
    exact = least is most
    above = plus - least, minus + most
    below = above if exact else (plus - most, minus + least)
    found = {}
    target, pruned, difference = source
    for name, ends in (("target", target), ("carried", difference)):
        low, high = _products(least, ends)
        if not exact:
            others = _products(most, ends)
            low, high = np.minimum(low, others[0]), np.maximum(high, others[1])
        found[name, "lower"], found[name, "upper"] = low, high
    halves = _Halves.of(pruned)
    found["pruned", "lower"] = halves.least(plus, minus)
    found["pruned", "upper"] = halves.most(plus, minus)
    found["own", "lower"] = halves.least(*below)
    found["own", "upper"] = halves.most(*above)
    return {" ".join(name): terms.sum(axis=1) for name, terms in found.items()}


def _products(weights: Numbers, ends: Ends) -> tuple[Numbers, Numbers]:
    one, other = weights * ends.lower, weights * ends.upper
    return np.minimum(one, other), np.maximum(one, other)


@dataclass(frozen=True, eq=False, slots=True)
class _Halves:
    """y+ and y- at the lower and at the upper end, and whether y may be 0 between."""

    lower: tuple[Numbers, Numbers]
    upper: tuple[Numbers, Numbers]
    mixed: Numbers

    @classmethod
    def of(cls, ends: Ends) -> _Halves:
        low, high = ends.lower, ends.upper
        return cls(
            (np.maximum(low, 0), np.maximum(-low, 0)),
            (np.maximum(high, 0), np.maximum(-high, 0)),
            np.asarray((low < 0) & (high > 0), bool),
        )

    def most(self, plus: Numbers, minus: Numbers) -> Numbers:
        """Largest value of ``plus y+ + minus y-``: linear on each side of 0."""
        found = np.maximum(*self._at_ends(plus, minus))
        return np.where(self.mixed, np.maximum(found, 0), found)

    def least(self, plus: Numbers, minus: Numbers) -> Numbers:
        """Its least value."""
        found = np.minimum(*self._at_ends(plus, minus))
        return np.where(self.mixed, np.minimum(found, 0), found)

    def _at_ends(self, plus: Numbers, minus: Numbers) -> Iterator[Numbers]:
        for up, down in (self.lower, self.upper):
            value = plus * up
            yield value + minus * down if np.any(down) else value


def _over_places(
    stage: Stage, numbers: PairNumbers, sums: dict[str, Numbers]
) -> PairEnds:
    """The hull, over all parts of a window that are inside, of its entries' sums."""
    biases = {
        "target lower": numbers.bias_least,
        "target upper": numbers.bias_most,
        "pruned lower": numbers.bias,
        "pruned upper": numbers.bias,
        "own lower": numbers.bias - numbers.bias_most,
        "own upper": numbers.bias - numbers.bias_least,
    }
    rows, columns = window_parts(stage)
    running = {name: _running(values) for name, values in sums.items()}
    hulls: dict[str, list[Numbers]] = {}
    for top, bottom in rows.tolist():
        look_at_the_clock()
        cut = {}
        for name, values in running.items():
            strip = values[:, bottom] - values[:, top]
            cut[name] = strip[:, columns[:, 1]] - strip[:, columns[:, 0]]
            if name in biases:
                cut[name] = cut[name] + biases[name][:, None]
        for end in ("lower", "upper"):
            cut[f"difference {end}"] = cut[f"own {end}"] + cut[f"carried {end}"]
        for name, values in cut.items():
            least = name.endswith("lower")
            found = values.min(axis=1) if least else values.max(axis=1)
            hulls.setdefault(name, []).append(found)
    return PairEnds(
        *(
            Ends(
                np.minimum.reduce(hulls[f"{name} lower"]),
                np.maximum.reduce(hulls[f"{name} upper"]),
            )
            for name in ("target", "pruned", "own", "carried", "difference")
        )
    )


def window_parts(stage: Stage) -> list[IndexArray]:
    """For rows and columns, which entries of a window are inside at some place."""
    layer = stage.layer
    window = layer.weight.shape[2:]
    if layer.padding_mode != "zeros" or not any(layer.padding):
        return [np.array([[0, size]]) for size in window]
    return [
        np.unique(inside_ranges(side, size, step, apart, margins), axis=0)
        for side, size, step, apart, margins in zip(
            stage.shape[1:],
            window,
            layer.stride,
            layer.dilation,
            (layer.padding[:2], layer.padding[2:]),
            strict=True,
        )
    ]


def _running(values: Numbers) -> Numbers:
    """Sums over the rows above and the columns to the left of a place."""
    outputs, rows, columns = values.shape
    sums = np.zeros((outputs, rows + 1, columns + 1), values.dtype)
    sums[:, 1:, 1:] = values.cumsum(axis=1).cumsum(axis=2)
    return sums
