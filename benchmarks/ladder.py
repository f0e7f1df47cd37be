"""The ladder on lazy pools: success and seconds at n = C m^1.5 / delta, and its law.

Every search scans, generates, solves and checks; the peer is the same search by plain
greedy signs. ``prototype`` figures were measured once with compiled inner loops, on a
machine like this one.
"""

from __future__ import annotations

import argparse
import time
from statistics import median
from typing import Any

import numpy as np

from benchmarks.support.common import publish_with
from benchmarks.support.nsn import FRESH, lazy
from slth_verify.construction import search_points
from slth_verify.subset_sum import Effort, Problem, fit_search_law, solve
from slth_verify.subset_sum.steps.cancellation import cancel
from slth_verify.subset_sum.steps.prepare import prepare

DELTAS = (1e-2, 1e-3, 1e-4)
#: Seconds of a prototype at C = 1, for each delta.
PROTOTYPE = {
    9: (0.02, 0.02, 0.02),
    36: (0.01, 0.02, 0.04),
    150: (0.06, 0.10, 0.27),
    400: (0.28, 0.59, 1.0),
    576: (0.7, 1.2, 2.3),
}
HIGH = {150: 0.5, 400: 0.6, 576: 0.65}
_UNREACHABLE = 1e-12


def run(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """Rows at C = 1, rows at high effort, and the sweep."""
    figures: dict[str, Any] = {}
    peers: dict[str, Any] = {}
    dims = (9, 36, 150) if options.quick else tuple(PROTOTYPE)
    seeds = 3 if options.quick else options.seeds
    for dim in dims:
        for delta, prototype in zip(DELTAS, PROTOTYPE[dim], strict=True):
            row = _row(dim, delta, 1.0, seeds, "normal")
            taken = row["median s of the others"]
            row["seconds / prototype"] = taken and taken / prototype
            figures[f"m {dim}, delta {delta}, C 1"] = row
    for dim, constant in HIGH.items():
        if dim in dims:
            for delta in DELTAS[:1] if options.quick else DELTAS:
                key = f"m {dim}, delta {delta}, C {constant}, effort high"
                count = 2 if options.quick else options.high
                figures[key] = _row(dim, delta, constant, count, "high")
    figures["law"] = _law(dims, 2 if options.quick else options.sweep)
    for dim in dims:
        greedy = [_greedy(dim, seed) for seed in range(5)]
        peers[f"greedy signs, m {dim}, C"] = median(greedy)
    return figures, peers


def _row(
    dim: int, delta: float, constant: float, seeds: int, effort: Effort
) -> dict[str, Any]:
    width = int(constant * dim**1.5 / delta)
    times, found, empty = [], 0, 0
    for seed in range(seeds):
        problem = lazy(dim, width, seed, delta)
        start = time.perf_counter()
        proposal = solve(problem, effort=effort, seed=seed, time_limit=60.0)
        seconds = time.perf_counter() - start
        found += proposal.found
        if proposal.found and proposal.indices.size == 0:
            empty += 1
        else:
            times.append(seconds)
    return {
        "n": width,
        "found": f"{found} of {seeds}",
        "of these by the empty subset": empty,
        "median s of the others": median(times) if times else None,
        "max s": max(times, default=None),
    }


def _law(dims: tuple[int, ...], seeds: int) -> dict[str, Any]:
    """Residuals at normal effort where the tolerance is out of reach, and the fit."""
    points = search_points(dims, DELTAS[:2], repeats=seeds, seed=FRESH)
    law = fit_search_law(points)
    return {
        "C": law.constant,
        "C worst": law.worst,
        "exponent of m": law.dim_exponent,
        "exponent of 1/delta": law.accuracy_exponent,
        "points": [
            {"m": p.dim, "n": p.width, "delta": p.residual, "C": p.constant}
            for p in points
        ],
    }


def _greedy(dim: int, seed: int) -> float:
    """C of a walk that takes each sign to shorten the residual."""
    width = int(dim**1.5 / 1e-3)
    problem: Problem = lazy(dim, width, 2000 + seed, _UNREACHABLE)
    loaded = prepare(problem, seed)
    start = loaded.target - loaded.columns.sum(axis=0) / 2.0
    _, rest = cancel(loaded.columns, loaded.columns, start)
    return float(np.abs(rest).max() * loaded.unit * width / dim**1.5)


if __name__ == "__main__":
    publish_with(
        "ladder",
        {
            "seeds": (20, "fresh seeds of each row at C = 1"),
            "high": (5, "seeds of each row at high effort"),
            "sweep": (3, "seeds of each point of the law"),
            "quick": (False, "small dimensions and few seeds"),
        },
        run,
    )
