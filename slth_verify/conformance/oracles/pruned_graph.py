"""The pruned network of a target graph, entry by entry: plain loops over fractions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from slth_verify.conformance.oracles.graph_places import (
    MOVES,
    Entries,
    counted,
    kernel_terms,
    moved,
    pool_entries,
)
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Convolution,
    Dense,
    MaxPool,
    Node,
    Rectifier,
    Sum,
    TargetCNN,
)

#: ``W+``, ``W-`` of the kernel's shape, and the bias, or None where there is none.
StageWeights = tuple[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """An affine stage of a target graph, which a pair of random layers stands for.

    Attributes:
        layer: The convolution or dense node, which gives the stage its name; or a batch
            norm that follows no such node, or not as its only user.
        norm: The batch norm that belongs to the layer; the layer itself, if it is one.
    """

    layer: Convolution | Dense | BatchNorm
    norm: BatchNorm | None

    @property
    def output(self) -> str:
        """The node whose tensor the stage computes."""
        return self.layer.name if self.norm is None else self.norm.name


def stages_of(graph: TargetCNN) -> tuple[Stage, ...]:
    """The affine stages, in the order of their outputs."""
    uses = Counter(name for node in graph.nodes for name in node.sources)
    folded: dict[str, BatchNorm] = {}
    for node in graph.nodes:
        if isinstance(node, BatchNorm) and uses[node.sources[0]] == 1:
            folded[node.sources[0]] = node
    stages: list[Stage] = []
    for node in graph.nodes:
        if isinstance(node, (Convolution, Dense)) and node.name not in folded:
            stages.append(Stage(node, None))
        if isinstance(node, BatchNorm):
            before = graph.node(node.sources[0])
            layered = isinstance(before, (Convolution, Dense))
            belongs = layered and folded.get(before.name) is node
            layer = before if belongs else node
            stages.append(Stage(layer, node))  # type: ignore[arg-type]
    return tuple(stages)


def stage_weights(
    graph: TargetCNN, stage: Stage, given: StageWeights
) -> tuple[Entries, Entries, Entries]:
    """``W+``, ``W-`` and the bias of a stage in fractions; those of a norm by channel.

    Args:
        graph: The target.
        stage: One of its stages.
        given: Arrays of integers, floats or fractions.
    """
    positive, negative = exact_array(given[0]), exact_array(given[1])
    if isinstance(stage.layer, BatchNorm):
        positive, negative = positive.reshape(-1), negative.reshape(-1)
    channels = graph.shape(stage.output)[0]
    bias = exact_array(np.zeros(channels) if given[2] is None else given[2])
    return positive, negative, bias


def exact_array(values: Any) -> Entries:
    """Integers, floats and fractions as fractions, each as it is."""
    array = np.asarray(values).astype(object)
    for at in np.ndindex(*array.shape):
        array[at] = Fraction(array.item(at))
    return array


def pruned_values(
    graph: TargetCNN, stages: Mapping[str, StageWeights], image: Any
) -> dict[str, Entries]:
    """The tensors of the pruned network for one image.

    Args:
        graph: The target.
        stages: Weights of each stage, by its name.
        image: Of the input's shape; integers, floats or fractions.

    Returns:
        Values by name of node, but for layers within a stage.

    Rigor:
        Exact: every batch norm belongs to a stage, whose weights are rational.
    """
    by_output = {stage.output: stage for stage in stages_of(graph)}
    within = {stage.layer.name for stage in by_output.values()} - set(by_output)
    known: dict[str, Entries] = {graph.input.name: exact_array(image)}
    for node in graph.nodes[1:]:
        if node.name in within:
            continue
        shape = graph.shape(node.name)
        stage = by_output.get(node.name)
        if stage is not None:
            source = known[stage.layer.sources[0]]
            given = stage_weights(graph, stage, stages[stage.layer.name])
            known[node.name] = _stage_values(stage, given, source, shape)
        else:
            sources = [known[name] for name in node.sources]
            known[node.name] = _node_values(node, sources, shape)
    return known


def _stage_values(
    stage: Stage,
    given: tuple[Entries, Entries, Entries],
    source: Entries,
    shape: tuple[int, ...],
) -> Entries:
    positive, negative, bias = given
    found = np.empty(shape, object)
    for at in np.ndindex(*shape):
        total = bias[at[0]]
        for weight, entry in kernel_terms(stage.layer, source.shape, at):
            y = source.item(entry)
            total += positive[weight] * y if y > 0 else negative[weight] * -y
        found[at] = total
    return found


def _node_values(node: Node, sources: list[Entries], shape: tuple[int, ...]) -> Entries:
    if isinstance(node, MOVES):
        return moved(node, sources, shape, Fraction(0))
    (first, *others) = sources
    found = np.empty(shape, object)
    for at in np.ndindex(*shape):
        if isinstance(node, (MaxPool, AveragePool)):
            inside = [
                first.item(entry) for entry in pool_entries(node, first.shape, at)
            ]
            if isinstance(node, MaxPool):
                found[at] = max(inside)
            else:
                found[at] = sum(inside, Fraction(0)) / counted(node, len(inside))
        elif isinstance(node, Sum):
            found[at] = sum((other.item(at) for other in others), first.item(at))
        else:
            found[at] = activation(node, first.item(at), at[0])
    return found


def activation(node: Node, value: Fraction, channel: int) -> Fraction:
    """A rectifier's or a clip's value."""
    if isinstance(node, Clip):
        return min(max(value, node.low), node.high)
    if isinstance(node, Rectifier):
        slope = node.slopes[channel if len(node.slopes) > 1 else 0]
        return value if value > 0 else slope * value
    raise TypeError(f"{type(node).__name__} is no activation")
