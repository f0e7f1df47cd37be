"""Instances of the multidimensional random subset sum, dense and lazy."""

from __future__ import annotations

import numpy as np

from slth_verify.construction import ChannelBlock, FilterPool
from slth_verify.network import RandomCNN
from slth_verify.subset_sum import DenseColumns, MaxTolerance, Problem

#: Added to every seed; the solvers were tuned on smaller ones.
FRESH = 70_000


def dense(dim: int, width: int, seed: int, delta: float) -> Problem:
    """Columns u V in memory, float32 factors; a Gaussian target with ||z||_1 = 1."""
    rng = np.random.default_rng((FRESH + seed, width, dim))
    scalars = rng.standard_normal((width, 1), dtype=np.float32).astype(np.float64)
    vectors = rng.standard_normal((width, dim), dtype=np.float32).astype(np.float64)
    target = rng.standard_normal(dim)
    target /= np.abs(target).sum()
    return Problem(DenseColumns(scalars * vectors), target, MaxTolerance(delta))


def lazy(dim: int, width: int, seed: int, delta: float) -> Problem:
    """Filters of a random network of which ``width`` have a positive scalar.

    Twice as many filters are scanned: those with a negative scalar see the other sign.
    """
    network = RandomCNN(seed=FRESH + seed, widths=(width,))
    target = np.random.default_rng((FRESH + seed, dim)).standard_normal(dim)
    target /= np.abs(target).sum()
    pool = FilterPool(ChannelBlock(network, 1, 0, (1, 1, dim)), 1)
    return Problem(pool, target, MaxTolerance(delta))
