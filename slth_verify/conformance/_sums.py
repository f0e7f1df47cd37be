"""lem:nsn-sum and lem:nsn-joint: how often sums of columns hit a cube."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from slth_verify.conformance.oracles.binomial import BinomialTest, require_not_rejected
from slth_verify.conformance.oracles.laws import hit_probability, joint_hit_probability
from slth_verify.conformance.oracles.samplers import ColumnSampler

#: ``law(k, z, eps)``: probability that a sum of k columns lies within eps of z.
HitLaw = Callable[[int, Sequence[float], float], float]
#: ``law(k, j, z, eps)``: that two k-sums with j common columns both do, dimension 1.
JointLaw = Callable[[int, int, float, float], float]

#: (k, z, eps), one per dimension and size; the probabilities lie between 0.03 and 0.7.
_SUM_CASES: tuple[tuple[int, tuple[float, ...], float], ...] = (
    (1, (0.0,), 0.1),
    (1, (0.5, 0.0), 0.5),
    (2, (1.0,), 0.25),
    (2, (0.0, 0.0, 0.0), 0.5),
    (3, (0.5, -0.5), 0.5),
    (4, (1.0, 0.0, 0.0), 1.0),
    (6, (1.0, 0.0, 0.0, 0.0), 1.5),
)
_JOINT_CASES = ((3, 1, 0.0, 0.5), (3, 1, 1.0, 0.5), (4, 2, 0.0, 0.5), (4, 2, -1.0, 1.0))
#: (k, j) of sums in three dimensions, for which there are bounds on the joint law.
_OVERLAPS = ((2, 1), (4, 1), (4, 2), (4, 3))


def check_sum_law(
    columns: ColumnSampler,
    *,
    law: HitLaw = hit_probability,
    seed: int = 0,
    trials: int = 10_000,
) -> None:
    """Test the law of k-sums of a channel's columns, for each sign.

    Args:
        columns: The implementation under test.
        law: The law under test.
        seed: Seed of the random network.
        trials: Disjoint k-subsets per case.

    Raises:
        ConformanceFailure: If a claim is rejected.

    Rigor:
        Statistical: exact binomial tails; a right implementation is rejected with
        probability at most `FAILURE_PROBABILITY`.

    Source:
        lem:nsn-sum, der:nsn-law.
    """
    tests = []
    for number, (size, target, eps) in enumerate(_SUM_CASES):
        p = law(size, target, eps)
        for sign in (1, -1):
            parts = _parts(columns, seed, number, sign, trials, size, len(target))
            hits = _hits(parts.sum(axis=1), target, eps)
            name = f"k={size}, z={target}, eps={eps}, sign {sign:+d}"
            tests.append(BinomialTest(name, int(hits.sum()), trials, p, p))
    require_not_rejected("lem:nsn-sum", tests, "check_sum_law")


def check_joint_law(
    columns: ColumnSampler,
    *,
    law: JointLaw = joint_hit_probability,
    seed: int = 1,
    trials: int = 20_000,
) -> None:
    """Test the joint law of two k-sums that share j columns.

    In dimension 1 against the exact law; in dimension 3, at target 0, between
    ``p_k(0)^2`` and ``p_k(0) p_{k-j}(0)``. Above: given the common part, the rest hits
    no target more often than 0. Below: given the scales, by the Gaussian correlation
    inequality; then both chances fall in the shared scales.

    Args:
        columns: The implementation under test.
        law: The law under test, in dimension 1.
        seed: Seed of the random network.
        trials: Pairs of subsets per case.

    Raises:
        ConformanceFailure: If a claim is rejected.

    Rigor:
        Statistical: exact binomial tails; a right implementation is rejected with
        probability at most `FAILURE_PROBABILITY`.

    Source:
        lem:nsn-joint, der:crude-moment.
    """
    tests = []
    for number, (size, overlap, z, eps) in enumerate(_JOINT_CASES):
        p = law(size, overlap, z, eps)
        hits = _joint_hits(columns, (seed, number), trials, size, overlap, (z,), eps)
        name = f"both hit: k={size}, j={overlap}, z={z}, eps={eps}"
        tests.append(BinomialTest(name, hits, trials, p, p))
    zero, eps = (0.0, 0.0, 0.0), 1.0
    for number, (size, overlap) in enumerate(_OVERLAPS, start=len(_JOINT_CASES)):
        single = hit_probability(size, zero, eps)
        rest = hit_probability(size - overlap, zero, eps)
        hits = _joint_hits(columns, (seed, number), trials, size, overlap, zero, eps)
        name = f"both hit: k={size}, j={overlap}, dimension 3, z=0, eps={eps}"
        tests.append(BinomialTest(name, hits, trials, single**2, single * rest))
    require_not_rejected("lem:nsn-joint", tests, "check_joint_law")


def _joint_hits(
    columns: ColumnSampler,
    place: tuple[int, int],
    trials: int,
    size: int,
    overlap: int,
    target: tuple[float, ...],
    eps: float,
) -> int:
    seed, number = place
    total = 2 * size - overlap
    parts = _parts(columns, seed, number, 1, trials, total, len(target))
    first = parts[:, :size].sum(axis=1)
    second = parts[:, size - overlap :].sum(axis=1)
    return int((_hits(first, target, eps) & _hits(second, target, eps)).sum())


def _parts(
    columns: ColumnSampler,
    seed: int,
    number: int,
    sign: int,
    trials: int,
    size: int,
    dim: int,
) -> NDArray[np.float64]:
    """Disjoint groups of columns, shape ``(trials, size, dim)``; a case, a channel."""
    found = columns(seed, 1 + number % 3, number, sign, trials * size, dim)
    return found.reshape(trials, size, dim)


def _hits(
    sums: NDArray[np.float64], target: tuple[float, ...], eps: float
) -> NDArray[np.bool_]:
    return np.asarray((np.abs(sums - np.array(target)) <= eps).all(axis=-1))
