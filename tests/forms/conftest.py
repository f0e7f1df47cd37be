"""Graphs with numbers of all magnitudes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from slth_verify.graph import TargetCNN
from slth_verify.graph.nodes import Clip, Convolution, Dense, Input, Node, Rectifier

F = Fraction

SLOPES = (F(0), F(1), F(1, 3), F(1, 2**470), 1 - F(1, 2**60), F(1, 10**400))
KINKS = (F(-1), F(0), F(1, 3), F(1), F(10), F(1, 2**1074), F(1, 10**400), F(2) ** 60)


def _scaled(node: Node, rng: np.random.Generator, spread: int) -> Node:
    """A node with weights, slopes, thresholds or a box of other magnitudes."""
    if isinstance(node, Input):
        ends = np.sort(rng.integers(-3, 4, (2, len(node.low))), axis=0).tolist()
        power = F(2) ** int(rng.integers(-spread, spread + 1))
        far = int(rng.choice([0, 0, 10**9]))
        low, high = (tuple((end + far) * power for end in side) for side in ends)
        return replace(node, low=low, high=high)
    if isinstance(node, (Convolution, Dense)):
        powers = rng.integers(-spread, spread + 1, node.weight.shape)
        if rng.random() < 0.5:
            powers = np.full_like(powers, powers.flat[0])
        weight = np.asarray(node.weight, np.float64)
        with np.errstate(all="ignore"):
            scaled = np.ldexp(weight, powers)
        return replace(node, weight=np.where(np.isfinite(scaled), scaled, weight))
    if isinstance(node, Rectifier) and rng.random() < 0.7:
        return replace(node, slopes=(SLOPES[rng.integers(len(SLOPES))],))
    if isinstance(node, Clip) and rng.random() < 0.7:
        one, other = rng.choice(len(KINKS), 2, replace=False)
        low, high = sorted((KINKS[one], KINKS[other]))
        return replace(node, low=low, high=high)
    return node


@pytest.fixture(scope="session")
def meaner() -> Callable[[TargetCNN, int, int], TargetCNN]:
    """The same nodes with numbers whose exponents lie up to ``spread`` apart."""

    def change(graph: TargetCNN, seed: int, spread: int) -> TargetCNN:
        rng = np.random.default_rng(seed)
        return TargetCNN(tuple(_scaled(node, rng, spread) for node in graph.nodes))

    return change
