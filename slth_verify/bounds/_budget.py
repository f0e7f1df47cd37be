r"""How much error each layer may add, so that the network stays within eps.

Statement (der:accumulation). If layer i adds an error of at most eta_i times the size
of its input and every target layer is a contraction, the whole network is within
:math:`\prod_i (1 + \eta_i) - 1` of the target.

The width of a layer grows with ``log(1/eta_i)`` about in proportion to its dimension.
For the least total with weights ``s_i`` (price of one filter times dimension) under
:math:`\prod (1 + \eta_i) = 1 + \varepsilon`, Lagrange's condition is
:math:`\eta_i / (1 + \eta_i) = \mu s_i` with one number mu for all layers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

#: Bits of a share; rounding down by one unit costs less than one filter.
_BITS = 40


def within(shares: Sequence[Fraction], eps: Fraction) -> bool:
    """Whether layers with these error coefficients keep the network within ``eps``.

    Rigor:
        Exact.
    """
    return min(shares) > 0 and math.prod(1 + eta for eta in shares) <= 1 + eps


def equal_shares(depth: int, eps: Fraction) -> tuple[Fraction, ...]:
    """The same share for every layer, rounded down.

    Rigor:
        Exact: `within` holds.
    """
    return weighted_shares([1.0] * depth, eps)


def weighted_shares(weights: Sequence[float], eps: Fraction) -> tuple[Fraction, ...]:
    """Shares that make ``sum of weights[i] * log(1/eta_i)`` least, rounded down.

    Args:
        weights: Positive weights, one a layer.
        eps: Accuracy of the network, positive.

    Rigor:
        The shares are proposed in floating point; that they are `within` the accuracy
        is exact.
    """
    if len(weights) == 1:
        return (eps,)
    goal = math.log1p(eps)
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if _spent(weights, middle) <= goal:
            low = middle
        else:
            high = middle
    shares = [_share(weight / max(weights) * low) for weight in weights]
    proposal = tuple(_rounded_down(share) for share in shares)
    while not within(proposal, eps):
        proposal = tuple(share * (1 - Fraction(1, 2**30)) for share in proposal)
    return proposal


def _share(part: float) -> float:
    return part / (1 - part)


def _spent(weights: Sequence[float], part: float) -> float:
    """Logarithm of the product, if the largest weight has ``eta/(1+eta) = part``."""
    if part >= 1:
        return math.inf
    return sum(-math.log1p(-weight / max(weights) * part) for weight in weights)


def _rounded_down(value: float) -> Fraction:
    exponent = _BITS - math.frexp(value)[1]
    return Fraction(math.floor(math.ldexp(value, exponent))) / Fraction(2) ** exponent
