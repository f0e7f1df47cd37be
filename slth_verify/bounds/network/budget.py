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

from slth_verify.bounds._inputs import accuracy
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown

_STATEMENT = "der:accumulation"

#: Bits of a share; rounding down by one unit costs less than one filter.
_BITS = 40

#: Smallest weight, over the largest one: a smaller share would be no number.
_LEAST = 1e-100

_BISECTIONS = 200


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

    Raises:
        InvalidParameterError: If a weight is not positive and finite, or the accuracy
            is out of range.

    Rigor:
        The shares are proposed in floating point; that they are `within` the accuracy
        is exact.
    """
    eps = accuracy(eps, _STATEMENT)
    if not weights or not all(0 < weight < math.inf for weight in weights):
        raise InvalidParameterError(
            f"weights={shown(list(weights))}: positive finite weights, one a layer, "
            f"were required ({_STATEMENT}). Correct them."
        )
    if len(weights) == 1:
        return (eps,)
    weights = [max(weight / max(weights), _LEAST) for weight in weights]
    goal = math.log1p(eps)
    # the first part spends at most the goal: -log(1 - x) <= x / (1 - x)
    low, high = goal / (2 * len(weights) + 2 * goal), 1.0
    for _ in range(_BISECTIONS):
        middle = math.sqrt(low * high)
        if _spent(weights, middle) <= goal:
            low = middle
        else:
            high = middle
    proposal = tuple(_rounded_down(_share(weight * low)) for weight in weights)
    excess = Fraction(1, 2**30)
    while not within(proposal, eps):
        proposal = tuple(share * (1 - excess) for share in proposal)
        excess = min(2 * excess, Fraction(1, 2))
    return proposal


def _share(part: float) -> float:
    return part / (1 - part)


def _spent(weights: Sequence[float], part: float) -> float:
    """Logarithm of the product if a weight of 1 has ``eta/(1+eta) = part``."""
    if part >= 1:
        return math.inf
    return sum(-math.log1p(-weight * part) for weight in weights)


def _rounded_down(value: float) -> Fraction:
    exponent = _BITS - math.frexp(value)[1]
    return Fraction(math.floor(math.ldexp(value, exponent))) / Fraction(2) ** exponent
