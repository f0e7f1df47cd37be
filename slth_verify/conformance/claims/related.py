"""What others proved up to constants: counting, and each against the other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction

import sympy as sp
from hypothesis import strategies as st

from slth_verify.conformance.claims.attack import Attack, Pair, equal, high, low
from slth_verify.conformance.claims.formulas import bound_of, number
from slth_verify.statements import Statement, statement

_Sizes = tuple[int, int]

_K, _N, _M, _C = sp.symbols("k n m c", positive=True)
_SHARE = sp.sqrt(_K) / _C
#: Where 2^n (2 t/sqrt(2 pi n))^m = 1/2.
_MEDIAN = sp.sqrt(sp.pi * _N / 2) * 2 ** (-(_N + 1) / _M)


def _fixed_one(s: Statement, point: _Sizes) -> Iterator[Pair]:
    """C(n, k) sums hit one target with at most the expected number of hits."""
    k, n = point
    accuracy = bound_of(s, n=n, k=k, C=2)
    # a sum has a density of at most 1/2, and a target is hit with chance 1/(n+1)
    yield Fraction(1, (n + 1) * math.comb(n, k)), high(accuracy)


def _fixed_all(s: Statement, point: _Sizes) -> Iterator[Pair]:
    """C(n, k) intervals of length 2 eps cover [-sqrt(k), sqrt(k)]."""
    k, n = point
    accuracy = bound_of(s, n=n, k=k, C=2)
    yield number(_SHARE, k=k, c=math.comb(n, k)).lower, high(accuracy)


def _fixed_lower(s: Statement, point: _Sizes) -> Iterator[Pair]:
    """Below the accuracy of the bound the expected number of hits is below p_0."""
    k, n = point
    accuracy = bound_of(s, n=n, k=k, C="1/4", p_0="1/2")
    yield low(accuracy), number(_SHARE / 2, k=k, c=math.comb(n, k)).upper


def _least_sum(s: Statement, point: _Sizes) -> Iterator[Pair]:
    """2^n signs hit a cube at most as often as expected; the two bounds agree."""
    m, n = point
    below = bound_of(s, "lower", n=n, m=m, c="1/2")
    yield low(below), number(_MEDIAN, n=n, m=m).upper
    yield from equal(bound_of(s, "upper", n=n, m=m, C="1/2"), below)


def _found_sum(s: Statement, point: _Sizes) -> Iterator[Pair]:
    """Nothing that is found is below what the best signs reach."""
    m, n = point
    best = bound_of(statement("rel:balancing-optimum"), "lower", n=n, m=m, c="1/2")
    yield low(best), high(bound_of(s, "reach", n=n, m=m, c="1/10"))


def _neurons(s: Statement, point: tuple[int, Fraction]) -> Iterator[Pair]:
    """The two bounds are one for inputs of one dimension, and linear in it."""
    dim, eps = point
    other = statement("rel:neuron-pruning-lower-single")
    single = bound_of(other, "width", C=1, eps=eps)
    found = bound_of(s, "width", C=1, eps=eps, d=dim)
    yield from equal(found, single.times(dim))
    half = bound_of(s, "width", C=1, eps=eps / 2, d=dim)
    yield from equal(half, found.times(2))


def _neurons_single(s: Statement, eps: Fraction) -> Iterator[Pair]:
    """Not above the bound for any dimension, and inverse to the accuracy."""
    other = statement("rel:neuron-pruning-lower")
    found = bound_of(s, "width", C=1, eps=eps)
    yield from equal(found, bound_of(other, "width", C=1, eps=eps, d=1))
    yield from equal(bound_of(s, "width", C=1, eps=eps / 2), found.times(2))


_FIXED = st.tuples(st.integers(1, 40), st.integers(0, 1000)).map(
    lambda point: (point[0], 2 * point[0] + point[1])
)
_BALANCED = st.tuples(st.integers(1, 40), st.integers(0, 1000)).map(
    lambda point: (point[0], 8 * point[0] + point[1])
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
