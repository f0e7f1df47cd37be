"""One-dimensional subset sums: what counting, small cases and exact laws say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp
from hypothesis import strategies as st

from slth_verify.conformance.claims.attack import (
    Attack,
    Pair,
    accuracies,
    equal,
    high,
    low,
    shares,
)
from slth_verify.conformance.claims.formulas import Ends, bound_of, number
from slth_verify.statements import Statement

#: Not below the constant that der:rss-constant proves.
_PROVED = 24
_EPS = sp.Symbol("eps", positive=True)
_LOGARITHM = -sp.log(_EPS) / sp.log(2)
_TWO_SHARES = (2 * sp.log(4) - 4 * sp.log(_EPS)) / sp.log(sp.Rational(4, 3)) + 1


def _bits(eps: Fraction) -> Ends:
    """Samples that counting demands."""
    return number(_LOGARITHM, eps=eps)


def _by_counting(s: Statement, eps: Fraction) -> Iterator[Pair]:
    width = bound_of(s, "width", eps=eps, C=_PROVED)
    yield _bits(eps).lower, high(width)


def _constant(s: Statement, eps: Fraction) -> Iterator[Pair]:
    """Two shares of eps, and one sample for rounding up, up to eps = 1/3."""
    yield number(_TWO_SHARES, eps=eps).lower, high(bound_of(s, "width", eps=eps))


def _nothing_drawn(s: Statement, point: Any) -> Iterator[Pair]:
    """Without samples the empty sum covers only what is near 0, so failure is sure."""
    first, second = point
    wide = 1 if s.id == "der:rss-whole" else Fraction(1, 2)
    eps1, eps2 = wide * (1 - second) * first, wide * second
    if eps1 + eps2 < wide:
        values = {"n": 0, "eps1": eps1, "eps2": eps2}
        yield Fraction(1), high(bound_of(s, "failure", **values))
    delta = Fraction(1, 1000)
    width = bound_of(s, "width", eps1=eps1, eps2=eps2, delta=delta)
    yield _bits((eps1 + eps2) / wide).lower, high(width)


def _two_complement(s: Statement, bits: int) -> Iterator[Pair]:
    """The sums of -2^(n-1) d, d, 2 d, ..., 2^(n-2) d cover [-1, 1] at 1/(2^n - 1)."""
    eps = Fraction(1, (1 << bits) - 1)
    yield low(bound_of(s, "width", eps=eps)), Fraction(bits)


def _positive_part(s: Statement, point: tuple[int, Fraction]) -> Iterator[Pair]:
    """The positive samples reach 1 - eps exactly as often as Irwin and Hall say."""
    count, eps = point
    reached = Fraction(0)
    for i in range(1, count + 1):
        reached += Fraction(math.comb(count, i), 1 << count) * (
            1 - _sum_law(i, 1 - eps)
        )
    yield from equal(bound_of(s, "probability", n=count, eps=eps), reached)


def _sum_law(count: int, at: Fraction) -> Fraction:
    """Probability that so many uniform numbers add up to at most ``at``."""
    terms = (
        (-1) ** i * math.comb(count, i) * (at - i) ** count
        for i in range(math.floor(at) + 1)
    )
    return sum(terms, Fraction(0)) / math.factorial(count)


def _unstructured(
    s: Statement, point: tuple[Fraction, Fraction, int]
) -> Iterator[Pair]:
    """A layer of one weight is one sum, whichever of eps and delta is larger."""
    eps, delta, inputs = point
    values = {"d_in": inputs, "d_out": 1, "depth": 1, "eps": eps, "delta": delta}
    width = bound_of(s, "width", C="3/2", **values)
    yield _bits(eps).lower * inputs, high(width)


def _gaussian(s: Statement, point: tuple[Fraction, int]) -> Iterator[Pair]:
    """2^n boxes of side 2 eps cover a box of side 2 in d dimensions."""
    eps, dim = point
    width = bound_of(s, "width", eps=eps, d=dim, C="3/2")
    yield _bits(eps).lower * dim, high(width)


_HALVES = st.tuples(shares() | accuracies().map(lambda gap: 1 - gap), shares())
_SMALL = accuracies().filter(lambda eps: eps < Fraction(1, 3))
_TINY = accuracies(400).filter(lambda eps: eps < Fraction(1, 3))
_COUNTED = "counting bound / width"

ATTACKS: Mapping[str, Attack] = {
    "thm:rss": Attack(_TINY, _by_counting, f"{_COUNTED} with the proved constant"),
    "der:rss-constant": Attack(
        st.integers(0, 1 << 16).map(lambda i: Fraction(1 << 16, 3 * (i + (1 << 16)))),
        _constant,
        "width of der:rss-explicit / width",
    ),
    "der:rss-explicit": Attack(_HALVES, _nothing_drawn, "failure without samples / F"),
    "der:rss-whole": Attack(_HALVES, _nothing_drawn, "failure without samples / F"),
    "der:rss-counting": Attack(
        st.integers(1, 3000), _two_complement, "bound / samples that do it"
    ),
    "der:rss-missed": Attack(
        st.tuples(st.integers(1, 6), shares()), _positive_part, "exact law / bound"
    ),
    "rel:unstructured-log": Attack(
        st.tuples(_SMALL, shares(), st.integers(1, 8)), _unstructured, _COUNTED
    ),
    "rel:gaussian-mrss": Attack(
        st.tuples(_SMALL, st.integers(1, 8)), _gaussian, _COUNTED
    ),
}
