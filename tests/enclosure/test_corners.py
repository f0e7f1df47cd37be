"""Spans, cases and decisions at their corners: what is open is never decided."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy as sp
from flint import arb, fmpq
from mpmath import mp

from slth_verify.enclosure import (
    Enclosure,
    NonFiniteError,
    check_normal_quantiles,
    decide,
    enclose,
    normal_quantiles,
    working_precision,
)
from slth_verify.enclosure.balls import half_line, precision, special
from slth_verify.enclosure.expressions import evaluate, span
from slth_verify.enclosure.expressions.span import Span
from slth_verify.enclosure.quantiles import proved, table
from slth_verify.errors import InvalidParameterError
from slth_verify.verdict import Verdict

F = Fraction
n, k = sp.symbols("n k")
R = sp.Symbol("R", positive=True)

_HOLDS, _FAILS, _OPEN = Verdict.VERIFIED, Verdict.REFUTED, Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("left", "right", "verdicts"),
    [
        ((0, 1), (2, 3), (_HOLDS, _HOLDS, _FAILS, _FAILS)),
        ((0, 1), (1, 2), (_OPEN, _HOLDS, _FAILS, _OPEN)),
        ((0, 2), (1, 3), (_OPEN,) * 4),
        ((1, 2), (0, 1), (_FAILS, _OPEN, _OPEN, _HOLDS)),
        ((2, 3), (0, 1), (_FAILS, _FAILS, _HOLDS, _HOLDS)),
        ((1, 1), (1, 1), (_FAILS, _HOLDS, _FAILS, _HOLDS)),
    ],
)
def test_relations_of_intervals(left, right, verdicts) -> None:
    ends = [Enclosure(F(a), F(b)) for a, b in (left, right)]
    found = tuple(decide(ends[0], sign, ends[1]) for sign in ("<", "<=", ">", ">="))
    assert found == verdicts


def test_precision_is_doubled_up_to_the_cap() -> None:
    asked: list[int] = []

    def never(bits: int) -> Enclosure:
        asked.append(bits)
        if bits < 100:
            raise NonFiniteError("nothing is known yet")
        return Enclosure(F(-1), F(1))

    assert decide(never, "<", 0, precision=50, cap=300) is _OPEN
    assert asked == [50, 100, 200, 300]
    asked.clear()
    assert decide(0, ">", lambda bits: never(bits), precision=50, cap=50) is _OPEN
    assert asked == [50]
    found = decide(
        lambda bits: Enclosure(F(0), F(1, bits)), "<", F(1, 90), precision=50
    )
    assert found is _HOLDS


def test_an_enclosure_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(Enclosure(F(0), F(1)))


class _Known(sp.NumberSymbol):
    """A constant that is known to lie between 1 and 2."""

    enclosure = Enclosure(F(1), F(2))


def test_a_constant_may_bring_its_enclosure() -> None:
    assert enclose(3 * _Known() + 1) == Enclosure(F(4), F(7))


_CASES = sp.Piecewise((1, n < 2), (n, sp.And(n >= 3, k > n)), (5, k > 9))


@pytest.mark.parametrize(
    ("at", "other", "value"),
    [
        (F(1), F(0), 1),
        (F(3), F(4), 3),
        (F(2), F(10), 5),
        (F(4), F(10), 4),
        (F(4), F(19, 2), 4),
    ],
)
def test_the_first_case_that_holds(at, other, value) -> None:
    assert enclose(_CASES, {n: at, k: other}) == Enclosure.exact(value)


@pytest.mark.parametrize(
    ("at", "other", "message"),
    [
        (Enclosure(F(1), F(2)), F(0), "open"),
        (Enclosure(F(1), F(3)), F(0), "open"),
        (F(4), Enclosure(F(3), F(5)), "open"),
        (F(2), F(9), "no case"),
    ],
)
def test_cases_that_are_open_or_none(at, other, message) -> None:
    with pytest.raises(NonFiniteError, match=message):
        enclose(_CASES, {n: at, k: other})


def test_truths() -> None:
    values = {n: Span.rational(F(1)), k: Span.between(fmpq(0), fmpq(1))}
    with working_precision(64):
        truth = evaluate._Evaluator(values, {})._truth
        assert truth(sp.true) is True
        assert truth(sp.false) is False
        assert truth(sp.And(n < 2, k <= 1)) is True
        assert truth(sp.And(k < 0, 1 / (n - 1) > k, evaluate=False)) is False
        assert truth(sp.And(n < 2, k < 1)) is None
        assert truth(sp.Or(n < 2, k < 1)) is None
        assert truth(1 / (n - 1) > k) is None
        assert truth(sp.Symbol("z") > k) is None
        for sign in (1, 0, -1):
            level = n + sign  # k, from 0 to 1, against 2, 1 and 0
            assert truth(sp.Gt(k, level)) is (False if sign >= 0 else None)
            assert truth(sp.Ge(k, level)) is {1: False, 0: None, -1: True}[sign]
            assert truth(sp.Lt(k, level)) is {1: True, 0: None, -1: False}[sign]
            assert truth(sp.Le(k, level)) is {1: True, 0: True, -1: None}[sign]


def test_logarithms_of_products_however_large() -> None:
    large = sp.log(sp.Mul(3, sp.pi**2, sp.exp(n), sp.E, evaluate=False), evaluate=False)
    found = enclose(large, {n: 10**12})
    with mp.workdps(40):
        truth = F(mp.nstr(mp.log(3 * mp.pi**2) + 1 + 10**12, 35))
    assert found.lower - F(1, 10**4) <= truth <= found.upper + F(1, 10**4)
    assert found.width < F(1, 10**4)
    with pytest.raises(NonFiniteError):
        enclose(sp.log(sp.Mul(-3, sp.pi, evaluate=False), evaluate=False))


def test_indices_together_take_too_many_values(monkeypatch) -> None:
    i, j = sp.symbols("i j", integer=True)
    total = sp.Sum(i * j, (i, 1, 4), (j, 1, 4))
    assert enclose(total) == Enclosure.exact(100)
    monkeypatch.setattr(evaluate, "MAX_TERMS", 15)
    with pytest.raises(InvalidParameterError, match="at most 15 terms"):
        enclose(total)
    monkeypatch.setattr(evaluate, "MAX_TERMS", 16)
    assert enclose(total) == Enclosure.exact(100)


def test_binomial_coefficients_of_many() -> None:
    assert enclose(sp.binomial(n, k), {n: 10**6, k: 2}).contains(F(10**6 * 999_999, 2))
    for whole in (-1, 2**63):
        with pytest.raises(InvalidParameterError, match="binomial"):
            enclose(sp.binomial(n, k), {n: whole, k: 1})


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


def _half_line(rate: sp.Expr) -> sp.Expr:
    return sp.Integral(sp.exp(-rate * R), (R, 0, sp.oo))


def test_integrals_that_are_not_finished_have_no_value(monkeypatch) -> None:
    assert enclose(_half_line(n), {n: 2}).contains(F(1, 2))
    with pytest.raises(NonFiniteError):
        enclose(_half_line(n), {n: Enclosure(F(1, 10**6), F(10))})
    monkeypatch.setattr(half_line, "_MAX_NODES", 10)
    with pytest.raises(InvalidParameterError, match="Integral"):
        enclose(_half_line(n), {n: 2})
    monkeypatch.undo()
    monkeypatch.setattr(half_line, "_ROUNDS", 1)
    assert enclose(_half_line(n), {n: 2}).contains(F(1, 2))
    monkeypatch.setattr(half_line, "_ROUNDS", 0)
    with pytest.raises(NonFiniteError):
        enclose(_half_line(n), {n: 2})


def test_quantiles_that_are_undecided_are_not_verified(monkeypatch) -> None:
    words = np.array([7, 2**63, 2**64 - 1], np.uint64)
    values = normal_quantiles(words)
    assert proved.decide_one(7, values[0]) is _HOLDS
    largest = np.finfo(np.float32).max
    assert proved.decide_one(7, largest) is _FAILS
    assert proved.decide_one(7, np.float32(-largest)) is _FAILS
    monkeypatch.setattr(proved, "_quantile", lambda word: arb(0, 20))
    assert proved.decide_one(7, values[0]) is _OPEN
    # nothing is sure in floats: all are left to balls
    monkeypatch.setattr(proved, "_surely_nearest", lambda w, v: np.zeros(len(v), bool))
    found = check_normal_quantiles(words, values)
    assert (found.verdict, found.position) == (_OPEN, 0)
    with pytest.raises(ArithmeticError, match="too near a midpoint"):
        normal_quantiles(words)


def test_a_coefficient_that_is_not_known_is_not_rounded() -> None:
    assert table._nearest(arb(0)) == 0
    with working_precision(256):
        third = arb(1) / 3
    assert table._nearest(third) == 1 / 3
    with pytest.raises(ArithmeticError, match="too wide"):
        table._nearest(arb("0.5", 2.0**-50))


def test_probabilities_that_are_not_known(monkeypatch) -> None:
    assert not special._clipped(arb(1) / 0).is_finite()
    monkeypatch.setattr(special, "_RETRIES", 3)
    tries: list[int] = []

    def vague() -> arb:
        tries.append(1)
        return arb("0.5", 1)

    with working_precision(64):
        found = special._probability(vague)
    assert len(tries) == 4
    assert found.contains(arb("0.01"))
    assert not found.contains(arb("1.01"))


def test_a_forked_process_has_a_lock_of_its_own() -> None:
    before = precision._lock
    precision._renew_lock()
    assert precision._lock is not before
    with working_precision(64):
        assert arb(2).sqrt() > 1
