"""Piecewise linear maps of single entries: what gates do, in floats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.forms.rounding import UNIT, float_ends
from slth_verify.graph.nodes import Clip, Rectifier
from slth_verify.graph.windows import by_channel


@dataclass(frozen=True, eq=False, slots=True)
class Gate:
    """A map of single entries with slopes from ``least`` to 1, in floats.

    Attributes:
        kinks: Where its slope changes, increasing; right of a second one it is 0.
        least: Its slope left of the first kink, by channel.
        error: By so much its values differ from the true map's, as a share of the
            entry's size, and absolutely.
    """

    kinks: tuple[float, ...]
    least: Float64Array
    error: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def of(cls, node: Rectifier | Clip, axes: int) -> Gate:
        """Of a node whose tensor has so many axes."""
        if isinstance(node, Clip):
            ends = [float_ends(kink) for kink in (node.low, node.high)]
            lost = max(high - low for low, high in ends)
            return cls(tuple(low for low, _ in ends), np.zeros(1), (0.0, lost))
        slopes = np.array([float(slope) for slope in node.slopes])
        exact = all(low == high for low, high in map(float_ends, node.slopes))
        return cls((0.0,), by_channel(slopes, axes + 1), (0.0 if exact else UNIT, 0.0))

    def values(self, entries: Float64Array) -> Float64Array:
        """The map of floats; each value has at most two roundings."""
        if len(self.kinks) == 2:
            return np.clip(entries, *self.kinks)
        return np.maximum(entries, 0.0) + self.least * np.minimum(entries, 0.0)

    def pieces(self) -> Iterator[tuple[float, float, Float64Array]]:
        """Each linear piece with its ends and its slope."""
        edges = (-np.inf, *self.kinks, np.inf)
        one = np.ones_like(self.least)
        slopes = [self.least, one, np.zeros_like(self.least)]
        yield from zip(edges, edges[1:], slopes, strict=False)


#: max(y, 0), what a pair's first layer does to its input.
POSITIVE_PART = Gate((0.0,), np.zeros(1))
