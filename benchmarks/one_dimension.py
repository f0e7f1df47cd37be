"""Widths of Theorem 1, and the exact covering check up to 30 samples.

The accuracies of the check are far above, at, and below the largest gap between the
subset sums; at the gap is the slowest. Samples are float64 or six decimals.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from benchmarks.support.common import publish, seconds
from slth_verify.bounds import covers, rss_width


def run(repeats: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Time widths and checks; the peer sorts all sums."""
    rng = np.random.default_rng(1)
    figures: dict[str, Any] = {}
    for eps in ("0.01", "1e-6"):
        figures[f"certified width, eps {eps}, s"] = seconds(partial(rss_width, eps), 1)
    for n in (22, 26, 30):
        floats = rng.uniform(-1, 1, n).tolist()
        decimals = [Fraction(round(x * 10**6), 10**6) for x in floats]
        gap = Fraction(4 / 2**n * math.log(2**n)).limit_denominator(10**12)
        kinds = {"float64": floats, "decimals": decimals}
        accuracies = {"0.01": Fraction(1, 100), "gap": gap, "gap/6": gap / 6}
        for (kind, samples), (name, eps) in product(kinds.items(), accuracies.items()):
            verdict = covers(samples, eps).verdict.name
            key = f"covers, n {n}, {kind}, eps {name}, {verdict}, s"
            figures[key] = seconds(partial(covers, samples, eps), repeats)
    integers = [int(x * 2**50) for x in rng.uniform(-1, 1, 26)]
    peers = {"all sums at once, n 26, s": seconds(partial(_all_sums, integers), 1)}
    return figures, peers


def _all_sums(integers: list[int]) -> None:
    """Sort all sums in one array."""
    sums = np.zeros(1, dtype=np.int64)
    for x in integers:
        sums = np.concatenate([sums, sums + x])
    sums.sort()


if __name__ == "__main__":
    publish("one_dimension", run)
