"""``search`` and ``success``: subset sums of normally-scaled normal vectors.

Columns are the filters of `RandomCNN`, so that a seed means the same numbers on every
machine. Statistical: how far a search gets, and how often a subset is there.
"""

from __future__ import annotations

import math

import numpy as np

from slth_verify.errors import SlthVerifyError
from slth_verify.network import RandomCNN
from slth_verify.numbers import exact_number
from slth_verify.subset_sum import (
    DenseColumns,
    FloatArray,
    MaxTolerance,
    Problem,
    solve,
)
from slth_verify.sweep.kinds import Inputs

#: Trials of one seed have seeds of their own, this far from those of the next.
_TRIALS = 1 << 20


def search(inputs: Inputs, source: str) -> dict[str, object]:
    """Search for a target of 1-norm 1 in a random direction.

    Args:
        inputs: Of the run.
        source: Not used.
    """
    dim = int(inputs["dimension"])
    network = RandomCNN(
        seed=int(inputs["seed"]), widths=(-(-int(inputs["samples"]) // 2), 1)
    )
    direction = network.kernels(2, np.arange(1), (1, 1, dim)).reshape(dim)
    target = direction.astype(np.float64)
    target /= math.fsum(np.abs(target).tolist())
    problem = Problem(
        DenseColumns(_columns(network, int(inputs["samples"]), dim)),
        target,
        MaxTolerance(_float(inputs["eps"])),
    )
    found = solve(problem, solver=str(inputs["solver"]), time_limit=math.inf)
    return {
        "found": found.found,
        "residual": float(np.abs(found.residual).max()),
        "size": int(found.indices.size),
        "used_solver": found.solver,
    }


def success(inputs: Inputs, source: str) -> dict[str, object]:
    """Draw samples, and look at every subset of each: how many have one that hits?

    Args:
        inputs: Of the run.
        source: Not used.

    Raises:
        SlthVerifyError: Not every subset was looked at.
    """
    dim, trials = int(inputs["dimension"]), int(inputs["trials"])
    target = np.zeros(dim)
    target[0] = _float(inputs["norm"])
    tolerance = MaxTolerance(_float(inputs["eps"]))
    entropy = np.random.SeedSequence((int(inputs["seed"]), _TRIALS))
    hits = 0
    for seed in entropy.generate_state(trials, np.uint64).tolist():
        count = int(inputs["samples"])
        network = RandomCNN(seed=seed, widths=(-(-count // 2),))
        columns = DenseColumns(_columns(network, count, dim))
        problem = Problem(columns, target, tolerance)
        found = solve(problem, solver="exhaustive", time_limit=math.inf)
        if not found.effort.get("complete"):
            raise SlthVerifyError("not every subset was looked at")
        hits += found.found
    return {"hits": hits}


def _columns(network: RandomCNN, count: int, dim: int) -> FloatArray:
    """Vectors u V, shape ``(count, dim)``; a product of two float32 is exact."""
    filters = np.arange(count)
    scalars = network.scalars(1, 0, filters).astype(np.float64)
    kernels = network.kernels(1, filters, (1, 1, dim)).reshape(count, dim)
    return scalars[:, None] * kernels


def _float(number: object) -> float:
    return float(exact_number(number))
