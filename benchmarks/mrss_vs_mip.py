"""Residual after 2 s against CP-SAT, HiGHS and SCIP after 10 s, instance by instance.

The peers run two at a time, one thread each, every one in a process of its own, with
default settings except for tolerances of 1e-9; they minimise the largest residual.
Ours run afterwards, one at a time on one thread. Finished searches are kept in a
journal: a run that was interrupted resumes, and an unchanged cell is not run twice.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.support.common import publish_with
from benchmarks.support.nsn import dense
from slth_verify.bounds import subset_sum_number_mean
from slth_verify.subset_sum import Effort, solve

PEERS = {"cp-sat": "ortools", "highs": "highspy", "scip": "pyscipopt"}
CELLS = [(m, n) for m in (4, 9, 16) for n in (100, 200, 500, 1000)]
CELLS += [(36, 5000), (36, 20000)]
_UNREACHABLE = 1e-12
_AT_ONCE = 2
_OURS = "slth-verify"
Job = tuple[str, int, int, int, float]


class _Journal:
    """Finished searches, one JSON line each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, list[float]] = {}
        if path.exists():
            for line in path.read_text().splitlines():
                entry = json.loads(line)
                self._known[entry["key"]] = entry["value"]

    def run(self, job: Job) -> list[float]:
        """Residual and seconds of a search, from the journal if it is there."""
        name, dim, width, seed, limit = job
        package = PEERS.get(name, _OURS)
        key = f"{name} {version(package)} m={dim} n={width} seed={seed} s={limit}"
        if key not in self._known:
            self._known[key] = _search(job)
            entry = json.dumps({"key": key, "value": self._known[key]})
            with self._path.open("a") as lines:
                lines.write(entry + "\n")
        return self._known[key]


def run(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """All cells; medians over the instances, the peers' best per instance."""
    cells = [(4, 100), (9, 200), (16, 500)] if options.quick else CELLS
    count = 2 if options.quick else options.instances
    seconds = 3.0 if options.quick else options.peer_seconds
    journal = _Journal(Path(options.journal))
    jobs: list[Job] = [
        (name, dim, width, seed, seconds)
        for dim, width in cells
        for seed in range(count)
        for name in PEERS
    ]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        reached = dict(zip(jobs, threads.map(journal.run, jobs), strict=True))
    figures: dict[str, Any] = {
        "setting": f"{count} instances a cell; peers {seconds} s, {_AT_ONCE} at a time,"
        f" one thread each; ours {options.seconds} s, one at a time, one thread"
    }
    peers: dict[str, Any] = {}
    for dim, width in cells:
        ours = [
            journal.run((_OURS, dim, width, seed, options.seconds))
            for seed in range(count)
        ]
        theirs = [
            {name: reached[(name, dim, width, seed, seconds)][0] for name in PEERS}
            for seed in range(count)
        ]
        best = [min(one.values()) for one in theirs]
        cell = f"m {dim}, n {width}"
        figures[cell] = {
            "residual": median(x[0] for x in ours),
            "seconds": max(x[1] for x in ours),
            "ratio to the best peer": median(x[0] for x in ours) / median(best),
            "instances at most half": _halved([x[0] for x in ours], best),
            "odds that half of it exists, at most": median(
                _odds(dim, width, seed, median(best) / 2) for seed in range(count)
            ),
        }
        peers[f"{cell}, residual of"] = {
            **{name: median(one[name] for one in theirs) for name in PEERS},
            "best of each instance": median(best),
            "empty subset": median(_empty(dim, width, seed) for seed in range(count)),
        }
    return figures, peers


def _halved(ours: Iterable[float], best: Iterable[float]) -> int:
    return sum(a <= b / 2.0 for a, b in zip(ours, best, strict=True))


def _odds(dim: int, width: int, seed: int, half: float) -> float:
    """Certified bound of the odds that a subset is so near the target of an instance.

    It is the expected number of such subsets of that many NSN vectors.
    """
    target = dense(dim, width, seed, 1.0).target.tolist()
    hits = subset_sum_number_mean(width, None, target, half).upper
    return min(1.0, math.nextafter(float(min(1, hits)), math.inf))


def _search(job: Job) -> list[float]:
    name, dim, width, seed, limit = job
    problem = dense(dim, width, seed, _UNREACHABLE)
    effort: Effort = "normal" if name in PEERS else "anytime"
    solver = name if name in PEERS else "auto"
    start = time.perf_counter()
    found = solve(problem, solver=solver, effort=effort, time_limit=limit)
    taken = time.perf_counter() - start
    return [float(np.abs(found.residual).max()), taken]


def _empty(dim: int, width: int, seed: int) -> float:
    return float(np.abs(dense(dim, width, seed, _UNREACHABLE).target).max())


if __name__ == "__main__":
    publish_with(
        "mrss_vs_mip",
        {
            "instances": (10, "instances of each cell"),
            "peer-seconds": (10.0, "time limit of the peers"),
            "seconds": (2.0, "time limit of ours"),
            "journal": (
                str(Path(tempfile.gettempdir()) / "slth-mrss-vs-mip.jsonl"),
                "file of finished searches",
            ),
            "quick": (False, "three cells, two instances, 3 s for the peers"),
        },
        run,
        tuple(PEERS.values()),
    )
