"""Exact binomial intervals."""

from __future__ import annotations

from scipy.special import betaincinv


def clopper_pearson(hits: int, trials: int, confidence: float) -> tuple[float, float]:
    """The interval of Clopper and Pearson for a probability.

    ``scipy.stats.binomtest`` says the same, and takes a second to import.

    Args:
        hits: Successes, from 0 to ``trials``.
        trials: Independent trials, at least 1.
        confidence: In (0, 1); at least this is the coverage.

    Rigor:
        Statistical; the ends are rounded to nearest.
    """
    tail = (1 - confidence) / 2
    low = betaincinv(hits, trials - hits + 1, tail) if hits else 0.0
    high = betaincinv(hits + 1, trials - hits, 1 - tail) if hits < trials else 1.0
    return float(low), float(high)
