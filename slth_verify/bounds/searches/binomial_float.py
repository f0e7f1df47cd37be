"""The binomial law in floating point, for searches. Untrusted.

The functions of these names in ``scipy.stats`` take ten to fifty times as long, and
their import longer than most answers.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import bdtr, bdtrik, gammaln

from slth_verify.arrays import Float64Array


def binomial_below(count: int, trials: int, share: float) -> float:
    """Probability of at most ``count`` successes, less than all trials."""
    return float(bdtr(count, trials, share)) if count >= 0 else 0.0


def binomial_weights(counts: Float64Array, trials: int, share: float) -> Float64Array:
    """Probability of each of these numbers of successes."""
    ways = gammaln(trials + 1) - gammaln(counts + 1) - gammaln(trials - counts + 1)
    powers = counts * math.log(share) + (trials - counts) * math.log1p(-share)
    return np.asarray(np.exp(ways + powers))


def low_quantile(chance: float, trials: int, share: float) -> int:
    """About the least number that is exceeded but for this chance."""
    place = float(bdtrik(chance, trials, share))
    return 0 if math.isnan(place) else math.ceil(place)


def high_quantile(chance: float, trials: int, share: float) -> int:
    """About the least number that is exceeded with at most this chance."""
    failures = float(bdtrik(chance, trials, 1 - share))
    return trials if math.isnan(failures) else trials - 1 - math.floor(failures)
