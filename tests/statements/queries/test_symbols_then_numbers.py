"""A symbolic answer at numbers is the answer at those numbers, in every statement.

Three kinds of fault would break it, and each is planted at the end: indices of a sum
that get lost, values that meet a bound variable of their name, and values of the wrong
kind. Symbols therefore have the names of bound variables, of other symbols of the
statement, and of the machinery; and the numbers are put into the symbolic answer by
plain loops, not by what is tested.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
from handmade.nightly import cases, nightly_but
from hypothesis import given
from hypothesis import strategies as st
from symbolic_answers.asked import mismatch

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import statement, statements
from slth_verify.statements.queries import values as values_module

CLAIMS = [(s.id, claim.name) for s in statements() for claim in s.claims]


@pytest.mark.parametrize(("identifier", "claim"), CLAIMS)
@given(data=st.data())
@cases(1, 4)
def test_symbols_then_numbers(identifier: str, claim: str, data: Any) -> None:
    def draw(low: int, high: int) -> int:
        return int(data.draw(st.integers(low, high)))

    assert mismatch(identifier, claim, draw) is None


def fixed(*numbers: int) -> Callable[[int, int], int]:
    """Draws that are the given numbers in turn, brought into their range."""
    endless = itertools.cycle(numbers)
    return lambda low, high: low + next(endless) % (high - low + 1)


# -- planted lies -------------------------------------------------------------------


def first_index_only(expression: Any) -> Any:
    """A sum is written out over its first index; the others vanish."""

    def finite(node: Any) -> bool:
        return isinstance(node, sp.Sum) and all(
            low.is_Integer and high.is_Integer for _, low, high in node.limits
        )

    def written(node: Any) -> Any:
        index, low, high = node.limits[0]
        values = range(int(low), int(high) + 1)
        return sp.Add(*(node.function.subs(index, value) for value in values))

    return expression.replace(finite, written)


def captured(expression: Any, values: Any, finish: Any = None) -> Any:
    """Values replace symbols wherever these occur, whatever binds their names."""
    if isinstance(expression, sp.core.relational.Relational):
        sides = [captured(side, values) for side in expression.args]
        return expression.func(*sides, evaluate=False)
    return sp.sympify(expression).xreplace(dict(values))


def noticed(identifier: str, claim: str) -> bool:
    """Whether some draws give two different answers; a crash counts as one."""
    for numbers in itertools.product((0, 1, 2), repeat=2):
        try:
            if mismatch(identifier, claim, fixed(*numbers)) is not None:
                return True
        except (TypeError, ValueError, KeyError):
            return True
    return False


SUMS = [
    ("der:layer-error", "exact"),
    ("der:channel-certificate", "error"),
    ("der:channel-certificate", "range"),
]


@pytest.mark.parametrize("summed", nightly_but(SUMS[2:], SUMS), ids=str)
def test_lie_a_lost_index_is_noticed(
    monkeypatch: pytest.MonkeyPatch, summed: tuple[str, str]
) -> None:
    identifier, claim = summed
    assert not noticed(identifier, claim)
    monkeypatch.setattr(values_module, "expand_sums", first_index_only)
    assert noticed(identifier, claim)


@pytest.mark.parametrize(
    ("identifier", "claim"),
    [
        ("der:two-blocks", "miss"),
        ("der:two-blocks", "failure"),
        ("der:rss-missed", "probability"),
        ("der:net", "points"),
    ],
)
def test_lie_a_captured_name_is_noticed(
    monkeypatch: pytest.MonkeyPatch, identifier: str, claim: str
) -> None:
    assert not noticed(identifier, claim)
    monkeypatch.setattr(values_module.binding, "substitute", captured)
    assert noticed(identifier, claim)


def test_lie_the_captured_answer_that_was_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    s, i = statement("der:two-blocks"), sp.Symbol("i", integer=True)
    values = {"B": 2, "c": 1, "tau": 1, "m": 1}
    assert s.bound("miss", kappa=i, **values).free_symbols == {i}
    monkeypatch.setattr(values_module.binding, "substitute", captured)
    assert s.bound("miss", kappa=i, **values).free_symbols == set()


def test_lie_a_wrong_kind_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Halves for integers: refused at once, so the symbol must be refused as well."""
    s = statement("thm:mrss-nsn")
    half, real = sp.Rational(9, 2), sp.Symbol("y", real=True)

    def agrees() -> bool:
        answers = []
        for value in (half, real, sp.I):
            try:
                answers.append(s.bound("size", m=value))
            except InvalidParameterError:
                answers.append(None)
        return answers == [None, None, None]

    assert agrees()
    lie = {"read": lambda s, variable, value: sp.sympify(value)}
    monkeypatch.setattr(values_module, "read_value", lie["read"])
    assert not agrees()
