"""Certified against attacked errors: single layers, drawn and trained networks.

``python -m benchmarks.certificates --networks 200 --save``; with ``--pieces FILE`` what
was found is kept there, and the next run goes on. Every network is pruned by
hand: weights of its stages are moved a little, as kept filters would leave them. Peers
get the same networks: intervals of both networks alone, the difference intervals that
tickets are checked with, and linear forms of the product network (CROWN without
optimised slopes, written here: f and g are bounded apart, with one form for each).
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.lenet import stack
from benchmarks.support.common import publish_with
from slth_verify.attacks import Search
from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.forms import Differences, NetworkPair, box_of
from slth_verify.graph import (
    Convolution,
    Input,
    Node,
    Rectifier,
    TargetCNN,
)
from slth_verify.graph.stages import Stage

#: By so much of the largest weight, weights of pruned networks are off.
_NOISE = 0.01


def drawn(rng: np.random.Generator, depth: int) -> TargetCNN:
    """A network of the paper's class: 3x3 kernels, 4x4 images, 1 to 4 channels."""
    channels = [int(c) for c in rng.integers(1, 5, depth + 1)]
    low, high = (Fraction(-1),) * channels[0], (Fraction(1),) * channels[0]
    nodes: list[Node] = [
        Input(name="image", shape=(channels[0], 4, 4), low=low, high=high)
    ]
    for layer, (c_in, c_out) in enumerate(pairwise(channels)):
        weight = rng.standard_normal((c_out, c_in, 3, 3)).astype(np.float32)
        nodes += [
            Convolution(
                name=f"conv{layer}",
                sources=(nodes[-1].name,),
                weight=weight,
                padding=(1, 1, 1, 1),
            ),
            Rectifier(name=f"relu{layer}", sources=(f"conv{layer}",)),
        ]
    return TargetCNN(tuple(nodes))


def near(graph: TargetCNN, rng: np.random.Generator) -> ComparedNetworks:
    """The graph and a copy whose weights are a little off."""
    return ComparedNetworks.of_graphs(graph, moved(graph, rng))


def moved(graph: TargetCNN, rng: np.random.Generator) -> TargetCNN:
    """A copy whose weights are a little off."""
    nodes = [
        replace(node, weight=_moved(node.weight, rng))
        if isinstance(node, Convolution)
        else node
        for node in graph.nodes
    ]
    return TargetCNN(tuple(nodes), "near")


def _moved(weight: Any, rng: np.random.Generator) -> Any:
    noise = _NOISE * np.abs(weight).max() * rng.standard_normal(weight.shape)
    return (weight + noise).astype(np.float32)


def bracket(networks: ComparedNetworks) -> dict[str, float]:
    """Certified and attacked error of two networks, with seconds, and the peers'."""
    pair = networks.pair
    box = box_of(networks.target.input)
    start = time.perf_counter()
    certified = float(Differences.over(pair, box).joint_gap().sizes.max())
    proved = time.perf_counter()
    found = float(abs(Search(pair, box, 0).run().gaps[0]))
    attacked = time.perf_counter()
    plain = Differences.over(pair, box, sharpen=False).output
    intervals = float(plain.difference.sizes.max())
    apart = float(plain.pruned.minus(plain.target).sizes.max())
    walked = time.perf_counter()
    product = ProductForms(pair, networks).gap()
    return {
        "certified": certified,
        "attacked": found,
        "certify, s": proved - start,
        "attack, s": attacked - proved,
        "difference intervals": intervals,
        "intervals of both": apart,
        "intervals, s": walked - attacked,
        "forms of the product network": product,
        "product, s": time.perf_counter() - walked,
    }


class ProductForms:
    """CROWN on ``g - f`` as one network: every neuron of f and of g on its own.

    Dense matrices, float64, no care for rounding; chains with rectifiers only.
    """

    def __init__(self, pair: NetworkPair, networks: ComparedNetworks) -> None:
        node = networks.target.input
        ends = box_of(node)
        self.low, self.high = ends.low.ravel(), ends.high.ravel()
        self.layers = [
            (_matrix(stage, pair, "kernel"), _matrix(stage, pair, "positive"))
            for stage in pair.nodes
            if isinstance(stage, Stage)
        ]
        self.ranges: list[list[tuple[Any, Any]]] = []
        for depth in range(len(self.layers)):
            own = []
            for which in range(2):
                size = len(self.layers[depth][which])
                unit = np.eye(size)
                rows = [None, None]
                rows[which] = unit
                high = self._upper(depth, *rows)
                rows[which] = -unit
                own.append((-self._upper(depth, *rows), high))
            self.ranges.append(own)

    def gap(self) -> float:
        """Largest modulus of the last layer's difference, after its rectifier."""
        unit = np.eye(len(self.layers[-1][0]))
        ends = [self._upper(len(self.layers), s * unit, -s * unit) for s in (1, -1)]
        return float(max(end.max() for end in ends))

    def _upper(self, depth: int, f: Any, g: Any) -> NDArray[np.float64]:
        """Of rows of the pre-activations of a layer, or of the output."""
        constant, coefficients = 0.0, [f, g]
        for layer in range(depth, -1, -1):
            if layer < len(self.layers):
                coefficients = [
                    None if c is None else c @ self.layers[layer][i]
                    for i, c in enumerate(coefficients)
                ]
            if layer == 0:
                break
            for i, c in enumerate(coefficients):
                if c is not None:
                    low, high = self.ranges[layer - 1][i]
                    slope = np.clip(high, 0, None) / np.maximum(
                        np.maximum(high, 0) - np.minimum(low, 0), 1e-300
                    )
                    shift = -slope * np.minimum(low, 0)
                    under = np.where(high > -low, 1.0, 0.0)
                    under = np.where(low >= 0, 1.0, np.where(high <= 0, 0.0, under))
                    above, below = np.maximum(c, 0), np.minimum(c, 0)
                    constant = constant + above @ shift
                    coefficients[i] = above * slope + below * under
        total = sum(c for c in coefficients if c is not None)
        best = np.maximum(total, 0) @ self.high + np.minimum(total, 0) @ self.low
        return np.asarray(constant + best)


def _matrix(stage: Stage, pair: NetworkPair, name: str) -> NDArray[np.float64]:
    size = int(np.prod(stage.shape))
    unit = np.eye(size).reshape(size, *stage.shape)
    weight = getattr(pair.stages[stage.name], name).values
    return np.asarray(stage.applied(weight, unit).reshape(size, -1).T)


def _summary(name: str, brackets: list[dict[str, float]]) -> dict[str, Any]:
    """Ratios of many networks."""
    ratios = [b["certified"] / b["attacked"] for b in brackets if b["attacked"] > 0]
    found: dict[str, Any] = {
        f"{name}: networks": len(brackets),
        f"{name}: certified / attacked, median": float(np.median(ratios)),
        f"{name}: certified / attacked, largest": float(max(ratios)),
        f"{name}: certify, s, median": float(
            np.median([b["certify, s"] for b in brackets])
        ),
    }
    return found


def _peers(name: str, brackets: list[dict[str, float]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for peer, seconds in (
        ("difference intervals", "intervals, s"),
        ("intervals of both", "intervals, s"),
        ("forms of the product network", "product, s"),
    ):
        ratios = [b[peer] / b["certified"] for b in brackets if b["certified"] > 0]
        found[f"{name}: {peer} / certified, median"] = float(np.median(ratios))
        times = [b[seconds] / b["certify, s"] for b in brackets]
        found[f"{name}: {peer}, time / ours, median"] = float(np.median(times))
    return found


class Pieces:
    """Brackets of networks, of which those of former runs are read from a file.

    Args:
        path: One line for each network; empty for none. A file of other code or of
            another machine is not to be used again.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path) if path else None
        self._known: dict[str, dict[str, float]] = {}
        if self._path is not None and self._path.exists():
            for line in self._path.read_text().splitlines():
                self._known |= json.loads(line)

    def bracket(self, key: str, networks: ComparedNetworks) -> dict[str, float]:
        """What `bracket` finds, or has found before under this key."""
        if key not in self._known:
            self._known[key] = found = bracket(networks)
            if self._path is not None:
                with self._path.open("a") as file:
                    file.write(json.dumps({key: found}) + "\n")
        return self._known[key]


def run(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw, certify, attack."""
    figures: dict[str, Any] = {}
    peers: dict[str, Any] = {}
    pieces = Pieces(options.pieces)
    for depth in (1, 2, 3):
        rng = np.random.default_rng(options.seed + depth)
        count = options.networks if depth > 1 else max(1, options.networks // 4)
        found = [
            pieces.bracket(
                f"{options.seed}, {depth}, {i}", near(drawn(rng, depth), rng)
            )
            for i in range(count)
        ]
        figures |= _summary(f"depth {depth}", found)
        peers |= _peers(f"depth {depth}", found)
    rng = np.random.default_rng(options.seed)
    for name, graph in (("LeNet-5 stack", stack()),):
        found = [pieces.bracket(f"{options.seed}, {name}", near(graph, rng))]
        figures |= _summary(name, found)
        peers |= _peers(name, found)
    return figures, peers


if __name__ == "__main__":
    publish_with(
        "certificates",
        {
            "networks": (200, "networks of each depth"),
            "seed": (1, "of the networks"),
            "pieces": ("", "a file of what was found, which the next run goes on with"),
        },
        run,
    )
