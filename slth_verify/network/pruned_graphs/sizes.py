"""How large graphs and their random networks are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from slth_verify.graph import BatchNorm, Convolution, Dense, TargetCNN
from slth_verify.graph.stages import Stage, stages_of
from slth_verify.limits import WIDTH
from slth_verify.numbers import whole_numbers

#: Weights of the largest dense network that is made.
DENSE_LIMIT = 50_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """How large a network is.

    Attributes:
        parameters: Stored weights.
        multiply_adds: Multiplications of one forward pass on one image.
    """

    parameters: int
    multiply_adds: int


def random_network_size(graph: TargetCNN, widths: Sequence[int]) -> Size:
    """Size of the whole random network of a graph, before mask and pruning.

    Args:
        graph: The target.
        widths: n of each stage.

    Raises:
        InvalidParameterError: If widths are no positive integers.
    """
    widths = whole_numbers(widths, "widths", least=1, most=WIDTH)
    parameters = multiply_adds = 0
    for stage, width in zip(stages_of(graph), widths, strict=True):
        inside = math.prod(stage.shape[1:])
        outside = math.prod(graph.shape(stage.output)[1:])
        first = 2 * width * stage.channels**2
        rest = 2 * width * weights_of_a_filter(stage) - first
        parameters += first + rest
        multiply_adds += first * inside + rest * outside
    return Size(parameters, multiply_adds)


def target_size(graph: TargetCNN) -> Size:
    """Size of a graph: numbers in its layers, and products of one forward pass."""
    parameters = multiply_adds = 0
    for node in graph.nodes:
        arrays = [getattr(node, field.name) for field in fields(node)]
        parameters += sum(x.size for x in arrays if isinstance(x, np.ndarray))
        if isinstance(node, (Convolution, Dense)):
            places = math.prod(graph.shape(node.name)[1:])
            multiply_adds += node.weight.size * places
        elif isinstance(node, BatchNorm):
            multiply_adds += math.prod(graph.shape(node.name))
    return Size(parameters, multiply_adds)


def weights_of_a_filter(stage: Stage) -> int:
    """Weights of the dense pair for each filter of a block, over all channels."""
    plain = stage.channels * (stage.channels + math.prod(stage.kernel_shape(0)))
    return plain + stage.has_bias * (1 + len(stage.layer.weight))
