"""How often small random subset sums hit, by simulation of every subset."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.conformance.oracles.exhaustive import nearest

#: Most samples whose subsets are listed, and simulated problems.
MOST_SAMPLES, TRIALS = 12, 400


def _all_sums(columns: Float64Array) -> Float64Array:
    """Sums of all subsets, ``(trials, 2^n, m)``, from columns ``(trials, n, m)``."""
    sums = np.zeros((columns.shape[0], 1, columns.shape[2]))
    for i in range(columns.shape[1]):
        sums = np.concatenate([sums, sums + columns[:, i : i + 1]], axis=1)
    return sums


@lru_cache(maxsize=512)
def nsn_hits(
    dim: int,
    n: int,
    target: tuple[Fraction, ...],
    eps: Fraction,
    size: int | None = None,
    positive: bool = False,
) -> int:
    """Of `TRIALS` samples of n NSN vectors, how many have a subset near the target.

    Args:
        dim: Dimension m.
        n: Number of samples, at most `MOST_SAMPLES`.
        target: Its first coordinates; the others are 0.
        eps: Accuracy in the maximum norm.
        size: Size of the subsets that count; None for all.
        positive: Whether samples with a negative scale are left out, as filters with
            the wrong sign are; the empty subset then does not count.

    Rigor:
        Statistical: the seed is fixed, the law is the right one.
    """
    rng = np.random.default_rng(20231)
    scale = rng.standard_normal((TRIALS, n, 1))
    columns = scale * rng.standard_normal((TRIALS, n, dim))
    chosen = np.array([bin(i).count("1") for i in range(2**n)])
    allowed = np.ones((TRIALS, 2**n), dtype=bool)
    if size is not None:
        allowed &= chosen == size
    if positive:
        negative = _all_sums((scale < 0).astype(float))[:, :, 0]
        allowed &= (negative == 0) & (chosen > 0)
    # subsets double from the left: subset i has bit j set iff sample j is in it
    sums = _all_sums(columns)
    wanted = [*target, *[Fraction(0)] * (dim - len(target))]
    reach = eps + eps / 10**9
    low, high = (np.array([nearest(z + s * reach) for z in wanted]) for s in (-1, 1))
    near = ((low <= sums) & (sums <= high)).all(axis=2)
    return int((near & allowed).any(axis=1).sum())


@lru_cache(maxsize=512)
def uniform_covers(n: int, z: Fraction, eps: Fraction) -> int:
    """Of `TRIALS` samples of n uniform numbers, how many reach all of [-z, z].

    Rigor:
        Statistical, as `nsn_hits`.
    """
    rng = np.random.default_rng(20232)
    sums = np.sort(_all_sums(rng.uniform(-1, 1, (TRIALS, n, 1)))[:, :, 0], axis=1)
    reach = nearest(eps + eps / 10**9)
    return sum(_covers(row, float(z), reach) for row in sums)


def _covers(sums: Float64Array, z: float, eps: float) -> bool:
    inside = sums[(sums >= -z - eps) & (sums <= z + eps)]
    if not inside.size or inside[0] - eps > -z or inside[-1] + eps < z:
        return False
    return bool((np.diff(inside) <= 2 * eps).all())
