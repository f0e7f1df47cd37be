"""Spans: sums, products, powers, roots and floors enclose what they must, tightly."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from flint import arb, fmpq
from mpmath import mp

from slth_verify.enclosure import (
    NonFiniteError,
    working_precision,
)
from slth_verify.enclosure.expressions import span
from slth_verify.enclosure.expressions.span import Span

F = Fraction


_ENDS = [F(x) for x in (-3, -1, 0, "1/2", 2)]
_SPANS = [(a, b) for a, b in product(_ENDS, repeat=2) if a <= b]


def _span(ends: tuple[Fraction, Fraction]) -> Span:
    low, high = (Span.rational(x).low for x in ends)
    return Span.between(low, high)


def test_exact_spans_have_exact_extremes() -> None:
    """Of monotone pieces the extremes lie at ends, or at 0."""
    for one in _SPANS:
        x = _span(one)
        inner = [*one, *([F(0)] if one[0] <= 0 <= one[1] else [])]
        for degree in (0, 1, 2, 3):
            found = span.integer_power(x, degree).enclosure()
            values = [z**degree for z in inner]
            assert (found.lower, found.upper) == (min(values), max(values))
        sizes = [abs(z) for z in inner]
        found = span.magnitude(x).enclosure()
        assert (found.lower, found.upper) == (min(sizes), max(sizes))
        for other in _SPANS:
            y = _span(other)
            found = span.multiply(x, y).enclosure()
            corners = [a * b for a in one for b in other]
            assert (found.lower, found.upper) == (min(corners), max(corners))
            found = span.add(x, y).enclosure()
            assert (found.lower, found.upper) == (
                one[0] + other[0],
                one[1] + other[1],
            )
            found = span.least(x, y).enclosure()
            assert (found.lower, found.upper) == (
                min(one[0], other[0]),
                min(one[1], other[1]),
            )
            found = span.greatest(x, y).enclosure()
            assert (found.lower, found.upper) == (
                max(one[0], other[0]),
                max(one[1], other[1]),
            )


def test_balls_that_overlap_are_bounded_by_both() -> None:
    first, second = arb(1, "0.5"), arb("1.125", "0.25")
    low, high = arb("0.5"), arb("1.5")
    with working_precision(64):
        for x, y in ((first, second), (second, first)):
            assert span._lesser(x, y) <= low
            assert span._lesser(x, y) >= low - arb(2) ** -20
            assert span._least_top(x, y) >= arb("1.375")
            assert span._least_top(x, y) <= arb("1.375") + arb(2) ** -20
            assert span._greater(x, y) >= high
            assert span._greater(x, y) <= high + arb(2) ** -20


def test_what_is_short_stays_exact() -> None:
    assert span.short(arb(3)) == fmpq(3)
    assert isinstance(span.short(arb(3)), fmpq)
    long = fmpq(1, 2**5000)
    assert isinstance(span.short(long), arb)
    with working_precision(64):
        assert isinstance(span.short(arb(2) ** 5000), arb)
        assert isinstance(span.short(arb(1) / 3), arb)
    with pytest.raises(NonFiniteError):
        span.short(arb(1) / 0)


def test_roots_and_powers() -> None:
    with working_precision(64):
        assert span.root(Span.rational(F(8, 27)), 3).exact == fmpq(2, 3)
        assert span.root(Span.rational(F(2, 27)), 3).exact is None
        assert span.root(Span.rational(F(8, 28)), 3).exact is None
        assert span.root(Span.rational(F(1)), 2**31).exact == 1
        half, zero = Span.rational(F(1, 2)), Span.rational(F(0))
        irrational = Span.point(arb(2).sqrt())
        assert span.power(zero, irrational).exact == 0
        found = span.power(half, irrational).enclosure()
        with mp.workdps(30):
            truth = F(mp.nstr(mp.mpf(0.5) ** mp.sqrt(2), 25))
        assert found.lower - F(1, 10**18) < truth < found.upper + F(1, 10**18)
        tiny = Span.rational(F(1, 2**31))
        assert not span.power(half, tiny).low >= 1
        for base, exponent in (
            (zero, span.negative(irrational)),
            (zero, Span.between(fmpq(-1), fmpq(1))),
            (Span.rational(F(-1)), irrational),
            (Span.rational(F(-1)), half),
            (Span.between(fmpq(-1), fmpq(1)), Span.rational(F(-1))),
        ):
            with pytest.raises(NonFiniteError):
                span.power(base, exponent)


def test_floors_and_ceilings() -> None:
    for ends, low, high in (((-1, 1), -1, 1), (("-1/2", "3/2"), -1, 1)):
        found = span.floor(_span((F(ends[0]), F(ends[1])))).enclosure()
        assert (found.lower, found.upper) == (low, high)
    found = span.ceiling(_span((F(-1, 2), F(3, 2)))).enclosure()
    assert (found.lower, found.upper) == (0, 2)
