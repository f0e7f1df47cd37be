"""Bounds of the certificate, for pairs that are given instead of drawn."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from slth_verify.graph import TargetGraph
from slth_verify.graph.stages import Stage, staged
from slth_verify.ticket.graphs.difference import NodeBounds, node_bounds
from slth_verify.ticket.graphs.sums import PairSums

Sums = Callable[[Stage], PairSums]


def _dyadic(values: Any, bits: int) -> np.ndarray:
    whole = np.empty(np.shape(values), object)
    for at in np.ndindex(*whole.shape):
        scaled = Fraction(np.asarray(values)[at]) * 2**bits
        assert scaled.denominator == 1
        whole[at] = scaled.numerator
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


def _by_output(graph: TargetGraph, stages: dict[str, Any]) -> dict[str, NodeBounds]:
    """The certificate's bounds, by the name of the node whose tensor they are of."""
    return {
        getattr(node, "output", node.name): found
        for node, found in node_bounds(staged(graph), _sums_of(stages))
    }


@pytest.fixture(scope="session")
def sums_of() -> Callable[[dict[str, Any]], Sums]:
    return _sums_of


@pytest.fixture(scope="session")
def bounds_of() -> Callable[..., dict[str, NodeBounds]]:
    return _by_output
