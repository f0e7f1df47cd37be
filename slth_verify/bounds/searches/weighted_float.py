"""`WeightedCertificate` in floating point: fast, untrusted, for the search.

The numbers follow the ball computation to about one part in a thousand. Nothing here
is believed: whatever the search proposes is certified in balls afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

from slth_verify.bounds.certificates.integrals.overlap import Overlap
from slth_verify.bounds.certificates.integrals.tangent import Tangent
from slth_verify.bounds.searches.log_sum import log_hypergeometric, log_sum
from slth_verify.bounds.searches.pair_integral_float import PairIntegrand

Array = NDArray[np.float64]


#: Powers of a tangent that are smaller belong to a poor bound.
_FLATTEST = Fraction(1, 16)

#: Terms this many nats below the largest are dropped.
_WINDOW = 16.0


class Moment:
    """About `WeightedCertificate.check` for fixed parameters, any accuracy and norm.

    Most of the work does not depend on these two, and is done once.

    Args:
        n: Number of samples.
        k: Size of the subsets, ``dim + 3 <= k < n``.
        dim: Dimension m.
        tilt: The number lambda.
        weight: The exponent x.

    Attributes:
        useful: Whether the certificate may prove anything.
        decay: About `WeightedCertificate.decay`: the bound falls like
            ``exp(-decay |z|^2)``; infinite if the certificate proves nothing.
    """

    def __init__(self, n: int, k: int, dim: int, tilt: float, weight: float) -> None:
        self.n, self.dim, s = n, dim, dim / 2
        self.decay = math.inf
        a, b = k / 2 - s, (n - k) / 2
        self.useful = a > 1 and b > 2 * weight and k < n and 0 <= tilt < 0.25
        self.useful = self.useful and _is_bounded(n, k, dim, tilt, weight)
        if not self.useful:
            return
        with np.errstate(all="ignore"):
            mass = _log_tilted(a, b - weight, s, 2 * tilt)
            steeper = _log_tilted(a - 1, b - weight, s + 1, 2 * tilt)
            self.decay = (1 - 2 * tilt) * math.exp(steeper - mass) / (n - 2)
            self._mass = mass - float(betaln(k / 2, b))
            own = _log_tilted(a, b - 2 * weight, s, 4 * tilt) - betaln(k / 2, b)
            self._own = own + log_hypergeometric(n, k, _as_own(n, k, dim))
            self._rest = _bulk(n, k, dim, 4 * tilt, weight)
            self._near = _near(n, k, dim, tilt, weight)

    def log_bound(self, eps: float, norm: float) -> float:
        """Logarithm of `WeightedCertificate.check`, approximately.

        Returns:
            Minus infinity if the certificate proves nothing.
        """
        if not self.useful:
            return -math.inf
        s = self.dim / 2
        with np.errstate(all="ignore"):
            single = s * math.log(math.pi / eps**2)
            single += float(gammaln(self.n / 2 + s) - gammaln(self.n / 2))
            square = norm**2 + self.dim * eps**2 / 3
            first = self._mass - self.decay * square / 2
            terms = np.concatenate([single + self._own, self._near(single), self._rest])
            value = float(2 * first - log_sum(terms))
        return value if math.isfinite(value) else -math.inf

    def best(self, eps: float, norm: float) -> tuple[float, float]:
        """The best bound for an accuracy of at most ``eps``, and that accuracy.

        What is hit more closely is hit. A smaller accuracy can prove more: Jensen's
        inequality in the cube then costs more than the larger cube brings. The bound
        rises up to some accuracy and falls beyond, so fixed accuracies below are tried
        where it falls; where it rises, ``eps`` counts for no more than the next fixed
        one above. So a larger ``eps`` never gives less.
        """
        if not self.useful:
            return -math.inf, eps

        def value(place: int) -> float:
            return self.log_bound(accuracy_at(place), norm)

        above = place_above(eps)
        ceiling = value(above)
        if ceiling >= value(above - 1):
            return min(self.log_bound(eps, norm), ceiling), eps
        low, high = above - _FINEST, above - 1
        while high > low:
            middle = (low + high + 1) // 2
            if value(middle) >= value(middle - 1):
                low = middle
            else:
                high = middle - 1
        return value(low), accuracy_at(low)


#: Fixed accuracies in an octave, and how many of them are looked at below a coarse one.
_IN_AN_OCTAVE, _FINEST = 8, 320


def accuracy_at(place: int) -> float:
    """The fixed accuracy of this place: 8 in an octave, 1 at place 0."""
    octave, part = divmod(place, _IN_AN_OCTAVE)
    return math.ldexp(_IN_AN_OCTAVE + part, octave - 3)


def place_above(eps: float) -> int:
    """The place of the least fixed accuracy that is at least ``eps``."""
    mantissa, octave = math.frexp(eps)
    return _IN_AN_OCTAVE * (octave - 1) + math.ceil(16 * mantissa) - _IN_AN_OCTAVE


def _is_bounded(n: int, k: int, dim: int, tilt: float, weight: float) -> bool:
    """Whether balls bound pairs that share one sample; large weights forbid it."""
    least = max(0, 2 * k - n) + 1
    if least >= k:
        return True
    overlap = Overlap(n, k, least, dim, 4 * Fraction(tilt), Fraction(weight))
    tangent = Tangent.fitted(overlap)
    return tangent.usable() and min(tangent.common) > _FLATTEST


def _log_tilted(a: float, b: float, s: float, c: float) -> float:
    """About `log_tilted_beta`."""
    if min(a, b) <= 0:
        return math.inf
    centre, spread = math.log(a / b), math.sqrt(1 / a + 1 / b)
    t = centre + np.linspace(-14, 14, 141) * spread
    log_x, log_y = -np.logaddexp(0, -t), -np.logaddexp(0, t)
    values = a * log_x + b * log_y - s * np.log1p(-c * np.exp(log_y))
    return float(log_sum(values)) + math.log(t[1] - t[0])


def _last_near(n: int, k: int, dim: int) -> int:
    """The largest ``k - j`` at most ``dim / 2`` with a bound of its own."""
    return max(0, min(dim // 2, k - dim - 1, n - k - 1))


def _as_own(n: int, k: int, dim: int) -> Array:
    """All ``k - j`` of which balls drop one of the two events, as where j = k."""
    without = np.arange(_last_near(n, k, dim) + 1, min(dim // 2, n - k) + 1)
    return np.append(0.0, without)


def _near(
    n: int, k: int, dim: int, tilt: float, weight: float
) -> Callable[[float], Array]:
    """About `near_diagonal`, for the terms with ``k - j <= dim / 2``.

    They depend on the accuracy by the logarithm of the single term.
    """
    s, c = dim / 2, 4 * tilt
    i = np.arange(1, _last_near(n, k, dim) + 1, dtype=float)
    if i.size == 0:
        return lambda log_single: np.array([])
    j = k - i
    b, e, f = (n - 2 * i) / 2, j / 2, (n - 2 * k + j) / 2
    common = np.array(
        [_log_tilted(u - s, v - 2 * weight, s, c) for u, v in zip(e, f, strict=True)]
    ) - betaln(e, f)
    p = ((e - s) / (e + f - s - 2 * weight))[:, None]
    log_weight = log_hypergeometric(n, k, i)

    def near(log_single: float) -> Array:
        threshold = min(-log_single / s, -0.5)
        dropped = log_single + i * threshold - np.log(i)
        log_d = np.linspace(threshold, 0, 81)[1:-1]
        d = np.exp(log_d)[None, :]
        bracket = (1 - c + c * d) * ((1 - d) * p + d / 4) + c * ((1 - d) * p) ** 2
        rest = ((1 - d) * (1 - p)) ** 2 + d * (1 - d) * (1 - p) + d * d / 4
        values = (i[:, None] - s) * log_d + (b[:, None] - 1) * np.log1p(-d)
        values -= s * np.log(bracket / (p * (1 - c + c * p)))
        values -= weight * np.log(rest / (1 - p) ** 2)
        density = log_sum(values, axis=1) + math.log(log_d[1] - log_d[0])
        log_term = common + np.logaddexp(dropped, density) - betaln(i, b)
        return np.asarray(log_weight + log_term)

    return near


def _bulk(n: int, k: int, dim: int, c: float, weight: float) -> Array:
    """About `pair_expectation`, for all other terms."""
    first = math.floor(dim / 2) + 1
    lowest = max(0, 2 * k - n)
    edge = _edge(n, k, lowest, dim, c, weight) if k - lowest >= first else -math.inf
    j = np.arange(k - first, lowest, -1, dtype=float)
    if j.size == 0:
        return np.array([edge])
    weights = log_hypergeometric(n, k, k - j)
    shape = PairIntegrand(n, k, dim, c, weight, j)
    t, u = shape.mode()
    crude = weights + shape.log_value(t, u, np.zeros_like(t)) - shape.norm()
    kept = crude > crude.max() - _WINDOW
    shape = PairIntegrand(n, k, dim, c, weight, j[kept])
    return np.append(weights[kept] + shape.log_integral(t[kept], u[kept]), edge)


def _edge(n: int, k: int, j: int, dim: int, c: float, weight: float) -> float:
    """The least overlap, where p is 0 or 1 (and D = 1 if 2k = n)."""
    log_weight = float(log_hypergeometric(n, k, k - j))
    half = (k - j) / 2
    if n == 2 * k:
        rest = half - dim / 2 - weight
        if rest <= 0:
            return math.inf
        return log_weight + float(betaln(rest, rest) - betaln(half, half))
    shape = PairIntegrand(
        n, k, dim, c, weight, np.array([float(j)]), frozen=float(j > 0)
    )
    return log_weight + float(shape.log_integral(*shape.mode())[0])
