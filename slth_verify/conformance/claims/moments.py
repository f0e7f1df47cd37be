"""Probabilities and moments of random sums: closed forms and exact small cases."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp
from hypothesis import strategies as st

from slth_verify.conformance.claims.attack import (
    Attack,
    Pair,
    equal,
    high,
    low,
    rational,
    shares,
)
from slth_verify.conformance.claims.formulas import bound_of
from slth_verify.statements import Statement

_R = sp.Symbol("R", positive=True)


def _hit(size: int, target: tuple[Fraction, ...], eps: Fraction) -> Any:
    """Probability that a sum of so many NSN vectors is within eps, as an integral."""
    half, deviation = sp.Rational(size, 2), sp.sqrt(2 * _R)
    box = sp.Integer(1)
    for entry in target:
        near, far = rational(entry - eps), rational(entry + eps)
        box *= (sp.erf(far / deviation) - sp.erf(near / deviation)) / 2
    density = _R ** (half - 1) * sp.exp(-_R / 2) / (2**half * sp.gamma(half))
    return sp.Integral(box * density, (_R, 0, sp.oo))


def _off_axes(
    s: Statement, point: tuple[int, Fraction, Fraction, Any]
) -> Iterator[Pair]:
    """A target that is not on an axis lies between r e_1 and 0."""
    size, radius, eps, (a, b, c) = point
    truth = _hit(size, (radius * Fraction(a, c), radius * Fraction(b, c)), eps)
    values = {"m": 2, "k": size, "eps": eps, "r": radius}
    yield low(bound_of(s, "lower", **values)), high(truth)
    yield low(truth), high(bound_of(s, "upper", m=2, k=size, eps=eps))


def _two_moments(
    s: Statement, point: tuple[int, int, Fraction, Fraction]
) -> Iterator[Pair]:
    """With D(j) the chance at 0, some subset hits at most as often as all together."""
    size, more, radius, eps = point
    at_zero = _hit(size, (Fraction(0),), eps)
    chance = sp.Rational(*_middle(at_zero).as_integer_ratio())
    values = {"m": 1, "n": size + more, "k": size, "eps": eps, "r": radius}
    j = sp.Symbol("j", integer=True)
    claimed = bound_of(s, "probability", D=sp.Lambda(j, chance), **values)
    one = _hit(size, (radius,), eps)
    # p^2/D <= p for every overlap, because D >= p
    yield low(claimed), high(one) * (1 + Fraction(1, 10**9))


def _middle(value: Any) -> Fraction:
    return (low(value) + high(value)) / 2


def _pair_moment(s: Statement, point: tuple[int, int, int, Fraction]) -> Iterator[Pair]:
    """At lam = x = 0 the moment of p is a ratio of gamma functions, exactly."""
    half, size, more, eps = point
    dim, k = 2 * half, 2 * half + 3 + size
    n = 2 * k + more
    values = {"m": dim, "k": k, "n": n, "eps": eps, "lam": 0, "x": 0, "theta": 0}
    claimed = bound_of(s, "term-equal", t1=1, t2=0, t3=0, **values)
    moment = Fraction(1)
    for i in range(1, half + 1):
        moment *= (Fraction(n, 2) - i) / (Fraction(k, 2) - i)
        moment *= Fraction(n, 2) + i - 1  # E[(A/2)^s]
    scale = (sp.pi / rational(eps) ** 2) ** half
    yield from equal(claimed, moment * scale)


def _cells(s: Statement, point: tuple[int, int, int]) -> Iterator[Pair]:
    """Cells of the net that meet the ball, counted one by one."""
    dim, radius, mesh = point
    h = Fraction(mesh, 8)
    reach = math.ceil(Fraction(radius) / (2 * h)) + 1
    steps = range(-reach, reach + 1)
    count = sum(
        bool(sum(max(2 * h * abs(i) - h, Fraction(0)) for i in cell) <= radius)
        for cell in itertools.product(steps, repeat=dim)
    )
    claimed = bound_of(s, "points", m=dim, r=radius, h=h)
    yield from equal(claimed, Fraction(count))
    tried = bound_of(s, "probability", m=dim, r=radius, h=h, B=1, p_0=1)
    yield from equal(tried, Fraction(1))


def _missed_mass(s: Statement, point: tuple[int, Fraction, Fraction]) -> Iterator[Pair]:
    """In dimension 2 with 2 kappa tau^2 = 1 the mean is one of (1 - c u)^B."""
    blocks, c, tau = point
    kappa = 1 / (2 * tau**2)
    values = {"m": 2, "tau": tau, "kappa": kappa, "c": c, "B": blocks}
    exact = (1 - (1 - c) ** (blocks + 1)) / (c * (blocks + 1))
    yield from equal(bound_of(s, "miss", **values), exact)
    star = sp.erfc(sp.Rational(1, 2) / (sp.sqrt(2) * rational(tau))) / 2
    failure = bound_of(s, "failure", r=1, **values)
    yield low(2 * rational(exact) / star), high(failure) * (1 + Fraction(1, 10**9))


def _single_filters(s: Statement, point: tuple[int, Fraction]) -> Iterator[Pair]:
    """Some single filter of the right sign hits, of 2n independent ones."""
    width, eps = point
    one = _middle(_hit(1, (Fraction(1),), eps))
    truth = 1 - (1 - one / 2) ** (2 * width)
    claimed = bound_of(s, "spread", n=width, eps=eps, d=1, c=1)
    yield truth * (1 - Fraction(1, 10**9)), high(claimed)


def _half_spaces(s: Statement, point: tuple[Fraction, Fraction, int]) -> Iterator[Pair]:
    """Two sets on one line: the same number, independent ones, or opposite ones.

    With M = 1 both sets hold one number: at most the smaller measure, which half-spaces
    reach. With M = -1 a slab and its like reach their measure, and half-spaces do not.
    """
    first, second, correlation = point
    q, a = sp.IndexedBase("q"), sp.Symbol("a", integer=True)
    M, b = sp.IndexedBase("M"), sp.Symbol("b", integer=True)
    for item in s.hypotheses:
        if item.relation.has(M) and not item.relation.subs(M[a, b], correlation):
            return
    quantile = s.conclusion.rhs.args[0].args[2].rhs
    halves = []
    for measure in (first, second):
        at = quantile.subs(q[a], rational(measure))
        halves.append(low((1 + sp.erf(at / sp.sqrt(2))) / 2))
    one, other = halves
    inside = max(Fraction(0), first + second - 1), min(first, second)
    allowed, several = {
        1: (min(one, other), inside),
        0: (one * other, (first * second,)),
        -1: (max(Fraction(0), one + other - 1), inside),
    }[correlation]
    for seen in several:
        yield (seen, allowed) if s.conclusion.rel_op == "<=" else (allowed, seen)


_EPS = st.integers(1, 12).map(lambda power: Fraction(1, 1 << power))
_TRIPLES = st.sampled_from([(3, 4, 5), (5, 12, 13), (8, 15, 17), (20, 21, 29)])
_RADII = st.integers(0, 16).map(lambda over: Fraction(over, 8))

ATTACKS: Mapping[str, Attack] = {
    "der:worst-target": Attack(
        st.tuples(st.integers(2, 8), _RADII, _EPS, _TRIPLES),
        _off_axes,
        "chance at r e_1 / at another target",
        cases=4,
    ),
    "der:sharp-moment": Attack(
        st.tuples(st.integers(2, 4), st.integers(0, 3), _RADII, _EPS),
        _two_moments,
        "bound / chance of one subset",
        cases=4,
    ),
    "der:weighted-moment": Attack(
        st.tuples(st.integers(1, 4), st.integers(0, 20), st.integers(1, 40), _EPS),
        _pair_moment,
        "moment at lam = x = 0 / bound",
    ),
    "der:net": Attack(
        st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(2, 9)),
        _cells,
        "cells / bound",
    ),
    "der:two-blocks": Attack(
        st.tuples(st.integers(1, 12), shares(), shares(16)),
        _missed_mass,
        "mass missed / bound",
    ),
    "der:layer-necessary": Attack(
        st.tuples(st.just(1), _EPS),
        _single_filters,
        "one filter hits / bound",
        cases=2,
    ),
    "der:multiset-borell": Attack(
        st.tuples(shares(), shares(), st.sampled_from((1, 0, -1))),
        _half_spaces,
        "chance of two sets / of half-spaces",
    ),
}
