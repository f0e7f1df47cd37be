"""The checker on the digits ticket, against one Arb quantile per weight."""

from __future__ import annotations

from typing import Any

import numpy as np

import slth_verify as sv
from benchmarks._common import publish, seconds
from benchmarks._digits import digits_ticket
from slth_verify.enclosure import check_normal_quantiles
from slth_verify.enclosure._normal import _decide_one
from slth_verify.ticket._generator import kernel_words

_SAMPLE = 20_000


def run(repeats: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Time the whole check, and the weights' part per value."""
    target, ticket = digits_ticket()
    weights = sum(x.scalars.size + x.kernels.size for x in ticket.layers)
    layer = ticket.layers[-1]
    entries = layer.kernels[0].size
    words = kernel_words(ticket.seed, 3, layer.filters, entries).ravel()[:_SAMPLE]
    values = layer.kernels.ravel()[:_SAMPLE]

    def one_by_one() -> None:
        for word, value in zip(words.tolist(), values, strict=True):
            _decide_one(word, np.float32(value))

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
