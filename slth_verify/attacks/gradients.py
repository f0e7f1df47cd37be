"""Where to move an image so that two networks differ more, in floats.

Both networks are piecewise linear: the slopes of an output are read backwards through
the pieces that the image is in. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from slth_verify.arrays import Float64Array, IndexArray
from slth_verify.forms import NetworkPair
from slth_verify.forms.adjoints import of_average, of_moves, of_stage, taps
from slth_verify.graph.float_values import value_of
from slth_verify.graph.nodes import (
    AveragePool,
    Clip,
    Input,
    MaxPool,
    Node,
    Rectifier,
    Sum,
)
from slth_verify.graph.stages import Stage
from slth_verify.graph.windows import by_channel

#: Added to widths, so that none is 0.
_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class FloatNetwork:
    """One of the two networks of a pair, evaluated in float64.

    Attributes:
        pair: Both networks.
        pruned: Whether it is g, and not f.
    """

    pair: NetworkPair
    pruned: bool

    def tensors(self, images: Float64Array) -> dict[str, Float64Array]:
        """Every tensor for a batch of images, ``(batch, *shape)``."""
        found: dict[str, Float64Array] = {}
        with np.errstate(all="ignore"):
            for node in self.pair.nodes:
                sources = [found[name] for name in node.sources]
                found[node.name] = self._value(node, sources, images)
        return found

    def values(self, images: Float64Array) -> Float64Array:
        """Outputs for a batch of images, ``(batch, entries)``."""
        return self.tensors(images)[self.pair.output.name].reshape(len(images), -1)

    def slopes(
        self,
        tensors: dict[str, Float64Array],
        rows: Float64Array,
        softness: Float64Array | None = None,
    ) -> Float64Array:
        """Slopes of a linear form of each image's output, ``(*image's shape, batch)``.

        Args:
            tensors: Of the batch.
            rows: Coefficients of the outputs, ``(*output shape, batch)``.
            softness: If given, positive, ``(batch,)``: rectifiers and clips bend over
                a width of so many times the root mean square of what they take, so
                that slopes feel a kink before it is reached, and kinks of the two
                networks close to each other as one.
        """
        waiting = {self.pair.output.name: rows}
        with np.errstate(all="ignore"):
            for node in reversed(self.pair.nodes):
                if isinstance(node, Input):
                    continue
                if node.name not in waiting:
                    continue
                coming = waiting.pop(node.name)
                found = self._back(node, coming, tensors, softness)
                for name, new in zip(node.sources, found, strict=True):
                    old = waiting.get(name)
                    waiting[name] = new if old is None else old + new
        shape = (*self.pair.shapes[self.pair.image], rows.shape[-1])
        return waiting.get(self.pair.image, np.zeros(shape))

    def _value(
        self, node: Node, sources: list[Float64Array], images: Float64Array
    ) -> Float64Array:
        if isinstance(node, Input):
            return images
        if not isinstance(node, Stage):
            return value_of(node, sources)
        weights, (y,) = self.pair.stages[node.name], sources
        if self.pruned:
            found = node.applied(weights.positive.values, np.maximum(y, 0))
            if (y < 0).any():
                found = found + node.applied(weights.negative.values, np.maximum(-y, 0))
            bias = weights.pruned_bias.values
        else:
            found, bias = node.applied(weights.kernel.values, y), weights.bias.values
        return np.asarray(found + by_channel(bias, found.ndim))

    def _back(
        self,
        node: Node,
        rows: Float64Array,
        tensors: dict[str, Float64Array],
        softness: Float64Array | None,
    ) -> Sequence[Float64Array]:
        source = np.moveaxis(tensors[node.sources[0]], 0, -1)
        shapes = [self.pair.shapes[name] for name in node.sources]
        if isinstance(node, Stage):
            return [self._stage_back(node, rows, source)]
        if isinstance(node, Rectifier):
            steep = by_channel([float(s) for s in node.slopes], source.ndim)[..., None]
            share = _above(source, 0.0, _width(source, softness))
            return [rows * (steep + (1.0 - steep) * share)]
        if isinstance(node, Clip):
            width = _width(source, softness)
            share = _above(source, float(node.low), width)
            return [rows * (share - _above(source, float(node.high), width))]
        if isinstance(node, MaxPool):
            return [_pool_back(node, rows, source)]
        if isinstance(node, AveragePool):
            return [of_average(node, shapes[0], rows)]
        if isinstance(node, Sum):
            return [rows] * len(shapes)
        return of_moves(node, shapes, rows)

    def _stage_back(
        self, stage: Stage, rows: Float64Array, source: Float64Array
    ) -> Float64Array:
        weights, shape = self.pair.stages[stage.name], source.shape
        if not self.pruned:
            return of_stage(stage, weights.kernel.values, rows).reshape(shape)
        found = of_stage(stage, weights.positive.values, rows).reshape(shape)
        if (source < 0).any():
            other = of_stage(stage, weights.negative.values, rows).reshape(shape)
            found = np.where(source < 0, -other, found)
        return found


def _width(source: Float64Array, softness: Float64Array | None) -> Float64Array | None:
    """Over how much of what they take gates bend, for each image."""
    if softness is None:
        return None
    axes = tuple(range(source.ndim - 1))
    largest = np.abs(source).max(axis=axes, initial=0.0)
    size = np.where(largest > 0, largest, 1.0)
    return np.asarray(softness * size * np.sqrt(((source / size) ** 2).mean(axis=axes)))


def _above(
    source: Float64Array, end: float, width: Float64Array | None
) -> Float64Array:
    """1 above an end and 0 below; between, within a width of it, if there is one."""
    if width is None:
        return np.where(source > end, 1.0, 0.0)
    return np.asarray(0.5 + 0.5 * np.tanh((source - end) / (width + _TINY)))


def _pool_back(node: MaxPool, rows: Float64Array, source: Float64Array) -> Float64Array:
    """Each window's coefficient goes to its largest entry."""
    shape, count = source.shape[:-1], source.shape[-1]
    entries = taps(node, shape).reshape(-1, int(np.prod(rows.shape[:-1])))
    flat = source.reshape(-1, count)
    seen = np.where(entries[..., None] >= 0, flat[entries], -np.inf)
    windows = np.arange(entries.shape[1])[:, None]
    winners = entries[seen.argmax(axis=0), windows]
    found = np.zeros_like(flat)
    np.add.at(found, (winners, np.arange(count)), rows.reshape(-1, count))
    return found.reshape(source.shape)


def unit_rows(
    pair: NetworkPair, entries: IndexArray, signs: Float64Array
) -> Float64Array:
    """For each image one output with a sign, ``(*output shape, batch)``."""
    count = len(entries)
    rows = np.zeros((pair.entries(pair.output.name), count))
    rows[entries, np.arange(count)] = signs
    return rows.reshape(*pair.shapes[pair.output.name], count)
