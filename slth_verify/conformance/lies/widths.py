"""Wrong numbers of columns."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache

from slth_verify.bounds import mrss_width


@cache
def honest(*, dim: int, eps: Fraction, prob: Fraction) -> int:
    return mrss_width(dim=dim, eps=eps, prob=prob).n or 0


def counting(*, dim: int, eps: Fraction, prob: Fraction) -> int:
    """2^n cubes of side 2 eps cover the unit cube."""
    return max(1, math.ceil(dim * math.log2(1 / eps) + math.log2(1 / (1 - prob))))


def dimension_forgotten(*, dim: int, eps: Fraction, prob: Fraction) -> int:
    return honest(dim=1, eps=eps, prob=prob)


def quarter(*, dim: int, eps: Fraction, prob: Fraction) -> int:
    return -(-honest(dim=dim, eps=eps, prob=prob) // 4)


def coarser(*, dim: int, eps: Fraction, prob: Fraction) -> int:
    return honest(dim=dim, eps=min(Fraction(1), 10 * eps), prob=prob)


def no_columns(*, dim: int, eps: Fraction, prob: Fraction) -> int:
    return 0


def negative(*, dim: int, eps: Fraction, prob: Fraction) -> int:
    return -1


def a_float(*, dim: int, eps: Fraction, prob: Fraction) -> int:
    return 1e9  # type: ignore[return-value]


LIES = [
    counting,
    dimension_forgotten,
    quarter,
    coarser,
    no_columns,
    negative,
    a_float,
]
