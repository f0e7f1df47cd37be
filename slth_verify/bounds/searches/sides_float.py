"""Two sides in floating point, for searches. Untrusted.

Estimates `slth_verify.bounds.certificates.two_sides`.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np
from scipy.special import ndtr

from slth_verify.arrays import Float64Array
from slth_verify.bounds.certificates.two_sides import Sides
from slth_verify.bounds.searches.log_sum import log_sum

#: What a search for two sides that found none says.
NOTHING = "no certificate for all targets was found"

#: Values of tau that are tried.
TAUS = tuple(
    Fraction(i, 32) for i in (*range(4, 16), *range(16, 32, 2), *range(32, 65, 4))
)

#: Normal scores where the majorant is estimated, and where it may reach 1.
_SCORES = np.arange(-8, 8 + 1 / 64, 1 / 32)
_CUTS = np.arange(64, 385, 4)


class Estimate:
    """About `failure_by_decay` and `failure_of_measure`, for every tau of `TAUS`.

    Args:
        dim: Dimension m.
        norm: Largest Euclidean norm of the targets.
    """

    def __init__(self, dim: int, norm: float) -> None:
        half = dim / 2
        spread = math.sqrt(1 / half + 1 / half**2)
        t = math.log(half) + np.linspace(-9, 9, 61) * spread
        weight = half * t - np.exp(t) - math.lgamma(half) + math.log(t[1] - t[0])
        taus = np.array([float(tau) for tau in TAUS])
        self.dim = dim
        self._log_weight = weight
        self._squares = 2 * taus[:, None] ** 2 * np.exp(t)[None, :]
        self._tails = ndtr(-norm / taus[:, None] - _SCORES[None, :])
        self._levels = ndtr(_SCORES)

    def best(self, log_c: float, rate: float, blocks: int) -> tuple[float, Sides]:
        """Logarithm of the least `failure_by_decay`, and the parameters for it.

        Args:
            log_c: Logarithm of c.
            rate: The number kappa.
            blocks: Number of blocks on each side.
        """
        hit = np.exp(np.minimum(log_c, 0.0) - rate * self._squares)
        missed = blocks * np.log1p(-np.minimum(hit, 1 - 1e-12))
        measure = np.exp(log_sum(self._log_weight + missed, axis=1))
        failures, slopes = self.of_measure(measure)
        place = int(np.argmin(failures))
        sides = Sides(blocks, TAUS[place], slope_above(slopes[place]))
        return math.log(max(failures[place], 1e-300)), sides

    def of_measure(self, measure: Float64Array) -> tuple[Float64Array, Float64Array]:
        """About `failure_of_measure` for every tau with its best slope, and the slopes.

        Args:
            measure: Missed measures, one for each of `TAUS`.
        """
        column = measure[:, None]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            share = np.fmin(1.0, column / self._tails)
        best, slopes = np.full(measure.shape, math.inf), np.ones(measure.shape)
        for cut in _CUTS:
            b = 1 / self._levels[cut]
            height = share[:, 1 : cut + 1] - b * self._levels[:cut]
            value = np.maximum(share[:, 0], height.max(axis=1)) + b * measure
            slopes = np.where(value < best, b, slopes)
            best = np.minimum(value, best)
        return best, slopes


@lru_cache(maxsize=64)
def allowed_measures(norm: float, miss: float) -> tuple[Float64Array, Float64Array]:
    """The largest missed measures with a failure probability, and their slopes.

    Args:
        norm: Largest Euclidean norm of the targets, in any dimension.
        miss: The failure probability.
    """
    estimate = Estimate(1, norm)
    low, high = np.zeros(len(TAUS)), np.full(len(TAUS), miss)
    for _ in range(40):
        middle = (low + high) / 2
        fits = estimate.of_measure(middle)[0] <= miss
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return low, estimate.of_measure(low)[1]


def slope_above(slope: float) -> Fraction:
    """A rational slope, as good as the given one."""
    return Fraction(math.ceil(slope * 2**16), 2**16)
