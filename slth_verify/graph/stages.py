"""Affine stages: what each random pair of layers stands for, batch norms folded in.

A stage is a convolution or dense node, with the batch norm that is its only user, if
there is one; a batch norm behind anything else is a stage of its own, a 1x1 convolution
with a group for each channel. All other nodes stay.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph.dyadics import Exact, common, down, integers, inverse_root, up
from slth_verify.graph.graph import TargetCNN
from slth_verify.graph.nodes import BatchNorm, Convolution, Dense, Node, Shape, Weights
from slth_verify.graph.windows import Array, convolved
from slth_verify.numbers import shown
from slth_verify.text import counted, printable

#: Significant bits of the ends of an irrational factor.
_FACTOR_BITS = 128


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Stage(Node):
    """An affine map of a graph.

    Attributes:
        number: From 1, in the order of the graph.
        layer: Its convolution before the batch norm; a dense node has windows of one
            entry.
        norm: The batch norm behind it, or None.
        shape: ``(channels, height, width)`` of its source; a vector has one place, and
            a batch norm of other tensors one row.
        output: Name of the node whose tensor it computes.
    """

    number: int
    layer: Convolution
    norm: BatchNorm | None
    shape: Shape
    output: str

    @property
    def channels(self) -> int:
        """Channels of its source."""
        return self.shape[0]

    @property
    def has_bias(self) -> bool:
        """Whether it adds constants, so that its pair needs the constant channel."""
        return self.layer.bias is not None or self.norm is not None

    @property
    def inputs(self) -> int:
        """Channels that its pair reads: the source's, and the constant one at last."""
        return self.channels + self.has_bias

    def kernel_shape(self, channel: int) -> tuple[int, int, int]:
        """Rows, columns and outputs of a second-layer filter that reads a channel.

        The constant channel has 1x1 kernels, and reaches every output.
        """
        outputs, _, rows, columns = self.layer.weight.shape
        if channel == self.channels:
            return 1, 1, outputs
        return rows, columns, outputs // self.layer.groups

    def applied(self, weight: Array, tensor: Array) -> Array:
        """A convolution with the stage's geometry and other weights.

        Args:
            weight: Of the shape of the stage's.
            tensor: The source, with a batch axis.
        """
        images = tensor.reshape(len(tensor), *self.shape)
        found = convolved(images, weight, self.layer)
        places = found.shape[2:] if tensor.ndim == 4 else tensor.shape[2:]
        return found.reshape(*found.shape[:2], *places)

    def kernel(self) -> StageKernel:
        """Its weights and biases: exact, or enclosed behind an irrational root.

        Rigor:
            With ``s = scale / sqrt(variance + epsilon)`` in ``[a, b]``, a weight w
            becomes ``s w``, between ``a w`` and ``b w``, and a bias c becomes
            ``s (c - mean) + shift``; all products and sums are exact.
        """
        layer, norm = self.layer, self.norm
        weight = _Dyadic.of(layer.weight)
        outputs = len(layer.weight)
        bias = _Dyadic.of(np.zeros(outputs) if layer.bias is None else layer.bias)
        if norm is None:
            return StageKernel.of(weight, weight, bias, bias)
        factors = _factors(norm)
        centred = bias.plus(_Dyadic.of(-norm.mean))
        ends = [
            [value.times(factor) for factor in factors] for value in (weight, centred)
        ]
        added = _Dyadic.of(norm.shift)
        return StageKernel.of(
            _Dyadic.least(*ends[0]),
            _Dyadic.most(*ends[0]),
            _Dyadic.least(*ends[1]).plus(added),
            _Dyadic.most(*ends[1]).plus(added),
        )


@dataclass(frozen=True, eq=False, slots=True)
class StageKernel:
    """Ends of a stage's numbers: integers times ``2^-bits``.

    Attributes:
        least: Weights, ``(c_out, c_in / groups, rows, columns)``.
        most: The same; the same object if the weights are known exactly.
        bias_least: Biases, ``(c_out,)``, zeros if there are none.
        bias_most: The same.
        bits: Of the unit.
    """

    least: Exact
    most: Exact
    bias_least: Exact
    bias_most: Exact
    bits: int

    @classmethod
    def of(cls, *numbers: _Dyadic) -> StageKernel:
        """Of four arrays in units of their own."""
        bits = max(number.bits for number in numbers)
        least, most, *biases = (number.over(bits) for number in numbers)
        exact = numbers[0] is numbers[1]
        return cls(least, least if exact else most, biases[0], biases[1], bits)

    def over(self, bits: int) -> StageKernel:
        """The same numbers in a unit that is not larger."""
        shift = bits - self.bits
        least = self.least << shift
        most = least if self.most is self.least else self.most << shift
        return StageKernel(
            least, most, self.bias_least << shift, self.bias_most << shift, bits
        )


def staged(graph: TargetCNN) -> tuple[Node, ...]:
    """The graph's nodes, with stages in place of affine nodes and batch norms.

    Names of tensors change with them: whoever took a batch norm that was folded takes
    its stage.
    """
    users = Counter(name for node in graph.nodes for name in node.sources)
    norms = {
        node.sources[0]: node
        for node in graph.nodes
        if isinstance(node, BatchNorm)
        and users[node.sources[0]] == 1
        and isinstance(graph.node(node.sources[0]), (Convolution, Dense))
    }
    renamed = {norm.name: name for name, norm in norms.items()}
    nodes: list[Node] = []
    number = 0
    for node in graph.nodes:
        if node.name in renamed:
            continue
        sources = tuple(renamed.get(name, name) for name in node.sources)
        if isinstance(node, (Convolution, Dense, BatchNorm)):
            number += 1
            norm = norms.get(node.name, node if isinstance(node, BatchNorm) else None)
            nodes.append(
                Stage(
                    name=node.name,
                    sources=sources,
                    number=number,
                    layer=_as_convolution(node, sources),
                    norm=norm,
                    shape=_as_image(graph.shape(node.sources[0])),
                    output=node.name if norm is None else norm.name,
                )
            )
        else:
            nodes.append(replace(node, sources=sources))
    return tuple(nodes)


def require_stages(graph: TargetCNN, widths: Sequence[int] | None = None) -> None:
    """Refuse a graph with nothing to prune, and widths that are not one a stage.

    Raises:
        InvalidTargetError: The graph has no stage.
        InvalidParameterError: There are more widths than stages, or fewer.
    """
    count = len(stages_of(graph))
    if not count:
        raise InvalidTargetError(
            f"target={printable(graph.name)}: it has no convolution, dense layer or "
            "batch norm, so there is nothing that a random network could be pruned to "
            "(docs/theory/networks.md). Give a network with one."
        )
    if widths is not None and len(widths) != count:
        raise InvalidParameterError(
            f"widths={shown(tuple(widths))} for a target of {counted(count, 'stage')}: "
            "one width for each convolution, dense layer and batch norm that follows "
            "neither is needed (docs/theory/networks.md). Give so many."
        )


def stages_of(graph: TargetCNN) -> tuple[Stage, ...]:
    """The stages alone, in order."""
    return tuple(node for node in staged(graph) if isinstance(node, Stage))


def _as_image(shape: Shape) -> Shape:
    return shape if len(shape) == 3 else (shape[0], 1, math.prod(shape[1:]))


def _as_convolution(
    node: Convolution | Dense | BatchNorm, sources: tuple[str, ...]
) -> Convolution:
    """The map before the batch norm, of tensors with three axes."""
    if isinstance(node, Convolution):
        return replace(node, sources=sources)
    if isinstance(node, Dense):
        weight = node.weight[:, :, None, None]
        return Convolution(
            name=node.name, sources=sources, weight=weight, bias=node.bias
        )
    channels = len(node.scale)
    ones = np.ones((channels, 1, 1, 1), np.float32)
    return Convolution(name=node.name, sources=sources, weight=ones, groups=channels)


@dataclass(frozen=True, eq=False, slots=True)
class _Dyadic:
    """Integers times ``2^-bits``."""

    whole: Exact
    bits: int

    @classmethod
    def of(cls, values: Weights) -> _Dyadic:
        return cls(*integers(values))

    def over(self, bits: int) -> Exact:
        return np.asarray(self.whole << (bits - self.bits))

    def plus(self, other: _Dyadic) -> _Dyadic:
        bits = max(self.bits, other.bits)
        return _Dyadic(self.over(bits) + other.over(bits), bits)

    def times(self, factors: _Dyadic) -> _Dyadic:
        """Times one number for each entry of the first axis."""
        axes = self.whole.ndim
        column = factors.whole.reshape(-1, *(1,) * (axes - 1))
        return _Dyadic(self.whole * column, self.bits + factors.bits)

    @staticmethod
    def least(one: _Dyadic, other: _Dyadic) -> _Dyadic:
        return _Dyadic(np.minimum(one.whole, other.whole), one.bits)

    @staticmethod
    def most(one: _Dyadic, other: _Dyadic) -> _Dyadic:
        return _Dyadic(np.maximum(one.whole, other.whole), one.bits)


def _factors(norm: BatchNorm) -> tuple[_Dyadic, _Dyadic]:
    """Dyadic numbers around ``scale / sqrt(variance + epsilon)``, in one unit."""
    ends: tuple[list[Fraction], list[Fraction]] = ([], [])
    for scale, variance in zip(norm.scale, norm.variance, strict=True):
        roots = inverse_root(Fraction(float(variance)) + norm.epsilon)
        found = sorted(Fraction(float(scale)) * root for root in roots)
        ends[0].append(down(found[0], _FACTOR_BITS))
        ends[1].append(up(found[1], _FACTOR_BITS))
    whole, denominator = common([*ends[0], *ends[1]])
    bits = denominator.bit_length() - 1
    channels = len(ends[0])
    return _Dyadic(whole[:channels], bits), _Dyadic(whole[channels:], bits)
