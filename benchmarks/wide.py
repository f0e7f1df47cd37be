"""A layer of a billion filters, m = 150: found without ever being listed.

The peer draws as many normal numbers by numpy's generator, block by block, and looks
for the small ones: the scan alone, without kernels or search.
"""

from __future__ import annotations

import argparse
import resource
import time
from statistics import median
from typing import Any

import numpy as np

from benchmarks.support.common import publish_with
from benchmarks.support.nsn import lazy
from slth_verify.subset_sum import audit, solve

_DIM = 150
_BLOCK = 1 << 22


def run(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """Search on several seeds, then the peer's scan."""
    filters = 10**7 if options.quick else options.filters
    # half of the filters have the right sign
    delta = _DIM**1.5 / (filters / 2)
    times, found = [], 0
    for seed in range(2 if options.quick else options.seeds):
        problem = lazy(_DIM, filters // 2, seed, delta)
        start = time.perf_counter()
        proposal = solve(problem, seed=seed, time_limit=600.0)
        times.append(time.perf_counter() - start)
        found += proposal.found and audit(problem, proposal) == ()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    scan = _numpy_scan(filters, delta)
    figures = {
        "filters": filters,
        "m": _DIM,
        "delta": delta,
        "found": f"{found} of {len(times)}",
        "median s": median(times),
        "max s": max(times),
        "peak memory of the process, MiB": peak,
    }
    peers = {
        "numpy normals scanned, s": scan,
        "ratio search / numpy scan": median(times) / scan,
    }
    return figures, peers


def _numpy_scan(filters: int, threshold: float) -> float:
    rng = np.random.default_rng(0)
    start, kept = time.perf_counter(), 0
    for block in range(0, filters, _BLOCK):
        drawn = rng.standard_normal(min(_BLOCK, filters - block), dtype=np.float32)
        kept += int(np.count_nonzero(np.abs(drawn) <= threshold))
    return time.perf_counter() - start


if __name__ == "__main__":
    publish_with(
        "wide",
        {
            "filters": (10**9, "filters of the layer"),
            "seeds": (10, "layers searched"),
            "quick": (False, "ten million filters, two seeds"),
        },
        run,
    )
