"""Cases and decisions at their corners: what is open is never decided."""

from __future__ import annotations

from fractions import Fraction

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
from slth_verify.enclosure.expressions import evaluate
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
