"""Attacks on certificates of graphs: no image's error may exceed the certified one.

``python -m benchmarks.graph_attacks --networks 2000 --save`` draws target graphs of all
kinds of nodes (`slth_verify.strategies.target_graphs`) and pruned networks near and far
from them, walks through the box of images from corner to corner, and compares the
largest error with the certificate: every image in floats, the worst ones exactly. A
contradiction ends the run with its network.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from fractions import Fraction
from typing import Any

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks._common import publish_with
from slth_verify.graph import TargetCNN, exact_values, values
from slth_verify.graph.stages import Stage, staged, stages_of
from slth_verify.graph.walk import last
from slth_verify.strategies import target_graphs
from slth_verify.ticket.graphs.difference import node_bounds
from slth_verify.ticket.graphs.sums import PairSums, pair_sums
from slth_verify.ticket.graphs.values import (
    FloatPair,
    exact_pruned_values,
    float_pruned_values,
    gaps,
)
from slth_verify.ticket.graphs.weights import drawn_filters
from slth_verify.ticket.graphs.witness import climbed_images, starting_images

#: Networks of one Hypothesis run.
_ROUND = 100
#: Half-filters a channel of a pair that is drawn from a seed.
_WIDTH = 6
#: Bits after the point of weights that are made by hand.
_BITS = 60


class _Tally:
    """What was attacked so far."""

    def __init__(self) -> None:
        self.pairs = self.networks = 0
        self.worst, self.nodes = Fraction(0), Counter[str]()

    def attack(self, graph: TargetCNN, way: str, seed: int) -> None:
        """Walk through the box of one pruned network."""
        sums = {stage.name: _pair(stage, way, seed) for stage in stages_of(graph)}
        nodes = staged(graph)
        bound = last(node_bounds(nodes, lambda stage: sums[stage.name])).bounds.error
        pairs = {name: FloatPair.of(part) for name, part in sums.items()}

        def merits(images: Any) -> Any:
            self.pairs += len(images)
            found = float_pruned_values(graph, pairs, images) - values(graph, images)
            return np.abs(found).reshape(len(images), -1).max(axis=1)

        image = climbed_images(graph, starting_images(graph), merits)[0]
        pruned = exact_pruned_values(graph, lambda stage: sums[stage.name], image)
        error = Fraction(np.max(gaps(exact_values(graph, image), pruned)))
        if error > bound:
            raise AssertionError(f"{way}, seed {seed}: {error} > {bound}, {graph!r}")
        self.networks += 1
        self.nodes.update(type(node).__name__ for node in nodes)
        if bound:
            self.worst = max(self.worst, error / bound)


def _pair(stage: Stage, way: str, seed: int) -> PairSums:
    """Sums near the stage's weights, or those of some filters of a random network."""
    rng = np.random.default_rng([seed, stage.number])
    if way == "filters":
        count = 2 * _WIDTH * stage.inputs
        kept = np.flatnonzero(rng.random(count) < rng.random()).astype(np.int64)
        return pair_sums(stage, 0, drawn_filters(seed, stage, _WIDTH, kept))
    kernel = stage.kernel()
    noise = 2.0 ** -rng.integers(1, 12)

    def near(whole: Any, sign: int) -> Any:
        exact = [Fraction(sign * x, 1 << kernel.bits) for x in whole.ravel()]
        moved = [x + Fraction(noise * rng.standard_normal()) for x in exact]
        found = np.empty(whole.shape, object)
        found.ravel()[:] = [round(x * 2**_BITS) for x in moved]
        return found

    bias = near(kernel.bias_least, 1) if stage.has_bias else 0 * kernel.bias_least
    return PairSums(near(kernel.least, 1), near(kernel.least, -1), bias, _BITS)


def run(options: argparse.Namespace) -> tuple[dict[str, Any], ...]:
    """Attack so many networks, in rounds with seeds of their own."""
    tally, start, rounds = _Tally(), time.perf_counter(), 0

    @settings(
        max_examples=_ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        target_graphs(max_side=4) | target_graphs(min_steps=4, max_side=4),
        st.sampled_from(["near", "near", "filters"]),
        st.integers(0, 2**32 - 1),
    )
    def attack(graph: TargetCNN, way: str, seed: int) -> None:
        tally.attack(graph, way, seed)

    while tally.networks < options.networks:
        with hypothesis.core.deterministic_PRNG(options.seed + rounds):
            attack()
        rounds += 1
        print(f"{tally.networks} networks, {tally.pairs} pairs", flush=True)
    figures = {
        "networks": tally.networks,
        "(network, input) pairs": tally.pairs,
        "first seed": options.seed,
        "nodes by kind": dict(sorted(tally.nodes.items())),
        "largest error / certified error": float(tally.worst),
        "errors above the certified one": 0,
        "seconds": round(time.perf_counter() - start, 1),
    }
    return figures, {}


if __name__ == "__main__":
    publish_with(
        "graph_attacks",
        {
            "networks": (2_000, "networks to attack"),
            "seed": (1, "seed of the first round"),
        },
        run,
        ("hypothesis",),
    )
