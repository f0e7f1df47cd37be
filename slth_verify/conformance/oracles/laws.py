r"""Exact laws of sums of normally-scaled normal vectors, evaluated in floats.

Given the scales, a sum of k vectors has independent N(0, R) coordinates with
:math:`R \sim \chi^2_k`, so it lies within eps of z with probability

.. math:: p_k(z) = E_R \prod_c \left[\Phi\left(\frac{z_c + \varepsilon}{\sqrt R}\right)
    - \Phi\left(\frac{z_c - \varepsilon}{\sqrt R}\right)\right].

Written apart from the certified evaluators, to be compared with observed counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy import integrate, special, stats

#: Nodes of the trapezoidal rule in log R, which converges exponentially there.
_NODES = np.linspace(-80.0, math.log(4000.0), 9001)


def hit_probability(size: int, target: Sequence[float], eps: float) -> float:
    """Probability that a sum of ``size`` vectors lies within ``eps`` of a target.

    Args:
        size: k, at least 0.
        target: The vector z.
        eps: Half width of the cube, positive.

    Rigor:
        Heuristic: about 10 correct digits for eps >= 1e-3 and k <= 100.

    Source:
        der:nsn-law.
    """
    if size == 0:
        return float(max(map(abs, target)) <= eps)
    scale = np.exp(_NODES / 2.0)
    box = np.ones_like(scale)
    for coordinate in map(abs, target):
        near, far = (coordinate - eps) / scale, (coordinate + eps) / scale
        box *= special.ndtr(-near) - special.ndtr(-far)
    half = size / 2.0
    log_density = half * _NODES - np.exp(_NODES) / 2.0
    log_density -= half * math.log(2.0) + math.lgamma(half)
    step = float(_NODES[1] - _NODES[0])
    return float((box * np.exp(log_density)).sum() * step)


def joint_hit_probability(size: int, overlap: int, target: float, eps: float) -> float:
    """Probability in dimension 1 that two overlapping sums both hit.

    Given the common part W, the two rests are independent; a sum of two products of
    normals is a Laplace variable, and one product has density ``K_0(|w|)/pi``.

    Args:
        size: k = overlap + 2: the part outside the overlap has two vectors.
        overlap: Number of common vectors, 1 or 2.
        target: The number z.
        eps: Half width, positive.

    Rigor:
        Heuristic: adaptive quadrature, about 8 correct digits.

    Source:
        lem:nsn-joint, in the one case that has closed forms.
    """
    if size - overlap != 2 or overlap not in (1, 2):
        raise ValueError(f"size={size}, overlap={overlap}: no closed form is at hand")

    def integrand(w: float) -> float:
        common = math.exp(-abs(w)) / 2.0
        if overlap == 1:
            common = float(special.k0(abs(w))) / math.pi if w else 0.0
        rest = target - w
        return common * (_laplace(rest + eps) - _laplace(rest - eps)) ** 2

    corners = sorted({-60.0, target - eps, 0.0, target + eps, 60.0})
    pieces = [
        integrate.quad(integrand, a, b, epsabs=1e-13, epsrel=1e-10, limit=400)[0]
        for a, b in pairwise(corners)
    ]
    return float(math.fsum(pieces))


def success_bounds(
    count: int, size: int, target: Sequence[float], eps: float
) -> tuple[float, float]:
    """Bounds on the probability that some subset of ``count`` vectors hits.

    Below: the second moment of the number of hitting subsets of one size,
    ``p_k(z) / E_J[q_{k-J}]`` with J hypergeometric and ``q_j = p_j(0)``. Above: the
    expected number of hitting subsets of any size.

    Args:
        count: n.
        size: k of the lower bound, from 1 to n.
        target: The vector z.
        eps: Half width, positive.

    Rigor:
        Heuristic evaluation of proved bounds.

    Source:
        der:crude-moment, der:first-moment.
    """
    zero = [0.0] * len(target)
    overlaps = np.arange(max(0, 2 * size - count), size + 1)
    weights = stats.hypergeom.pmf(overlaps, count, size, size)
    rests = [hit_probability(size - int(j), zero, eps) for j in overlaps]
    lower = hit_probability(size, target, eps) / float(np.dot(weights, rests))
    upper = math.fsum(
        math.comb(count, k) * hit_probability(k, target, eps) for k in range(count + 1)
    )
    return lower, min(1.0, upper)


def _laplace(x: float) -> float:
    """Distribution function of the standard Laplace law."""
    return math.exp(x) / 2.0 if x < 0 else 1.0 - math.exp(-x) / 2.0
