"""Two networks with the same nodes, whose affine stages have different weights.

f computes ``K x + b`` at a stage, g computes ``W+ y+ + W- y- + B`` with ``y+ = max(y,
0)`` and ``y- = max(-y, 0)``. For the pruned random network of a ticket these are the
sums over kept filters; another network with the kernel L has ``W+ = L``, ``W- = -L``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.errors import InvalidTargetError
from slth_verify.forms.rounding import float_ends, floats_of
from slth_verify.graph.dyadics import Exact
from slth_verify.graph.graph import TargetCNN
from slth_verify.graph.nodes import Clip, Node, Shape
from slth_verify.graph.shapes import shape_of
from slth_verify.graph.stages import Stage, StageKernel, staged
from slth_verify.showing import OneLine


@dataclass(frozen=True, eq=False, slots=True)
class Numbers:
    """Floats, each at most ``error`` away from the number it stands for."""

    values: Float64Array
    error: float

    @classmethod
    def between(cls, least: Exact, most: Exact, bits: int) -> Numbers:
        """Of numbers between integers times ``2^-bits``."""
        return cls(*floats_of(least, most, bits))

    @property
    def largest(self) -> float:
        """No number's modulus is above."""
        return float(np.abs(self.values).max(initial=0.0)) + self.error


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class StageEnds(OneLine):
    """What g computes at a stage: ends of numbers, integers times ``2^-bits``.

    Attributes:
        positive: Ends of W+, ``(c_out, c_in / groups, rows, columns)``.
        negative: Ends of W-.
        bias: Ends of B, ``(c_out,)``.
        bits: Of the unit.
    """

    positive: tuple[Exact, Exact]
    negative: tuple[Exact, Exact]
    bias: tuple[Exact, Exact]
    bits: int

    @classmethod
    def of_sums(
        cls, positive: Exact, negative: Exact, bias: Exact, bits: int
    ) -> StageEnds:
        """Of exact sums over kept filters."""
        return cls((positive,) * 2, (negative,) * 2, (bias,) * 2, bits)

    @classmethod
    def of_kernel(cls, kernel: StageKernel) -> StageEnds:
        """Of another network's own stage."""
        ends = kernel.least, kernel.most
        exact = kernel.most is kernel.least
        opposite = (-kernel.least,) * 2 if exact else (-kernel.most, -kernel.least)
        biases = kernel.bias_least, kernel.bias_most
        return cls(ends, opposite, biases, kernel.bits)

    def over(self, bits: int) -> StageEnds:
        """The same numbers in a unit that is not larger."""
        shift = bits - self.bits
        return StageEnds(
            _shifted(self.positive, shift),
            _shifted(self.negative, shift),
            _shifted(self.bias, shift),
            bits,
        )


def _shifted(ends: tuple[Exact, Exact], shift: int) -> tuple[Exact, Exact]:
    least = ends[0] << shift
    return least, least if ends[1] is ends[0] else ends[1] << shift


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class StagePair(OneLine):
    """A stage in both networks, in floats with proved errors.

    Attributes:
        kernel: K.
        positive: W+.
        negative: W-.
        positive_gap: D+ = W+ - K, from exact numbers.
        negative_gap: D- = W- + K, likewise.
        mixed: W+ + W-, likewise.
        bias: b.
        pruned_bias: B.
        bias_gap: B - b.
    """

    kernel: Numbers
    positive: Numbers
    negative: Numbers
    positive_gap: Numbers
    negative_gap: Numbers
    mixed: Numbers
    bias: Numbers
    pruned_bias: Numbers
    bias_gap: Numbers

    @classmethod
    def of(cls, kernel: StageKernel, ends: StageEnds) -> StagePair:
        """Of exact numbers, which are subtracted before anything is rounded.

        Raises:
            OverflowError: If numbers are beyond what floats hold.
        """
        bits = max(kernel.bits, ends.bits)
        f, g = kernel.over(bits), ends.over(bits)
        own, bias = (f.least, f.most), _ends(f.bias_least, f.bias_most)
        pairs = (
            own,
            g.positive,
            g.negative,
            _minus(g.positive, own),
            _plus(g.negative, own),
            _plus(g.positive, g.negative),
            bias,
            _ends(*g.bias),
            _minus(_ends(*g.bias), bias),
        )
        return cls(*(Numbers.between(*pair, bits) for pair in pairs))


def _ends(least: Exact, most: Exact) -> tuple[Exact, Exact]:
    return (
        (least, least) if most is least or not (most - least).any() else (least, most)
    )


def _plus(one: tuple[Exact, Exact], other: tuple[Exact, Exact]) -> tuple[Exact, Exact]:
    least = one[0] + other[0]
    exact = one[0] is one[1] and other[0] is other[1]
    return least, least if exact else one[1] + other[1]


def _minus(one: tuple[Exact, Exact], other: tuple[Exact, Exact]) -> tuple[Exact, Exact]:
    least = one[0] - other[1]
    exact = one[0] is one[1] and other[0] is other[1]
    return least, least if exact else one[1] - other[0]


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class NetworkPair(OneLine):
    """f and g, which have the same nodes but for the weights of stages.

    Attributes:
        nodes: Of a staged graph, in order.
        shapes: Of every node's tensor, by its name.
        stages: Weights of every stage, by its name.
    """

    nodes: tuple[Node, ...]
    shapes: Mapping[str, Shape]
    stages: Mapping[str, StagePair]

    @classmethod
    def of(cls, graph: TargetCNN, pruned: Callable[[Stage], StageEnds]) -> NetworkPair:
        """A target and the network that stands for it.

        Args:
            graph: f.
            pruned: What g computes at each stage.

        Raises:
            InvalidTargetError: If numbers are beyond what floats hold.
        """
        nodes = staged(graph)
        try:
            stages = {
                node.name: StagePair.of(node.kernel(), pruned(node))
                for node in nodes
                if isinstance(node, Stage)
            }
            return cls.from_stages(nodes, stages)
        except OverflowError as error:
            raise InvalidTargetError(
                "a weight or threshold is beyond 1.8e308: linear forms are evaluated "
                "in float64 (der:difference-forms). Scale the layer."
            ) from error

    @classmethod
    def from_stages(
        cls, nodes: tuple[Node, ...], stages: Mapping[str, StagePair]
    ) -> NetworkPair:
        """Of a staged graph's nodes, and the weights of its stages.

        Raises:
            OverflowError: If a threshold is beyond what floats hold.
        """
        for node in nodes:
            if isinstance(node, Clip):
                float_ends(node.low), float_ends(node.high)
        return cls(nodes, _shapes(nodes), stages)

    @property
    def image(self) -> str:
        """Name of the input."""
        return self.nodes[0].name

    @property
    def output(self) -> Node:
        """The last node."""
        return self.nodes[-1]

    @property
    def widest(self) -> int:
        """Most numbers that one row of coefficients takes in any step backwards."""
        sizes = [self.entries(node.name) for node in self.nodes]
        for node in self.nodes:
            if isinstance(node, Stage):
                places = self.entries(node.name) // self.shapes[node.name][0]
                window = node.layer.weight.shape[2:]
                sizes.append(node.channels * int(np.prod(window)) * places)
        return max(sizes)

    def entries(self, name: str) -> int:
        """How many entries a tensor has."""
        return int(np.prod(self.shapes[name], dtype=np.int64))


def _shapes(nodes: tuple[Node, ...]) -> dict[str, Shape]:
    shapes: dict[str, Shape] = {}
    for node in nodes:
        sources = [shapes[name] for name in node.sources]
        if isinstance(node, Stage):
            found = shape_of(node.layer, [node.shape])
            (source,) = sources
            shapes[node.name] = found if len(source) == 3 else (found[0], *source[1:])
        else:
            shapes[node.name] = shape_of(node, sources)
    return shapes
