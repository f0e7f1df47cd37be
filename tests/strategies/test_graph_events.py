"""Drawn target graphs: every kind of node and every nasty event occurs."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from handmade.nightly import nightly_but
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from slth_verify import strategies as slst
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Dense,
    MaxPool,
    Node,
    Pad,
    Rectifier,
    Reshape,
    Sum,
    TargetCNN,
)
from slth_verify.graph.nodes import KINDS, PADDING_MODES, Weights

FEW, EXAMPLES = 400, 1000
ENOUGH = 3


def _counted(strategy: SearchStrategy[Any], events: Any, examples: int) -> Counter[str]:
    counts: Counter[str] = Counter()

    @settings(
        max_examples=examples,
        phases=(Phase.generate,),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: Any) -> None:
        counts["examples"] += 1
        for name, holds in events(value).items():
            counts[name] += bool(holds)

    collect()
    return counts


def _ends(graph: TargetCNN, node: Node) -> list[tuple[Fraction, Fraction]]:
    """Exact ends of the range of a layer after the input, without padding."""
    if not isinstance(node, (Convolution, Dense)):
        return []
    box = graph.input
    if node.sources != (box.name,) or any(getattr(node, "padding", ())):
        return []
    groups = getattr(node, "groups", 1)
    found = []
    for out, row in enumerate(node.weight):
        first = out // (len(node.weight) // groups) * len(row)
        ends = [Fraction(0 if node.bias is None else float(node.bias[out]))] * 2
        for channel, entries in enumerate(row, start=first):
            for entry in np.ravel(entries).tolist():
                products = [
                    Fraction(entry) * box.low[channel],
                    Fraction(entry) * box.high[channel],
                ]
                ends = [ends[0] + min(products), ends[1] + max(products)]
        found.append((ends[0], ends[1]))
    return found


def _weights(graph: TargetCNN) -> list[Weights]:
    values = (
        getattr(node, name, None)
        for node in graph.nodes
        for name in ("weight", "bias", "scale", "shift", "mean", "variance")
    )
    return [value for value in values if value is not None]


def _events(graph: TargetCNN) -> dict[str, Any]:
    nodes, box = graph.nodes, graph.input
    of: dict[type[Node], list[Any]] = {
        kind: [node for node in nodes if type(node) is kind] for kind in KINDS.values()
    }
    ends = {node.name: _ends(graph, node) for node in nodes}
    relus = [node for node in of[Rectifier] if node.slopes == (0,)]
    relu_ends = [end for node in relus for end in ends[node.sources[0]]]
    every = [end for found in ends.values() for end in found]
    norms, arrays = of[BatchNorm], _weights(graph)
    variances = [v for norm in norms for v in norm.variance]
    slopes = [node.slopes for node in of[Rectifier]]
    clips_of_box = [node for node in of[Clip] if node.sources == (box.name,)]
    layers = of[Convolution] + of[Dense]
    convs = of[Convolution]
    pools = of[MaxPool] + of[AveragePool]
    images = [
        graph.shape(node.name) for node in nodes if len(graph.shape(node.name)) == 3
    ]
    modes = {
        f"{kind.__name__} padded by {mode}": any(
            any(node.padding) and node.padding_mode == mode for node in of[kind]
        )
        for kind in (Convolution, Pad)
        for mode in PADDING_MODES
    }
    return modes | {
        **{name: of[kind] for name, kind in KINDS.items()},
        "dead ReLU": any(high < 0 for _, high in relu_ends),
        "ReLU that is just dead": any(low < high == 0 for low, high in relu_ends),
        "ReLU that just never acts": any(low == 0 < high for low, high in relu_ends),
        "kink in the middle": any(low == -high < 0 for low, high in relu_ends),
        "range of a point": any(low == high for low, high in every),
        "box touches 0": any(
            low == 0 < high or low < 0 == high
            for low, high in zip(box.low, box.high, strict=True)
        ),
        "branches cancel": any(_cancels(graph, node) for node in of[Sum]),
        "branches cancel, and the source is left": any(
            len(node.sources) == 3 and _cancels(graph, node) for node in of[Sum]
        ),
        "residual sum": any(
            graph.node(other).sources == (one,)
            for node in of[Sum]
            for one in node.sources
            for other in node.sources
        ),
        "sum of a tensor with itself": any(
            len(set(node.sources)) == 1 for node in of[Sum]
        ),
        "concatenated with itself": any(
            len(set(node.sources)) == 1 for node in of[Concat]
        ),
        "concatenated with a branch": any(
            len(set(node.sources)) == 2 for node in of[Concat]
        ),
        "stride larger than the kernel": any(
            step > apart * (size - 1) + 1
            for node in convs
            for step, apart, size in zip(
                node.stride, node.dilation, node.weight.shape[2:], strict=True
            )
        ),
        "stride larger than the window": any(
            step > size
            for node in pools
            for step, size in zip(node.stride, node.window, strict=True)
        ),
        "groups = channels": any(
            node.groups == graph.shape(node.sources[0])[0] > 1 for node in convs
        ),
        "an input channel without weights": any(
            node.weight.any() and not node.weight.any(axis=(0, 2, 3)).all()
            for node in convs
            if node.groups == 1
        ),
        "variance 0 with epsilon 1e-5": any(
            norm.epsilon == Fraction(1, 100_000) and not norm.variance.all()
            for norm in norms
        ),
        "variance near 0": any(0 < v < 1e-9 for v in variances),
        "huge scale": any(np.abs(norm.scale).max() >= 2**20 for norm in norms),
        "scale 0": any(not norm.scale.all() for norm in norms),
        "mean at an end of the box": any(
            norm.sources == (box.name,)
            and float(norm.mean[0]) in (box.low[0], box.high[0])
            for norm in norms
        ),
        "slope 1": any(1 in found for found in slopes),
        "slopes 0 and 1": any({0, 1} <= set(found) for found in slopes),
        "a slope between": any(0 < slope < 1 for found in slopes for slope in found),
        "threshold on an end of the box": any(
            node.low in box.low or node.high in box.high for node in clips_of_box
        ),
        "threshold within a range": any(
            low < node.high < high or low < node.low < high
            for node in of[Clip]
            for low, high in ends[node.sources[0]]
        ),
        "image smaller than the kernel": any(
            size > side
            for node in convs
            for size, side in zip(
                node.weight.shape[2:], graph.shape(node.sources[0])[1:], strict=True
            )
        ),
        "image smaller than the window": any(
            size > side
            for node in pools
            for size, side in zip(
                node.window, graph.shape(node.sources[0])[1:], strict=True
            )
        ),
        "image of one entry": any(shape[1:] == (1, 1) for shape in images),
        "input (1, 1, 1)": box.shape == (1, 1, 1),
        "image not square": any(shape[1] != shape[2] for shape in images),
        "margins of one side": any(
            node.padding[0] != node.padding[1] for node in convs
        ),
        "dilated kernel": any(
            apart > 1 < size
            for node in convs
            for apart, size in zip(node.dilation, node.weight.shape[2:], strict=True)
        ),
        "dilated pool": any(
            apart > 1 < size
            for node in of[MaxPool]
            for apart, size in zip(node.dilation, node.window, strict=True)
        ),
        "padded max pool": any(any(node.padding) for node in of[MaxPool]),
        **{
            f"padded mean, counts_padding={counts}": any(
                any(node.padding) and node.counts_padding is counts
                for node in of[AveragePool]
            )
            for counts in (True, False)
        },
        "vectors only, with a layer": of[Dense]
        and all(len(graph.shape(node.name)) == 1 for node in nodes),
        "flattened, then a layer": any(
            isinstance(graph.node(node.sources[0]), Reshape) for node in of[Dense]
        ),
        "four axes": any(len(node.shape) == 4 for node in of[Reshape]),
        "no bias": any(node.bias is None for node in layers),
        "bias of zeros": any(
            node.bias is not None and not node.bias.any() for node in layers
        ),
        "float32": any(a.dtype == np.float32 for a in arrays),
        "float64": any(a.dtype == np.float64 for a in arrays),
        "negative zero": any((np.signbit(a) & (a == 0)).any() for a in arrays),
        "subnormal": any(((a != 0) & (np.abs(a) < 2.0**-126)).any() for a in arrays),
        "confusing names": any(".weight" in node.name for node in nodes),
        "a chain": all(len(node.sources) <= 1 for node in nodes),
        "a node used twice": len({s for n in nodes for s in n.sources})
        < sum(len(n.sources) for n in nodes),
        "two nodes": len(nodes) == 2,
        "more than eight nodes": len(nodes) > 8,
    }


def _cancels(graph: TargetCNN, total: Sum) -> bool:
    """Whether two of its terms are opposite layers, with weights that are not all 0."""
    *_, one, other = (graph.node(name) for name in total.sources)
    if type(one) is not type(other) or one is other or one.sources != other.sources:
        return False
    if isinstance(one, BatchNorm) and isinstance(other, BatchNorm):
        return bool(one.scale.any() and (one.scale == -other.scale).all())
    if isinstance(one, (Convolution, Dense)) and isinstance(other, type(one)):
        return bool(one.weight.any() and (one.weight == -other.weight).all())
    return False


@pytest.mark.nightly
def test_each_kind_of_event_occurs() -> None:
    counts = _counted(slst.target_graphs(), _events, EXAMPLES)
    rare = {event: count for event, count in counts.items() if count < ENOUGH}
    assert not rare, f"of {EXAMPLES} examples"


@pytest.mark.parametrize("examples", nightly_but([FEW], [FEW, EXAMPLES]))
def test_each_kind_of_node_and_most_events_occur(examples: int) -> None:
    counts = _counted(slst.target_graphs(), _events, examples)
    assert counts.pop("examples") == examples  # none was filtered out
    assert len(counts) > len(KINDS) + 50
    kinds = {name: counts[name] for name in KINDS}
    assert min(kinds.values()) >= examples // 20, kinds
    assert sum(count > 0 for count in counts.values()) >= 0.9 * len(counts)
