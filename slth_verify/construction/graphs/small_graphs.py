"""The small networks that a graph's ticket collapses to, as target graphs.

Both have all nodes of the target but its affine stages. In the pruned one a stage is
its pair of random layers with the kept filters alone; in the merged one it is

    y = W+ * max(x, 0) + W- * max(-x, 0) + B

with the sums of docs/theory/networks.md. The second convolution is left out where W- is
0. They are two convolutions and a sum, not one of the concatenated parts, since
concatenation would mix a convolution's groups.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from slth_verify.errors import InvalidParameterError
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Crop,
    Dense,
    MaxPool,
    Node,
    Pad,
    Permute,
    Rectifier,
    Reshape,
    Sum,
    TargetCNN,
)
from slth_verify.graph.dyadics import Exact
from slth_verify.graph.nodes import Weights
from slth_verify.graph.stages import Stage, staged
from slth_verify.network.pruned_graphs.pairs import placed_filters, plain_window
from slth_verify.numbers import shown
from slth_verify.ticket.graphs.sums import KeptFilters, PairSums, pair_sums

#: Bits that decide how a number is rounded to float32, with one that says "more".
_DECISIVE = 50

#: Nodes whose entries are not negative if those of their sources are not.
_KEEP_SIGNS = (
    AveragePool,
    Concat,
    Crop,
    MaxPool,
    Pad,
    Permute,
    Rectifier,
    Reshape,
    Sum,
)


def small_graph(
    graph: TargetCNN,
    exponents: Sequence[int],
    kept: Sequence[KeptFilters],
    dtype: str,
    *,
    merge: bool,
) -> TargetCNN:
    """The collapsed network.

    Args:
        graph: The target.
        exponents: e of each stage.
        kept: Filters of each stage.
        dtype: Of the weights: ``"float32"`` or ``"float64"``.
        merge: Whether filters of one channel and sign are added up.

    Raises:
        InvalidParameterError: If the dtype does not hold a weight.
        InvalidTargetError: If the network had more nodes or weights than a graph may.

    Rigor:
        Kernels of the pruned network are exact. Sums are exact until they are rounded
        to the dtype, once.
    """
    builder = _Builder(graph, np.dtype(dtype))
    for node in staged(graph):
        if not isinstance(node, Stage):
            builder.keep(node)
            continue
        part, exponent = kept[node.number - 1], exponents[node.number - 1]
        sums = pair_sums(node, exponent, part)
        if merge:
            builder.merged(node, sums)
        else:
            builder.pair(node, sums, part, exponent)
    return TargetCNN(tuple(builder.nodes), graph.name)


class _Builder:
    """Nodes of a small network, in order; nodes of the target keep their names."""

    def __init__(self, graph: TargetCNN, dtype: np.dtype[Any]) -> None:
        self.nodes: list[Node] = []
        self._graph, self._dtype = graph, dtype
        self._names = {node.name for node in graph.nodes}
        self._positive: set[str] = set()
        self._parts: dict[tuple[str, int], str] = {}

    def keep(self, node: Node) -> None:
        """A node of the target as it is."""
        self.nodes.append(node)
        signs = all(name in self._positive for name in node.sources)
        if (
            (isinstance(node, Rectifier) and not any(node.slopes))
            or (isinstance(node, Clip) and node.low >= 0)
            or (isinstance(node, _KEEP_SIGNS) and signs)
        ):
            self._positive.add(node.name)

    def merged(self, stage: Stage, sums: PairSums) -> None:
        """A stage's sums: of max(x, 0), and of max(-x, 0) where it matters."""
        bias = self._bias(stage, sums)
        parts = [(1, self._rounded(stage, sums.positive, sums.bits), bias)]
        negative = self._rounded(stage, sums.negative, sums.bits)
        if negative.any() and stage.sources[0] not in self._positive:
            parts.append((-1, negative, None))
        names = [
            self._affine(stage, "sums", self._part(stage, sign), weight, added)
            for sign, weight, added in parts
        ]
        if len(names) > 1:
            names = [self._add(stage, "both parts", Sum, *names)]
        self._answer(stage, names[0])

    def pair(
        self, stage: Stage, sums: PairSums, kept: KeptFilters, exponent: int
    ) -> None:
        """A stage's kept filters; those of the constant channel become a bias."""
        plain = kept.owner < stage.channels
        first, second = placed_filters(
            stage, kept.owner[plain], kept.scalars[plain], kept.kernels
        )
        alone = replace(stage, layer=plain_window(stage.layer))
        source = self._image(stage)
        hidden = self._affine(alone, "filters", source, first.astype(self._dtype), None)
        hidden = self._add(stage, "rectified filters", Rectifier, hidden)
        weight = self._scaled(stage, second, exponent)
        bias = self._bias(stage, sums)
        self._answer(stage, self._affine(stage, "kernels", hidden, weight, bias))

    def _part(self, stage: Stage, sign: int) -> str:
        """``max(x, 0)`` or ``max(-x, 0)`` of a stage's source."""
        source = self._image(stage)
        if stage.sources[0] in self._positive:
            return source
        if (source, sign) not in self._parts:
            start = source
            if sign < 0:
                start = self._add(
                    stage, "negated", BatchNorm, source, **self._negation(stage)
                )
            label = "positive part" if sign > 0 else "negative part"
            found = self._add(stage, label, Rectifier, start)
            self._parts[source, sign] = found
        return self._parts[source, sign]

    def _negation(self, stage: Stage) -> dict[str, Any]:
        """A batch norm that changes signs, and nothing else."""
        zeros = np.zeros(stage.channels, self._dtype)
        return {
            "scale": zeros - 1,
            "shift": zeros,
            "mean": zeros,
            "variance": zeros,
            "epsilon": Fraction(1),
        }

    def _image(self, stage: Stage) -> str:
        """A stage's source, as an image unless dense layers take it."""
        (source,) = stage.sources
        if self._as_it_is(stage):
            return source
        if (source, 0) not in self._parts:
            self._parts[source, 0] = self._add(
                stage, "as an image", Reshape, source, shape=stage.shape
            )
        return self._parts[source, 0]

    def _as_it_is(self, stage: Stage) -> bool:
        images = len(self._graph.shape(stage.output)) == 3
        return images or self._is_dense(stage)

    def _is_dense(self, stage: Stage) -> bool:
        return isinstance(self._graph.node(stage.name), Dense)

    def _affine(
        self, stage: Stage, label: str, source: str, weight: Weights, bias: Any
    ) -> str:
        if self._is_dense(stage):
            flat = weight[:, :, 0, 0]
            return self._add(stage, label, Dense, source, weight=flat, bias=bias)
        layer = stage.layer
        return self._add(
            stage,
            label,
            Convolution,
            source,
            weight=weight,
            bias=bias,
            stride=layer.stride,
            dilation=layer.dilation,
            padding=layer.padding,
            padding_mode=layer.padding_mode,
            groups=layer.groups,
        )

    def _add(
        self, stage: Stage, label: str, kind: type[Node], *sources: str, **fields: Any
    ) -> str:
        name = f"stage {stage.number}, {label}"
        while name in self._names:
            name += "'"
        self._names.add(name)
        self.nodes.append(kind(name=name, sources=sources, **fields))
        return name

    def _answer(self, stage: Stage, name: str) -> None:
        """Give the stage's own name to the node that computes it."""
        if not self._as_it_is(stage):
            shape = self._graph.shape(stage.output)
            name = self._add(stage, "reshaped", Reshape, name, shape=shape)
        last = self.nodes.pop()
        self._names.discard(name)
        self.nodes.append(replace(last, name=stage.name))

    def _bias(self, stage: Stage, sums: PairSums) -> Weights | None:
        return self._rounded(stage, sums.bias, sums.bits) if stage.has_bias else None

    def _rounded(self, stage: Stage, whole: Exact, bits: int) -> Weights:
        """Integers times ``2^-bits``, rounded to nearest, to even, once."""
        flat = whole.ravel().tolist()
        try:
            if self._dtype == np.float32:
                rounded = [double_for_float32(number, bits) for number in flat]
            else:
                rounded = [number / (1 << bits) for number in flat]
        except OverflowError:
            raise self._too_large(stage) from None
        return self._finite(stage, np.array(rounded).reshape(whole.shape))

    def _scaled(self, stage: Stage, kernels: Weights, exponent: int) -> Weights:
        """Kernels times ``2^exponent``, exactly."""
        with np.errstate(all="ignore"):
            found = np.ldexp(kernels.astype(np.float64), exponent).astype(self._dtype)
            back = np.ldexp(found.astype(np.float64), -exponent)
        if not np.array_equal(back, kernels):
            raise self._too_large(stage)
        return found

    def _finite(self, stage: Stage, numbers: Weights) -> Weights:
        with np.errstate(over="ignore"):
            found = numbers.astype(self._dtype)
        if not np.isfinite(found).all():
            raise self._too_large(stage)
        return found

    def _too_large(self, stage: Stage) -> InvalidParameterError:
        return InvalidParameterError(
            f"dtype={self._dtype.name}: it does not hold the weights of stage "
            f"{shown(stage.name)} (docs/theory/networks.md). Give dtype='float64', or "
            "a ticket with smaller exponents."
        )


def double_for_float32(number: int, bits: int) -> float:
    """A float64 that rounds to the float32 that ``number 2^-bits`` rounds to.

    Rigor:
        Leading bits, and a last one that says whether anything was cut off, so that
        halves between two float32 numbers are told from what lies beside them.
    """
    cut = max(0, abs(number).bit_length() - _DECISIVE)
    top = abs(number) >> cut
    if cut and abs(number) & ((1 << cut) - 1):
        top |= 1
    return math.ldexp(math.copysign(top, number), cut - bits)
