"""What others proved up to constants: counting, and each against the other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction

import sympy as sp
from hypothesis import strategies as st

from slth_verify.conformance.claims.attack import Attack, Pair, equal, high, low
from slth_verify.statements import Statement, statement

_Sizes = tuple[int, int]


def _fixed_one(s: Statement, point: _Sizes) -> Iterator[Pair]:
    """C(n, k) sums hit one target with at most the expected number of hits."""
    k, n = point
    accuracy = s.bound(n=n, k=k, C=2, check=False)
    # a sum has a density of at most 1/2, and a target is hit with chance 1/(n+1)
    yield Fraction(1, (n + 1) * math.comb(n, k)), high(accuracy)


def _fixed_all(s: Statement, point: _Sizes) -> Iterator[Pair]:
    """C(n, k) intervals of length 2 eps cover [-sqrt(k), sqrt(k)]."""
    k, n = point
    accuracy = s.bound(n=n, k=k, C=2, check=False)
    yield low(sp.sqrt(k) / math.comb(n, k)), high(accuracy)


def _fixed_lower(s: Statement, point: _Sizes) -> Iterator[Pair]:
    """Below the accuracy of the bound the expected number of hits is below p_0."""
    k, n = point
    accuracy = s.bound(n=n, k=k, C="1/4", p_0="1/2", check=False)
    yield low(accuracy), high(sp.Rational(1, 2) * sp.sqrt(k) / math.comb(n, k))


def _least_sum(s: Statement, point: _Sizes) -> Iterator[Pair]:
    """2^n signs hit a cube at most as often as expected; the two bounds agree."""
    m, n = point
    below = s.bound("lower", n=n, m=m, c="1/2", check=False)
    # 2^n (2 t/sqrt(2 pi n))^m = 1/2
    median = sp.sqrt(sp.pi * n / 2) * sp.Integer(2) ** (-sp.Rational(n + 1, m))
    yield low(below), high(median)
    yield from equal(s.bound("upper", n=n, m=m, C="1/2", check=False), below)


def _found_sum(s: Statement, point: _Sizes) -> Iterator[Pair]:
    """Nothing that is found is below what the best signs reach."""
    m, n = point
    best = statement("rel:balancing-optimum").bound("lower", n=n, m=m, c="1/2")
    yield low(best), high(s.bound("reach", n=n, m=m, c="1/10", check=False))


def _neurons(s: Statement, point: tuple[int, Fraction]) -> Iterator[Pair]:
    """The two bounds are one for inputs of one dimension, and linear in it."""
    dim, eps = point
    other = statement("rel:neuron-pruning-lower-single")
    single = other.bound("width", C=1, eps=eps, check=False)
    found = s.bound("width", C=1, eps=eps, d=dim, check=False)
    yield from equal(found, dim * single)
    half = s.bound("width", C=1, eps=eps / 2, d=dim, check=False)
    yield from equal(half, 2 * found)


def _neurons_single(s: Statement, eps: Fraction) -> Iterator[Pair]:
    """Not above the bound for any dimension, and inverse to the accuracy."""
    other = statement("rel:neuron-pruning-lower")
    found = s.bound("width", C=1, eps=eps, check=False)
    yield from equal(found, other.bound("width", C=1, eps=eps, d=1, check=False))
    yield from equal(s.bound("width", C=1, eps=eps / 2, check=False), 2 * found)


_FIXED = st.integers(1, 12).flatmap(
    lambda k: st.tuples(st.just(k), st.integers(2 * k, 60))
)
_BALANCED = st.integers(1, 6).flatmap(
    lambda m: st.tuples(st.just(m), st.integers(8 * m, 200))
)
_EPS = st.integers(2, 1 << 20).map(lambda under: Fraction(1, under))

ATTACKS: Mapping[str, Attack] = {
    "rel:fixed-size-rss-one": Attack(_FIXED, _fixed_one, "first moment / accuracy"),
    "rel:fixed-size-rss-all": Attack(_FIXED, _fixed_all, "counting bound / accuracy"),
    "rel:fixed-size-rss-lower": Attack(_FIXED, _fixed_lower, "accuracy / first moment"),
    "rel:balancing-optimum": Attack(_BALANCED, _least_sum, "bound / first moment"),
    "rel:balancing-algorithm": Attack(
        _BALANCED, _found_sum, "rel:balancing-optimum / reach"
    ),
    "rel:neuron-pruning-lower": Attack(
        st.tuples(st.integers(1, 50), _EPS), _neurons, "bound / d times that for d = 1"
    ),
    "rel:neuron-pruning-lower-single": Attack(
        _EPS, _neurons_single, "bound / rel:neuron-pruning-lower at d = 1"
    ),
}
