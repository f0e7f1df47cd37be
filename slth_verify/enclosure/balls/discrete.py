"""Weights and tails of the binomial and the hypergeometric law."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from flint import arb

from slth_verify.enclosure._enclosure import to_ball
from slth_verify.enclosure.balls.precision import precision_in_force
from slth_verify.enclosure.balls.special import Ball
from slth_verify.errors import InvalidParameterError


def binomial_coefficient(n: int, k: int) -> Ball:
    """Number of ``k``-subsets of ``n`` items, 0 outside ``0 <= k <= n``."""
    if not 0 <= k <= n:
        return arb(0)
    return arb.bin_uiui(n, k)


def hypergeometric_weight(n: int, k: int, j: int) -> Ball:
    r"""Probability that two uniform ``k``-subsets of ``n`` items share ``j``.

    .. math:: h(j) = \binom{k}{j} \binom{n-k}{k-j} / \binom{n}{k}

    Args:
        n: Number of items.
        k: Size of both subsets, ``0 <= k <= n``.
        j: Overlap; the weight is 0 outside ``max(0, 2k - n) <= j <= k``.
    """
    if not 0 <= k <= n:
        raise InvalidParameterError(
            f"k={k} and n={n}: a k-subset of n items needs 0 <= k <= n "
            "(def:subset-sum-number). Lower k or draw more vectors."
        )
    shared = binomial_coefficient(k, j) * binomial_coefficient(n - k, k - j)
    return shared / binomial_coefficient(n, k)


def binomial_cdf(count: int, trials: int, p: Fraction | int) -> Ball:
    r"""Probability that a binomial variable is at most ``count``.

    Sums the terms outwards from the largest one; what is left over is bounded by a
    geometric series, because the ratio of neighbouring terms falls.

    Args:
        count: Any integer; below 0 the result is 0, from ``trials`` on it is 1.
        trials: Number of trials, at least 0.
        p: Probability of success, exact, ``0 <= p <= 1``.

    Rigor:
        Enclosed; relative accuracy is about ``2**-(bits - 10)``, also in the tails.
    """
    if trials < 0 or not 0 <= p <= 1:
        raise InvalidParameterError(
            f"trials={trials}, p={p}: a binomial law needs trials >= 0 and "
            "0 <= p <= 1 (any statement). Correct the parameters."
        )
    if count < 0:
        return arb(0)
    if count >= trials or p == 0:
        return arb(1)
    if p == 1:
        return arb(0)
    if count > (trials + 1) * p:
        mirrored = _tail_from(trials - count - 1, trials, Fraction(1 - p))
        return 1 - mirrored
    return _tail_from(count, trials, Fraction(p))


def _tail_from(count: int, trials: int, p: Fraction) -> Ball:
    """Sum of the terms ``count, count - 1, ..., 0``, with ``count`` below the mode."""
    q = 1 - p
    odds = to_ball(q / p)
    log_first = (
        _log_binomial(trials, count)
        + count * to_ball(p).log()
        + (trials - count) * to_ball(q).log()
    )
    term = arb(1)
    total = arb(1)
    with precision_in_force() as bits:
        threshold = arb(2) ** (-bits - 10)
    for i in range(count, 0, -1):
        ratio = odds * arb(i) / arb(trials - i + 1)
        if ratio < 1 and term * ratio < threshold * (1 - ratio):
            rest = term * ratio / (1 - ratio)
            total += arb(0).union(rest)
            break
        term *= ratio
        total += term
    return total * log_first.exp()


def _log_binomial(n: int, k: int) -> Ball:
    return arb(n + 1).lgamma() - arb(k + 1).lgamma() - arb(n - k + 1).lgamma()


def exact_binomial_cdf(count: int, trials: int) -> Fraction:
    """Probability that a fair binomial variable is at most ``count``, exactly.

    Args:
        count: Any integer.
        trials: Number of fair trials, at least 0; the cost grows with its square.
    """
    favourable = sum(comb(trials, i) for i in range(min(count, trials) + 1))
    return Fraction(favourable, 2**trials)
