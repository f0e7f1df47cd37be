"""The checker on the digits ticket, against one Arb quantile per weight."""

from __future__ import annotations

from typing import Any

import numpy as np

import slth_verify as sv
from benchmarks.support.common import publish, seconds
from benchmarks.support.digits import digits_ticket
from slth_verify.enclosure import check_normal_quantiles
from slth_verify.enclosure.quantiles.proved import decide_one
from slth_verify.ticket import with_weights
from slth_verify.ticket.graphs.generator import kernel_words

_SAMPLE = 20_000


def run(repeats: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Time the whole check, and the weights' part per value."""
    target, ticket = digits_ticket()
    stored = with_weights(ticket, target).stages
    parts = [part.weights for part in stored if part.weights is not None]
    weights = sum(part.scalars.size + part.kernels.size for part in parts)
    entries = parts[-1].kernels[0].size
    words = kernel_words(ticket.seed, 3, stored[-1].filters, entries).ravel()[:_SAMPLE]
    values = parts[-1].kernels.ravel()[:_SAMPLE]

    def one_by_one() -> None:
        for word, value in zip(words.tolist(), values, strict=True):
            decide_one(word, np.float32(value))

    arrays = seconds(lambda: check_normal_quantiles(words, values), repeats)
    single = seconds(one_by_one, 1)
    exact = seconds(lambda: sv.check(ticket, target, cross_check=False), repeats)
    crossed = seconds(lambda: sv.check(ticket, target), 1)
    figures = {
        f"check {weights} weights, s": exact,
        f"check {weights} weights with mpmath, s": crossed,
        "quantile check, us per weight": arrays / _SAMPLE * 1e6,
    }
    peers = {
        "one Arb erfinv per weight, us per weight": single / _SAMPLE * 1e6,
        "ratio Arb one by one / arrays": single / arrays,
    }
    return figures, peers


if __name__ == "__main__":
    publish("check", run)
