"""LeNet-5: widths, seconds, bytes and accuracy of tickets of graphs.

``python -m benchmarks.lenet --save``. The stack is LeNet-5's two convolutions, with
normal weights of the deviations of a network at the start of training. All of LeNet-5
is the network that ``examples/digits/train_lenet5.py`` trained at full size, with
biases, pooling and dense layers. Pixels lie in [0, 1].

The accuracy that is asked for is a share of the product of the stages' largest 1-norms,
or of the widest certified range of an output. A share of the norms may exceed half the
range: then constants are as good, and the checker says VACUOUS. Digits that took no
part in training say how many more, or fewer, the pruned network classifies rightly.
"""

from __future__ import annotations

import resource
import time
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load

import slth_verify as sv
from benchmarks.support.common import publish
from slth_verify.construction.graphs.weights import FloatStage
from slth_verify.graph import Convolution, Input, Node, Rectifier, TargetCNN, values
from slth_verify.graph.stages import stages_of

_TRAINED = Path(__file__).parents[1] / "examples" / "digits" / "lenet5.safetensors"
_DIGITS = files("slth_verify") / "data" / "digits" / "heldout.safetensors"


def normal_weights(rng: np.random.Generator, *shape: int) -> Any:
    """As at the start of training: deviation 1 / sqrt(inputs of an output)."""
    deviation = np.sqrt(1 / np.prod(shape[1:]))
    return (rng.standard_normal(shape) * deviation).astype(np.float32)


def chain(side: int, channels: int, *nodes: Node) -> TargetCNN:
    """Nodes in a row after a square image with entries in [0, 1]."""
    shape = (channels, side, side)
    ends = (Fraction(0),) * channels, (Fraction(1),) * channels
    image = Input(name="image", shape=shape, low=ends[0], high=ends[1])
    return TargetCNN((image, *nodes))


def stack() -> TargetCNN:
    """LeNet-5's convolutions, with a ReLU after each."""
    rng = np.random.default_rng(0)
    first, second = normal_weights(rng, 6, 1, 5, 5), normal_weights(rng, 16, 6, 5, 5)
    return chain(
        12,
        1,
        Convolution(name="c1", sources=("image",), weight=first),
        Rectifier(name="r1", sources=("c1",)),
        Convolution(name="c2", sources=("r1",), weight=second),
        Rectifier(name="r2", sources=("c2",)),
    )


def norms(graph: TargetCNN) -> float:
    """The product of the stages' largest 1-norms of a filter."""
    stages = [FloatStage(stage) for stage in stages_of(graph)]
    return float(np.prod([item.slopes.sum(axis=1).max() for item in stages]))


def measured(name: str, graph: TargetCNN, eps: str) -> tuple[dict[str, Any], sv.Ticket]:
    """Prune and check once; what it took, and the ticket."""
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
    figures = {
        f"{name}: half-filters": half,
        f"{name}: kept filters": sum(ticket.kept),
        f"{name}: verdict": result.verdict.name,
        f"{name}: certified error / widest range": float(result.share_of_range or 0),
        f"{name}: prune, s": round(pruned - start, 1),
        f"{name}: check, s": round(checked - pruned, 1),
        f"{name}: ticket, bytes": len(ticket.to_bytes()),
        f"{name}: peak so far of one process, MiB": peak >> 10,
    }
    return figures, ticket


def _accuracy(graph: TargetCNN) -> float:
    """Share of the digits that took no part in training, enlarged to 32x32."""
    digits = load(_DIGITS.read_bytes())
    large = digits["images"].repeat(4, 1).repeat(4, 2)[:, None] / 16
    scores = values(graph, large)
    return float((scores.argmax(1) == digits["labels"]).mean())


def run(repeats: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Prune and check once each; ``repeats`` is not used."""
    del repeats
    figures: dict[str, Any] = {}
    for share in ("0.1", "0.01"):
        eps = str(float(share) * norms(stack()))
        figures |= measured(f"stack, {share} of norms", stack(), eps)[0]
    network = TargetCNN.from_file(_TRAINED)
    figures["LeNet-5: accuracy of the target"] = _accuracy(network)
    for share, eps in (
        ("0.1 of norms", str(0.1 * norms(network))),
        ("2% of range", "2%"),
    ):
        found, ticket = measured(f"LeNet-5, {share}", network, eps)
        figures |= found
        small = sv.construction.collapse(ticket, network, merge=True, dtype="float64")
        figures[f"LeNet-5, {share}: accuracy"] = _accuracy(small.graph)
    return figures, {}


if __name__ == "__main__":
    publish("lenet", run)
