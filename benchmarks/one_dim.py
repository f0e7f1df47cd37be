"""One dimension: 397,000 targets, each with samples of its own, all verified exactly.

Peers in the same run, on a subsample, per target: every subset of the samples by numpy;
combinations of growing size; meet in the middle with one sort and bisection per target;
scipy's MIP solver. Their totals are the subsample's mean times the number of targets.
"""

from __future__ import annotations

import itertools
import math
import os
import time
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from statistics import median
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from benchmarks.support.common import publish
from slth_verify.subset_sum import (
    FloatArray,
    IndexArray,
    OneDimBatch,
    audit_one_dim,
    solve_one_dim,
    solve_one_dim_growing,
)

_TARGETS, _SAMPLES = 397_000, 21
_SIZES = (21, 26, 32, 40)
_CORES = min(2, os.cpu_count() or 1)
_EXACTLY = 200  # subsets added up once more in fractions
#: Targets that a peer solves: as many as take it some seconds.
_PEER_TARGETS = {"all subsets": 20, "combinations": 1000, "lists": 1000, "milp": 20}


def run(repeats: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Solve, verify, retry; then the peers on a subsample."""
    figures: dict[str, Any] = {"load before": os.getloadavg()[0]}
    for eps in ("1/100", "1/1000"):
        for kind, draw in (("uniform", _uniform), ("product of normals", _products)):
            figures[f"{kind}, eps {eps}"] = _ours(draw, eps, repeats)
    peers: dict[str, Any] = {}
    for eps in ("1/100", "1/1000"):
        peers |= _peers(eps, figures[f"uniform, eps {eps}"]["seconds"])
    peers["acnagle/optimal-lottery-tickets, own figure, not run here"] = (
        "about 21.5 hours on 36 cores, Gurobi, 397,000 weights, eps 0.01, 21 samples"
    )
    figures["load after"] = os.getloadavg()[0]
    return figures, peers


def _uniform(rows: IndexArray, count: int) -> FloatArray:
    """The first samples of each target, independent U(-1, 1)."""
    parts = [
        np.random.default_rng((7, i)).uniform(-1, 1, (_TARGETS, size))[rows]
        for i, (start, size) in enumerate(_stages())
        if start < count
    ]
    return np.concatenate(parts, axis=1)


def _products(rows: IndexArray, count: int) -> FloatArray:
    """As `_uniform`, products of two independent standard normals."""
    parts = []
    for i, (start, size) in enumerate(_stages()):
        if start < count:
            rng = np.random.default_rng((8, i))
            factors = rng.standard_normal((2, _TARGETS, size))
            parts.append((factors[0] * factors[1])[rows])
    return np.concatenate(parts, axis=1)


def _stages() -> list[tuple[int, int]]:
    """First sample and number of samples that each size adds."""
    ends = (0, *_SIZES)
    return [(low, high - low) for low, high in itertools.pairwise(ends)]


def _ours(
    draw: Callable[[IndexArray, int], FloatArray], eps: str, repeats: int
) -> dict[str, Any]:
    """Seconds without drawing the samples; memory and exactness once."""
    targets = np.random.default_rng(6).uniform(-1, 1, _TARGETS)
    every = np.arange(_TARGETS)
    samples = {size: draw(every, size) for size in (_SAMPLES, _SIZES[-1])}
    times, batch, missed = [], None, 0
    for _ in range(repeats):
        start = time.perf_counter()
        batch = solve_one_dim(samples[_SAMPLES], targets, eps, workers=_CORES)
        times.append(time.perf_counter() - start)
        missed = int((~batch.found).sum())
    grown_times = []
    for _ in range(repeats):
        start = time.perf_counter()
        batch = solve_one_dim_growing(
            lambda rows, count: samples[_SIZES[-1]][rows, :count],
            targets,
            eps,
            _SIZES,
            workers=_CORES,
        )
        grown_times.append(time.perf_counter() - start)
    if batch is None:
        raise ValueError(f"repeats={repeats}: at least one is needed")
    return {
        "seconds": median(times),
        "targets per second": _TARGETS / median(times),
        f"not found among {_SAMPLES} samples": missed,
        "seconds with retries at more samples of the same stream": median(grown_times),
        "not found with retries": int((~batch.found).sum()),
        "most samples used": int(batch.counts.max()),
        "search memory, MiB": _memory(samples[_SAMPLES], targets, eps),
        "subsets added up once more in fractions": _exactly(
            samples[_SIZES[-1]], targets, batch, eps
        ),
    }


def _memory(samples: FloatArray, targets: FloatArray, eps: str) -> float:
    tracemalloc.start()
    solve_one_dim(samples[:40_000], targets[:40_000], eps, workers=_CORES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / 2**20, 1)


def _exactly(
    samples: FloatArray, targets: FloatArray, batch: OneDimBatch, eps: str
) -> int:
    """Audit of the whole batch, and some rows by rational arithmetic."""
    wide = np.pad(batch.chosen, ((0, 0), (0, _SIZES[-1] - batch.chosen.shape[1])))
    whole = OneDimBatch(
        wide, batch.residuals, batch.found, batch.counts, batch.tolerance
    )
    complaints = audit_one_dim(samples, targets, whole)
    rows = np.flatnonzero(batch.found)[:: max(1, _TARGETS // _EXACTLY)]
    for row in rows.tolist():
        total = sum(map(Fraction, samples[row][wide[row]].tolist()), Fraction(0))
        if abs(total - Fraction(float(targets[row]))) > Fraction(eps):
            complaints += (f"row {row} is beyond eps",)
    if complaints:
        raise ValueError("; ".join(complaints))
    return len(rows)


def _peers(eps: str, ours: float) -> dict[str, Any]:
    solvers: dict[str, Callable[[FloatArray, float, float], float]] = {
        "all subsets": _all_subsets,
        "combinations": _combinations,
        "lists": _lists,
        "milp": _milp,
    }
    found: dict[str, Any] = {}
    bound = float(Fraction(eps))
    for name, solver in solvers.items():
        count = _PEER_TARGETS[name]
        samples = _uniform(np.arange(count), _SAMPLES)
        targets = np.random.default_rng(6).uniform(-1, 1, _TARGETS)[:count]
        start = time.perf_counter()
        errors = [
            solver(row, float(goal), bound)
            for row, goal in zip(samples, targets, strict=True)
        ]
        each = (time.perf_counter() - start) / count
        found[f"{name}, eps {eps}"] = {
            "targets solved": count,
            "within eps": sum(error <= bound for error in errors),
            "seconds per target": each,
            f"seconds for {_TARGETS} targets, extrapolated": each * _TARGETS,
            "ratio to the batch": each * _TARGETS / ours,
        }
    return found


def _all_subsets(row: FloatArray, goal: float, eps: float) -> float:
    """Every subset, as one array; no way to stop early."""
    sums = np.array([-goal])
    for value in row:
        sums = np.concatenate((sums, sums + value))
    return float(np.abs(sums).min())


def _combinations(row: FloatArray, goal: float, eps: float) -> float:
    """Subsets by rising size until one is good enough."""
    best, numbers = math.inf, row.tolist()
    for size in range(len(numbers) + 1):
        for chosen in itertools.combinations(numbers, size):
            best = min(best, abs(sum(chosen) - goal))
            if best <= eps:
                return best
    return best


def _lists(row: FloatArray, goal: float, eps: float) -> float:
    """Meet in the middle: one list sorted, the other looked up."""
    half = row.size // 2
    left, right = np.zeros(1), np.array([-goal])
    for value in row[:half]:
        left = np.concatenate((left, left + value))
    for value in row[half:]:
        right = np.concatenate((right, right + value))
    left.sort()
    place = np.searchsorted(left, -right)
    low = np.abs(left[np.maximum(place - 1, 0)] + right).min()
    high = np.abs(left[np.minimum(place, left.size - 1)] + right).min()
    return float(min(low, high))


def _milp(row: FloatArray, goal: float, eps: float) -> float:
    """Feasibility form: any subset within eps."""
    answer = milp(
        np.zeros(row.size),
        constraints=LinearConstraint(row[None, :], goal - eps, goal + eps),
        integrality=np.ones(row.size),
        bounds=Bounds(0, 1),
        options={"time_limit": 60.0},
    )
    if answer.x is None:
        return math.inf
    return abs(float(row[answer.x > 0.5].sum()) - goal)


if __name__ == "__main__":
    publish("one_dim", run)
