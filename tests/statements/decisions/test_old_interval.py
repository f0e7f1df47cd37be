"""The enclosures against rational intervals: never the opposite, never less decided."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from old_interval.constants import constants_at
from old_interval.decide import enclose as old_enclose
from old_interval.decide import sign_of as old_sign
from old_interval.interval import Interval, UndecidedError

from slth_verify.enclosure import _span
from slth_verify.statements import Statement, statements
from slth_verify.statements.decisions.decide import enclosed, enclosed_sign, sign_of
from slth_verify.statements.decisions.proved import Ceil, Floor, Greatest, Least
from slth_verify.statements.queries.isolate import Between

Q = sp.Rational


def old_enclosure(constant: Any, bits: int) -> Interval | None:
    try:
        return old_enclose(constant, bits)
    except UndecidedError:
        return None


def complaint(constant: Any) -> str | None:
    """How the enclosures fail the oracle at one constant; None where they do not."""
    if constant.free_symbols:
        return None
    fewest, most = 64, 200
    if constant.has(sp.Integral):  # slow: compared at one precision
        most = fewest
        ours, theirs = enclosed(constant, fewest), old_enclosure(constant, fewest)
        old, new = old_sign_of(theirs), enclosed_sign(ours)
    else:
        old, new = old_sign(constant), sign_of(constant)
    if old is not None and new != old:
        return f"{constant}: the sign {old} became {new}"
    fine = old_enclosure(constant, most)
    for bits in (fewest, most):
        coarse = enclosed(constant, bits)
        if fine is None or old_enclosure(constant, bits) is None:
            continue
        if coarse is None:
            return f"{constant}: nothing is known at {bits} bits"
        if coarse.lower > fine.upper or fine.lower > coarse.upper:
            return f"{constant}: the enclosures at {bits} and {most} bits are disjoint"
    return None


def of_statement(statement: Statement, seed: int) -> list[str]:
    random = Random(f"{statement.id} {seed}")
    found = map(complaint, constants_at(statement, random))
    return [text for text in found if text is not None]


@pytest.mark.parametrize("statement", statements(), ids=lambda s: s.id)
def test_statements_at_many_points(statement: Statement) -> None:
    assert [text for seed in range(2) for text in of_statement(statement, seed)] == []


@pytest.mark.nightly
@pytest.mark.parametrize("statement", statements(), ids=lambda s: s.id)
def test_statements_at_very_many_points(statement: Statement) -> None:
    found = [text for seed in range(2, 60) for text in of_statement(statement, seed)]
    assert found == []


# -- corners ------------------------------------------------------------------------

i = sp.Symbol("i", integer=True)


def raw(function: Any, *arguments: Any) -> Any:
    """The function, left to the enclosures."""
    return function(*arguments, evaluate=False)


ZEROS = [
    sp.sqrt(2) * sp.sqrt(3) - sp.sqrt(6),
    raw(sp.Add, raw(sp.Mul, sp.sqrt(2), sp.sqrt(3)), -sp.sqrt(6)),
    raw(sp.Add, sp.log(100), -2 * sp.log(10)),
    sp.Max(raw(sp.Pow, Q(4, 9), Q(1, 2)), Q(2, 3)) - Q(2, 3),
    sp.Sum(Q(1) / i, (i, 1, 60)) - sum(Q(1, k) for k in range(1, 61)),
    sp.Sum(sp.Piecewise((1, sp.Eq(sp.ceiling(i / 3), 2)), (0, True)), (i, 1, 10)) - 3,
    sp.Sum(sp.Piecewise((1, sp.log(i) >= sp.log(8) / 3), (0, True)), (i, 1, 10)) - 9,
    sp.Sum(sp.ceiling(sp.log(i) / sp.log(2)), (i, 1, 8)) - 17,
    sp.Sum(Ceil(sp.log(i) / sp.log(2)), (i, 1, 8)) - 17,
    sp.Piecewise((1, raw(sp.Eq, sp.log(100), raw(sp.Mul, 2, sp.log(10)))), (0, True))
    - 1,
    raw(sp.ceiling, 3 * raw(sp.Pow, Q(8, 27), Q(1, 3))) - 2,
    raw(sp.floor, raw(sp.Pow, Q(10) ** 40, Q(1, 2))) - 10**20,
    raw(sp.floor, raw(sp.log, sp.Integer(1))),
    raw(sp.log, raw(sp.Mul, Q(1, 2), 2)),
    raw(sp.Pow, Q(-1), 10**30 + 1) + 1,
    raw(sp.Pow, sp.Integer(0), 3),
    raw(sp.Mul, Q(1, 3**3000), Q(3**3000)) - 1,
    raw(sp.Add, raw(sp.Mul, Q(1, 7**400), Q(5**400)), -Q(5**400, 7**400)),
    sp.beta(3, 4) - Q(1, 60),
    sp.Sum(i, (i, 5, 1)) + 9,
    sp.Product(i, (i, 5, 1)) - Q(1, 24),
]
NEAR = [
    sp.exp(sp.pi * sp.sqrt(163)) - 262537412640768744,
    sp.pi - sp.Rational(str(sp.N(sp.pi, 300))),
    raw(sp.ceiling, raw(sp.Add, 1, sp.exp(-300))) - 2,
    sp.log(1 + Q(1, 10**80)),
    sp.erf(5) - 1,
    sp.erfc(9) - sp.exp(-81),
    1 / (sp.sqrt(2) - Q(141421356, 10**8)),
]
OTHERS = [
    raw(sp.gamma, Q(7, 2)) ** 2 - sp.pi * Q(225, 64),
    sp.exp(sp.Integer(10) ** 6),
    sp.exp(-(sp.Integer(10) ** 6)) * 2,
    sp.log(sp.pi ** (10**30)) - 10**30,
    sp.log(sp.pi ** (10**700) * sp.sqrt(2)) - 10**700,
    sp.log(3 * sp.exp(2**21)) - 2**21,
    sp.log(3 * sp.exp(10**1000)) - 10**1000,
    sp.log(raw(sp.Mul, sp.Integer(2) ** 100000, sp.pi)) - 69315,
    sp.log(raw(sp.factorial, sp.Integer(5000))) - 37591,
    sp.log(raw(sp.binomial, sp.Integer(10**6), sp.Integer(5 * 10**5))) - 693140,
    raw(sp.loggamma, Q(10**30) + Q(1, 3)) - 1,
    raw(sp.gamma, Q(10**6) + Q(1, 3)),
    raw(sp.binomial, sp.Integer(6000), sp.Integer(3000)) - 1,
]
UNDEFINED = [
    *(sp.nan, sp.zoo, raw(sp.Mul, 0, sp.oo), raw(sp.Pow, sp.Integer(0), -1)),
    *(sp.log(-1), sp.sqrt(-2), sp.I, sp.sin(1), sp.Function("f")(1), sp.Float("0.5")),
    raw(sp.Mul, 0, raw(sp.log, sp.Integer(0))),
    raw(sp.Mul, 0, raw(sp.zeta, sp.Integer(3))),
    raw(sp.Pow, sp.Integer(0), -sp.sqrt(2)),
    raw(sp.Pow, sp.Integer(-8), Q(1, 3)),
    1 / raw(sp.Add, raw(sp.Mul, sp.sqrt(2), sp.sqrt(3)), -sp.sqrt(6)),
    raw(sp.loggamma, Q(-1, 2)),
    raw(sp.gamma, sp.Integer(-1)),
    raw(sp.binomial, Q(1, 2), sp.Integer(2)),
    sp.Sum(1 / i, (i, -1, 1)),
    sp.Sum(i, (i, 1, sp.pi)),
    sp.Sum(i, (i, 1, 10**9)),
]


@pytest.mark.parametrize("constant", [*ZEROS, *NEAR, *OTHERS, *UNDEFINED])
def test_corners(constant: Any) -> None:
    assert complaint(sp.sympify(constant)) is None


@pytest.mark.parametrize("constant", ZEROS)
def test_exact_zeros_are_zero(constant: Any) -> None:
    assert sign_of(constant) == 0


@pytest.mark.parametrize("constant", NEAR)
def test_what_is_close_to_zero_has_a_sign(constant: Any) -> None:
    expected = 0 if "ceiling" in str(constant) else 1
    found = sign_of(constant)
    assert found is not None
    assert abs(found) == expected


@pytest.mark.parametrize("constant", UNDEFINED)
def test_what_is_undefined_stays_open(constant: Any) -> None:
    assert sign_of(constant) is None
    assert enclosed(constant, 64) is None


# -- drawn constants, and cells -----------------------------------------------------

x = sp.Symbol("x", positive=True)
ONE = [
    *(sp.exp, sp.log, sp.sqrt, sp.erf, sp.erfc, Ceil, Floor),
    lambda a: sp.Abs(a),
    lambda a: a**-3,
    lambda a: a**4,
    lambda a: a ** Q(2, 3),
    lambda a: raw(sp.Pow, a, sp.sqrt(2)),
]
TWO = [sp.Add, sp.Mul, Least, Greatest, lambda a, b: a - b, lambda a, b: a / (1 + b**2)]


def grown(parts: Any) -> Any:
    one = st.tuples(st.sampled_from(ONE), parts).map(lambda fa: fa[0](fa[1]))
    two = st.tuples(st.sampled_from(TWO), parts, parts).map(lambda f: f[0](*f[1:]))
    return st.one_of(one, two)


NUMBERS = st.fractions(-4, 4, max_denominator=12).map(lambda a: Q(str(a)))
CONSTANTS = st.recursive(
    st.one_of(NUMBERS, st.sampled_from([sp.pi, sp.E, sp.sqrt(2)])), grown, max_leaves=4
)
FORMULAS = st.recursive(st.one_of(NUMBERS, st.just(x)), grown, max_leaves=4)


def small(expression: Any) -> bool:
    """Whether the oracle can write it down soon: no exponential of another one."""
    deep = any(part.has(sp.exp) for e in expression.atoms(sp.exp) for part in e.args)
    return not deep and not expression.has(sp.zoo, sp.nan, sp.oo, sp.I)


@given(CONSTANTS.filter(small))
@settings(max_examples=60)
def test_drawn_constants(constant: Any) -> None:
    assert complaint(constant) is None


def on_cell(formula: Any, low: Fraction, high: Fraction) -> str | None:
    """How the enclosure over a cell fails the oracle; None where it does not."""
    at = {x: Between(low, high)}
    old, new = (
        old_enclosure(formula.xreplace(at), 96),
        enclosed(formula.xreplace(at), 96),
    )
    if new is None:
        return None if old is None else f"{formula}: nothing is known on the cell"
    signs = enclosed_sign(new), old_sign_of(old)
    if signs[1] is not None and signs[0] != signs[1]:
        return f"{formula}: the sign {signs[1]} became {signs[0]}"
    for step in range(5):
        point = low + (high - low) * step / 4
        inside = old_enclosure(formula.xreplace({x: Q(str(point))}), 96)
        if inside and not new.lower <= inside.upper:
            return f"{formula}: at {point} it is less than the enclosure says"
        if inside and not inside.lower <= new.upper:
            return f"{formula}: at {point} it is more than the enclosure says"
    return None


def old_sign_of(value: Interval | None) -> int | None:
    if value is None:
        return None
    if value.lower > 0 or value.upper < 0:
        return 1 if value.lower > 0 else -1
    return 0 if value.is_point else None


ENDS = st.fractions(Fraction(1, 50), 6, max_denominator=50)


@given(FORMULAS.filter(small), ENDS, ENDS)
@settings(max_examples=80)
def test_drawn_cells(formula: Any, one: Fraction, other: Fraction) -> None:
    low, high = min(one, other), max(one, other) + Fraction(1, 100)
    assert on_cell(formula, low, high) is None


# -- planted lies -------------------------------------------------------------------

SAMPLE = [
    sp.log(3) - 1,
    sp.exp(sp.sqrt(2)) - 4,
    sp.erf(Q(1, 3)) * sp.pi,
    sp.pi ** Q(1, 5),
]
CELLS = [x - 1, 1 / x, sp.erfc(x), (x - 1) * (x - 3), (x - 2) ** 2, sp.log(x) * x]


def caught() -> bool:
    cells = (on_cell(formula, Fraction(1, 2), Fraction(7, 2)) for formula in CELLS)
    return any(map(complaint, SAMPLE)) or any(cells)


def without_radius(number: Any) -> Any:
    return number.mid() if isinstance(number, _span.arb) else number


END = _span._end
LIES = {
    "a dropped radius": lambda number, *, up: END(without_radius(number), up=up),
    "a wrong direction": lambda number, *, up: END(number, up=not up),
    "always down": lambda number, *, up: END(number, up=False),
}


@pytest.mark.parametrize("lie", LIES)
def test_lie_about_the_ends_is_caught(
    monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    assert not caught()
    monkeypatch.setattr(_span, "_end", LIES[lie])
    assert caught()


def test_lie_about_the_corners_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_span, "_lesser", lambda x, y: x if x >= y else y)
    assert caught()


def test_lie_a_falling_function_that_rises_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_span.Span, "falling", _span.Span.rising)
    assert caught()


def test_lie_one_end_for_both_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def at_the_low_end(self: Any, function: Any) -> Any:
        return _span.Span.point(function(self.low))

    monkeypatch.setattr(_span.Span, "rising", at_the_low_end)
    assert caught()
