"""Success probabilities from below: by which bound, and for subsets of which size."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from scipy.special import gammaln, ndtr

from slth_verify.arrays import Float64Array
from slth_verify.bounds.certificates.moments import crude_lower, sharp_lower
from slth_verify.bounds.certificates.weighted_moment import (
    STATEMENT,
    WeightedCertificate,
)
from slth_verify.bounds.searches.log_sum import log_hypergeometric, log_sum
from slth_verify.bounds.searches.weighted_search import Proposal, Search

#: Up to so many samples every size is looked at, beyond only some around the best.
_FEW_SAMPLES, _AROUND = 24, 1

#: Up to so many samples, for every dimension and 8 more, parameters are searched;
#: beyond, those found there are stretched.
_SEARCHED = 12

#: Up to so many samples unweighted moments are tried; beyond, they prove less.
_UNWEIGHTED = 200

#: Up to so many, where the weighted moment proves nothing.
_HARD = 1_000

#: Sizes are decided in balls if their estimate is this near the best, in nats: with few
#: samples, and with more.
_CLOSE = (0.25, 0.01)

#: Nodes of the float estimate.
_NODES = 400


@dataclass(frozen=True, slots=True)
class Lower:
    """A lower bound of the success probability.

    Attributes:
        value: The bound.
        size: Size of the subsets that are counted.
        statement: What it follows from.
        certificate: Its parameters, for der:weighted-moment; its accuracy may be finer.
    """

    value: Fraction
    size: int
    statement: str
    certificate: WeightedCertificate | None = None


def best_lower(
    n: int, size: int | None, dim: int, eps: Fraction, norm: Fraction
) -> Lower:
    """The best lower bound that is found, for one size or for any.

    The bound for any size is the best of those for single sizes that are looked at: of
    all up to 24 samples.

    Args:
        n: Number of samples.
        size: Size of the subsets that count; None for any.
        dim: Dimension m.
        eps: Accuracy.
        norm: Norm of the target.

    Rigor:
        Enclosed; floats choose what is evaluated.
    """
    question = dim, eps, norm
    sizes = float(dim), float(eps), float(norm)
    proposals = {k: _proposal(n, k, *question) for k in _sizes(n, size, *question)}
    crude = _crude_estimates(n, *sizes) if n <= _UNWEIGHTED else {}
    estimates = {
        k: max(proposal.value, crude.get(k, -math.inf))
        for k, proposal in proposals.items()
    }
    least = max(estimates.values()) - _CLOSE[n > _FEW_SAMPLES]
    close = [k for k, value in estimates.items() if value >= least]
    found = [_of_size(n, k, proposals[k], *question) for k in close]
    return max(found, key=lambda lower: lower.value)


def _sizes(
    n: int, size: int | None, dim: int, eps: Fraction, norm: Fraction
) -> list[int]:
    """Sizes that are looked at."""
    if size is not None:
        return [size]
    if n <= _FEW_SAMPLES:
        return list(range(1, n + 1))
    free = _proposal(n, None, dim, eps, norm)
    best = {min(n, free.size)}
    if n <= (_UNWEIGHTED if math.isfinite(free.value) else _HARD):
        crude = _crude_estimates(n, float(dim), float(eps), float(norm))
        best.add(max(crude, key=crude.__getitem__))
    near = {k + i for k in best for i in range(-_AROUND, _AROUND + 1)}
    return sorted(k for k in near if 1 <= k <= n)


def _proposal(
    n: int, size: int | None, dim: int, eps: Fraction, norm: Fraction
) -> Proposal:
    """Parameters for n samples: searched, or stretched where n is large."""
    fewer = min(n, _SEARCHED * (dim + 8))
    part = None if size is None else max(1, round(size * fewer / n))
    found = Search(dim, eps, norm).best(fewer, part)
    if fewer == n or not math.isfinite(found.value):
        return replace(found, n=n, size=size or min(n, dim + 1)) if fewer < n else found
    trials = []
    for growth in (1.0, n / fewer, math.sqrt(n / fewer)):
        k = size or round(found.size * n / fewer)
        weight = Fraction(round(2 * float(found.weight) * growth), 2)
        trial = Proposal(n, k, found.tilt, weight, -math.inf)
        trials.append(_estimated(trial, dim, eps, norm))
    best = max(trials, key=lambda trial: trial.value)
    return best if size else _resized(best, dim, eps, norm)


def _resized(proposal: Proposal, dim: int, eps: Fraction, norm: Fraction) -> Proposal:
    """The size beside which no other is better, by steps that are halved.

    The share of the samples that is best falls with their number. At the best size one
    more sample never proves less, where a size that is only stretched would.
    """
    best, step = proposal, max(1, proposal.n // 32)
    while True:
        sizes = (best.size - step, best.size + step)
        trials = [
            _estimated(replace(best, size=k), dim, eps, norm)
            for k in sizes
            if dim + 3 <= k < best.n
        ]
        other = max(trials, key=lambda trial: trial.value, default=best)
        if other.value > best.value:
            best = other
        elif step == 1:
            return best
        else:
            step //= 2


def _estimated(proposal: Proposal, dim: int, eps: Fraction, norm: Fraction) -> Proposal:
    """The same parameters, with their estimate."""
    value, _ = proposal.moment(dim).best(float(eps), float(norm))
    return replace(proposal, value=value)


def _of_size(
    n: int, size: int, proposal: Proposal, dim: int, eps: Fraction, norm: Fraction
) -> Lower:
    """The best bound for one size."""
    bounds = []
    if n <= _UNWEIGHTED or not math.isfinite(proposal.value):
        question = n, size, dim, eps, norm
        bounds = [
            Lower(crude_lower(*question), size, "der:crude-moment"),
            Lower(sharp_lower(*question), size, "der:sharp-moment"),
        ]
    if math.isfinite(proposal.value):
        certificate = proposal.certificate(dim, eps, norm)
        bounds.append(Lower(certificate.check(), size, STATEMENT, certificate))
    return max(bounds, key=lambda lower: lower.value)


def _crude_estimates(n: int, dim: float, eps: float, norm: float) -> dict[int, float]:
    """About `crude_lower` for all sizes, as logarithms. Untrusted."""
    u = np.linspace(2 * min(math.log(eps), 0.0) - 40, math.log(4 * n + 300), _NODES)
    k = np.arange(1, n + 1)[:, None]
    density = k / 2 * u - np.exp(u) / 2 - k / 2 * math.log(2) - gammaln(k / 2)
    density += math.log(u[1] - u[0])
    root = np.exp(u / 2)
    with np.errstate(divide="ignore"):
        centre = np.log(ndtr(eps / root) - ndtr(-eps / root))
        side = np.log(ndtr((eps - norm) / root) - ndtr(-(eps + norm) / root))
        others = (dim - 1) * centre if dim > 1 else 0.0
        hits = log_sum(density + side + others, axis=1)
        zero = np.append(0.0, log_sum(density + dim * centre, axis=1))
    return {
        size: float(hits[size - 1]) - _log_pairs(n, size, zero)
        for size in range(1, n + 1)
    }


def _log_pairs(n: int, size: int, log_zero: Float64Array) -> float:
    """Logarithm of the mean of ``q_{k-J}``, J hypergeometric."""
    i = np.arange(min(size, n - size) + 1)
    return float(log_sum(log_hypergeometric(n, size, i) + log_zero[i]))
