"""LeNet-5 and one wide layer: widths, seconds and bytes of tickets of graphs.

``python -m benchmarks.lenet --save``. Weights are normal with the deviations of a
network at the start of training, biases a tenth of that; pixels lie in [0, 1]. The
accuracy that is asked for is a share of the product of the stages' largest 1-norms, and
of the widest certified range of an output. The peer is the construction for the paper's
class on the same convolutions, without biases and at full size, whose layers are scaled
to norm 1.
"""

from __future__ import annotations

import resource
import time
from fractions import Fraction
from typing import Any

import numpy as np

import slth_verify as sv
from benchmarks.support.common import publish
from slth_verify.construction.graphs.weights import FloatStage
from slth_verify.graph import (
    AveragePool,
    Convolution,
    Dense,
    Input,
    Node,
    Rectifier,
    Reshape,
    TargetCNN,
)
from slth_verify.graph.stages import stages_of


def _weights(rng: np.random.Generator, *shape: int) -> Any:
    deviation = np.sqrt(1 / np.prod(shape[1:]))
    return (rng.standard_normal(shape) * deviation).astype(np.float32)


def _bias(rng: np.random.Generator, outputs: int) -> Any:
    return (rng.standard_normal(outputs) * 0.1).astype(np.float32)


def _chain(side: int, channels: int, *nodes: Node) -> TargetCNN:
    shape = (channels, side, side)
    ends = (Fraction(0),) * channels, (Fraction(1),) * channels
    image = Input(name="image", shape=shape, low=ends[0], high=ends[1])
    return TargetCNN((image, *nodes))


def stack() -> TargetCNN:
    """LeNet-5's convolutions, with a ReLU after each."""
    rng = np.random.default_rng(0)
    return _chain(
        12,
        1,
        Convolution(name="c1", sources=("image",), weight=_weights(rng, 6, 1, 5, 5)),
        Rectifier(name="r1", sources=("c1",)),
        Convolution(name="c2", sources=("r1",), weight=_weights(rng, 16, 6, 5, 5)),
        Rectifier(name="r2", sources=("c2",)),
    )


def lenet() -> TargetCNN:
    """All of LeNet-5: average pooling, biases, dense layers."""
    rng = np.random.default_rng(0)
    nodes: list[Node] = []
    last = "image"
    for name, outputs, inputs, margin in (("c1", 6, 1, 2), ("c2", 16, 6, 0)):
        weight = _weights(rng, outputs, inputs, 5, 5)
        pool = AveragePool(
            name=f"{name} pool", sources=(f"{name} relu",), window=(2, 2), stride=(2, 2)
        )
        nodes += [
            Convolution(
                name=name,
                sources=(last,),
                weight=weight,
                bias=_bias(rng, outputs),
                padding=(margin,) * 4,
            ),
            Rectifier(name=f"{name} relu", sources=(name,)),
            pool,
        ]
        last = pool.name
    nodes.append(Reshape(name="flat", sources=(last,), shape=(400,)))
    last = "flat"
    for name, outputs, inputs in (("f1", 120, 400), ("f2", 84, 120), ("f3", 10, 84)):
        weight = _weights(rng, outputs, inputs)
        bias = _bias(rng, outputs)
        nodes.append(Dense(name=name, sources=(last,), weight=weight, bias=bias))
        last = name
        if name != "f3":
            nodes.append(Rectifier(name=f"{name} relu", sources=(name,)))
            last = f"{name} relu"
    return _chain(28, 1, *nodes)


def wide() -> TargetCNN:
    """One 3x3 convolution of 64 channels into 64."""
    rng = np.random.default_rng(0)
    weight = _weights(rng, 64, 64, 3, 3)
    return _chain(
        8,
        64,
        Convolution(
            name="conv", sources=("image",), weight=weight, padding=(1, 1, 1, 1)
        ),
    )


def _norms(graph: TargetCNN) -> float:
    """The product of the stages' largest 1-norms of a filter."""
    stages = [FloatStage(stage) for stage in stages_of(graph)]
    return float(np.prod([item.slopes.sum(axis=1).max() for item in stages]))


def _measured(name: str, graph: TargetCNN, eps: str) -> dict[str, Any]:
    widths = sv.suggested_widths(graph, eps)
    inputs = [stage.inputs for stage in stages_of(graph)]
    start = time.perf_counter()
    ticket = sv.prune(graph, sv.RandomCNN(1, widths), eps=eps, time_limit=600)
    pruned = time.perf_counter()
    result = sv.check(ticket, graph, time_limit=600)
    checked = time.perf_counter()
    half = sum(n * count for n, count in zip(widths, inputs, strict=True))
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        f"{name}: half-filters": half,
        f"{name}: kept filters": sum(ticket.kept),
        f"{name}: verdict": result.verdict.name,
        f"{name}: certified error / widest range": float(result.share_of_range or 0),
        f"{name}: prune, s": round(pruned - start, 1),
        f"{name}: check, s": round(checked - pruned, 1),
        f"{name}: ticket, bytes": len(ticket.to_bytes()),
        f"{name}: peak so far of one process, MiB": peak >> 10,
    }


def run(repeats: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Prune and check once each; ``repeats`` is not used."""
    del repeats
    figures: dict[str, Any] = {}
    for share in ("0.1", "0.01"):
        eps = str(float(share) * _norms(stack()))
        figures |= _measured(f"stack, {share} of norms", stack(), eps)
    figures |= _measured("LeNet-5, 0.1 of norms", lenet(), str(0.1 * _norms(lenet())))
    for share in ("10%", "2%"):
        figures |= _measured(f"LeNet-5, {share} of range", lenet(), share)
    figures |= _measured("3x3x64x64, 10% of range", wide(), "10%")
    return figures, {}


if __name__ == "__main__":
    publish("lenet", run)
