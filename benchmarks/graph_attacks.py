"""Attacks on certificates of graphs: no image's error may exceed the certified one.

``python -m benchmarks.graph_attacks --networks 2000 --save`` draws target graphs of all
kinds of nodes (`slth_verify.strategies.target_graphs`) and pruned networks near and far
from them, walks through the box of images from corner to corner, and compares the
largest error with the certificate, which is the smallest of the bounds by intervals and
by linear and joint forms: every image in floats, the worst ones exactly. So do images
of a ball around a drawn one. A contradiction ends the run with its network.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from fractions import Fraction
from typing import Any

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.support.common import publish_with
from slth_verify.forms import Differences, Interval, NetworkPair, StageEnds, box_of
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
from slth_verify.ticket.graphs.witness import climbed_images, inside, starting_images

#: Networks of one Hypothesis run.
_ROUND = 100
#: Images of a ball.
_NEAR = 64
#: Half-filters a channel of a pair that is drawn from a seed.
_WIDTH = 6
#: Bits after the point of weights that are made by hand.
_BITS = 60


class _Tally:
    """What was attacked so far."""

    def __init__(self) -> None:
        self.pairs = self.local = self.networks = self.sharper = 0
        self.worst, self.nodes = Fraction(0), Counter[str]()
        self.worst_local = Fraction(0)

    def attack(self, graph: TargetCNN, way: str, seed: int) -> None:
        """Walk through the box of one pruned network."""
        sums = {stage.name: _pair(stage, way, seed) for stage in stages_of(graph)}
        nodes = staged(graph)
        intervals = last(node_bounds(nodes, lambda stage: sums[stage.name])).bounds
        pairs = {name: FloatPair.of(part) for name, part in sums.items()}
        both = NetworkPair.of(graph, lambda stage: _ends(sums[stage.name]))
        box = box_of(graph.input)
        sharp = _certified(both, box)
        self.sharper += sharp < intervals.error
        bound = min(intervals.error, sharp)
        counted = 0

        def merits(images: Any) -> Any:
            nonlocal counted
            counted += len(images)
            found = float_pruned_values(graph, pairs, images) - values(graph, images)
            return np.abs(found).reshape(len(images), -1).max(axis=1)

        def error(image: Any) -> Fraction:
            pruned = exact_pruned_values(graph, lambda stage: sums[stage.name], image)
            return Fraction(np.max(gaps(exact_values(graph, image), pruned)))

        image = climbed_images(graph, starting_images(graph), merits)[0]
        found = error(inside(graph, image))  # floats may round out of the box
        self.pairs += counted
        counted = 0
        ball, images = _ball(box, np.random.default_rng(seed))
        near, local = (
            error(images[int(merits(images).argmax())]),
            _certified(both, ball),
        )
        self.local += counted
        if found > bound or near > local:
            seen = f"{found} > {bound} or, in a ball, {near} > {local}"
            raise AssertionError(f"{way}, seed {seed}: {seen}, {graph.nodes}")
        self.networks += 1
        self.nodes.update(type(node).__name__ for node in nodes)
        if bound:
            self.worst = max(self.worst, found / bound)
        if local not in (0, math.inf):
            self.worst_local = max(self.worst_local, near / local)


def _certified(pair: NetworkPair, box: Interval) -> Any:
    """The bound by linear and joint forms; infinite where floats were left."""
    largest = float(Differences.over(pair, box).joint_gap().sizes.max())
    return Fraction(largest) if math.isfinite(largest) else math.inf


def _ends(sums: PairSums) -> StageEnds:
    return StageEnds.of_sums(sums.positive, sums.negative, sums.bias, sums.bits)


def _ball(box: Interval, rng: np.random.Generator) -> tuple[Interval, Any]:
    """A ball around a drawn image, inside the box, and images of it: corners mostly."""
    width = box.high - box.low
    centre = box.low + width * rng.random(box.low.shape)
    reach = width * rng.choice([1e-6, 0.01, 0.1, 0.5])
    low = np.clip(centre - reach, box.low, box.high)
    high = np.clip(centre + reach, box.low, box.high)
    shape = (_NEAR, *low.shape)
    corners = np.where(
        rng.random(shape) < rng.random((_NEAR, *[1] * low.ndim)), high, low
    )
    inside = np.clip(low + (high - low) * rng.random(shape), low, high)
    even = np.arange(_NEAR).reshape(-1, *[1] * low.ndim) % 4 > 0
    return Interval(low, high), np.where(even, corners, inside)


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
        "networks with a sharper bound by linear and joint forms": int(tally.sharper),
        "(network, input) pairs in balls": tally.local,
        "largest error / certified error in a ball": float(tally.worst_local),
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
