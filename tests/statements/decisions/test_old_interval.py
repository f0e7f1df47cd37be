"""The enclosures against rational intervals: never the opposite, never less decided."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from old_interval.complaints import Q, complaint, on_cell, x
from old_interval.constants import constants_at

from slth_verify.statements import Statement, statements
from slth_verify.statements.decisions.proved import Ceil, Floor, Greatest, Least


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


# -- drawn constants, and cells -----------------------------------------------------

ONE = [
    *(sp.exp, sp.log, sp.sqrt, sp.erf, sp.erfc, Ceil, Floor),
    lambda a: sp.Abs(a),
    lambda a: a**-3,
    lambda a: a**4,
    lambda a: a ** Q(2, 3),
    lambda a: sp.Pow(a, sp.sqrt(2), evaluate=False),
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


ENDS = st.fractions(Fraction(1, 50), 6, max_denominator=50)


@given(FORMULAS.filter(small), ENDS, ENDS)
@settings(max_examples=80)
def test_drawn_cells(formula: Any, one: Fraction, other: Fraction) -> None:
    low, high = min(one, other), max(one, other) + Fraction(1, 100)
    assert on_cell(formula, low, high) is None
