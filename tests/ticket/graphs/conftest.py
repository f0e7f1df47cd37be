"""Bounds of the certificate, for pairs that are given; what the oracle says of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from handmade.stage_graphs import CHAINS, ONE_STAGE, POINTS

from slth_verify.conformance.oracles.graph_differences import difference_bounds
from slth_verify.graph import (
    TargetCNN,
)
from slth_verify.graph.box_ranges import outward
from slth_verify.graph.stages import Stage, staged
from slth_verify.ticket.graphs.difference import NodeBounds, node_bounds
from slth_verify.ticket.graphs.sums import PairSums

Sums = Callable[[Stage], PairSums]


def _dyadic(values: Any, bits: int) -> np.ndarray:
    whole = np.empty(np.shape(values), object)
    for at in np.ndindex(*whole.shape):
        scaled = Fraction(np.asarray(values)[at]) * 2**bits
        assert scaled.denominator == 1
        whole[at] = int(scaled)
    return whole


def _sums_of(stages: dict[str, Any]) -> Sums:
    """Weights of pairs, in fractions, as the certificate takes them."""

    def sums(stage: Stage) -> PairSums:
        positive, negative, bias = stages[stage.name]
        shape, outputs = stage.layer.weight.shape, len(stage.layer.weight)
        bias = np.zeros(outputs) if bias is None else bias
        numbers = [*np.ravel(positive), *np.ravel(negative), *np.ravel(bias)]
        bits = max(Fraction(x).denominator.bit_length() - 1 for x in numbers)
        return PairSums(
            _dyadic(positive, bits).reshape(shape),
            _dyadic(negative, bits).reshape(shape),
            _dyadic(bias, bits),
            bits,
        )

    return sums


@dataclass
class Parts:
    """What the bounds are made with; a lie may take a part's place."""

    staged: Callable[..., Any] = staged
    node_bounds: Callable[..., Any] = node_bounds


_PARTS = Parts()


def _by_output(graph: TargetCNN, stages: dict[str, Any]) -> dict[str, NodeBounds]:
    """The certificate's bounds, by the name of the node whose tensor they are of."""
    return {
        getattr(node, "output", node.name): found
        for node, found in _PARTS.node_bounds(_PARTS.staged(graph), _sums_of(stages))
    }


@pytest.fixture(scope="session")
def sums_of() -> Callable[[dict[str, Any]], Sums]:
    return _sums_of


@pytest.fixture(scope="session")
def bounds_of() -> Callable[..., dict[str, NodeBounds]]:
    return _by_output


@pytest.fixture(scope="session")
def liars() -> Parts:
    return _PARTS


F = Fraction


Refuted = Callable[[], list[str]]


@pytest.fixture(scope="module")
def refuted(pair_of: Any, bounds_of: Any) -> Refuted:
    """Cases in which the oracle's bounds are not inside, or equal for one stage."""
    cases = [
        (f"{name}, {way}", graph, pair_of(graph, way, 4))
        for name, graph in (ONE_STAGE | CHAINS).items()
        for way in ("near", "far", "swapped", "one sign")
    ]
    cases += [(name, *case) for name, case in POINTS.items()]
    known = [difference_bounds(graph, stages) for _, graph, stages in cases]

    def judge() -> list[str]:
        return [
            name
            for (name, graph, given), wanted in zip(cases, known, strict=True)
            if wrong(wanted, bounds_of(graph, given), name.split(",")[0] in ONE_STAGE)
        ]

    return judge


def wrong(known: dict[str, Any], found: dict[str, Any], one_stage: bool) -> bool:
    if set(known) != set(found):
        return True
    for name, bounds in found.items():
        for which in ("target", "pruned", "difference"):
            lower, upper = getattr(known[name], which)
            hull = [[np.min(x) for x in lower], [np.max(x) for x in upper]]
            range_ = getattr(bounds.bounds, which)
            pairs = list(zip(range_.lower, hull[0], strict=True))
            pairs += [(a, b) for b, a in zip(range_.upper, hull[1], strict=True)]
            if any(low > high for low, high in pairs):
                return True
            if one_stage and range_ != outward(*hull):
                return True
    return False
