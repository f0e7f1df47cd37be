"""Weights, boxes and accuracies at the ends of floats: a ticket, or a clear refusal."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import numpy as np
import pytest
from handmade.nightly import nightly_but

import slth_verify as sv
from slth_verify.errors import (
    InvalidParameterError,
    NoTicketFoundError,
    TrivialClaimWarning,
)
from slth_verify.graph import Convolution, Input, Rectifier, TargetCNN
from slth_verify.verdict import Verdict

GRAPHS = {
    "large weights": (1e200, None, 0, 1),
    "the largest weights": (1e300, 1e300, 0, 1),
    "small weights": (1e-200, None, 0, 1),
    "the smallest weights": (5e-324, None, 0, 1),
    "no weights": (0.0, 1.0, 0, 1),
    "a large bias": (1.0, 1e200, 0, 1),
    "a box of one image": (1.0, None, 0, 0),
    "a box beyond floats": (1.0, None, Fraction(10) ** 400, Fraction(10) ** 401),
    "a box below floats": (1.0, 1.0, Fraction(1, 10**400), Fraction(2, 10**400)),
    "large weights, small bias": (1e30, 1e-30, 0, 1),
}


def _graph(name: str) -> TargetCNN:
    weight, bias, low, high = GRAPHS[name]
    image = Input(name="i", shape=(2, 3, 3), low=(low,) * 2, high=(high,) * 2)
    first = Convolution(
        name="c",
        sources=("i",),
        weight=np.full((2, 2, 2, 2), weight),
        bias=None if bias is None else np.full(2, bias),
    )
    last = Convolution(name="d", sources=("r",), weight=np.full((1, 2, 1, 1), weight))
    return TargetCNN((image, first, Rectifier(name="r", sources=("c",)), last))


@pytest.mark.filterwarnings(
    f"ignore::{TrivialClaimWarning.__module__}.TrivialClaimWarning"
)
@pytest.mark.parametrize("eps", ["10%", "1", "1e-300", "1e300"])
@pytest.mark.parametrize("name", GRAPHS)
def test_a_ticket_or_a_refusal(name: str, eps: str) -> None:
    graph = _graph(name)
    try:
        widths = sv.suggested_widths(graph, eps)
        if max(widths) > 10_000:
            return
        ticket = sv.prune(graph, sv.RandomCNN(1, widths), eps=eps, time_limit=20)
    except (InvalidParameterError, NoTicketFoundError):
        return
    result = sv.check(ticket, graph)
    assert result.verdict in (Verdict.VERIFIED, Verdict.VACUOUS)


BOUNDED = [name for name in GRAPHS if "small bias" not in name]


@pytest.mark.parametrize("kind", ["necessary", "certified"])
@pytest.mark.parametrize("name", nightly_but(BOUNDED[:-1], BOUNDED))
def test_widths_or_a_refusal(name: str, kind: str) -> None:
    with suppress(InvalidParameterError):
        found = sv.bounds.target_widths(_graph(name), "1", "0.1", kind=kind)
        assert found.filters >= 0
