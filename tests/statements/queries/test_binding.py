"""A value never meets a bound variable of the same name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import statement
from slth_verify.statements.decisions.substitution import substitute
from slth_verify.statements.formulas.binding import canonical, is_free
from slth_verify.statements.vocabulary import Count, Exists, ForAll, Norm

i, j = sp.symbols("i j", integer=True)
w, x, y, z = sp.symbols("w x y z", real=True)
R = sp.Symbol("R", positive=True)
f = sp.Function("f")
A = sp.IndexedBase("A")


def le(left: Any, right: Any) -> Any:
    return sp.Le(left, right, evaluate=False)


#: An expression that binds a variable, a value for ``x`` of that name, and numbers
#: for that name: value of the expression with x = number, then of all at number.
BINDERS: list[tuple[Any, Any]] = [
    (sp.Sum(x * i, (i, 1, 3)), i),
    (sp.Product(x + i, (i, 1, 3)), i),
    (sp.Integral(x * R, (R, 0, 2)), R),
    (sp.Sum(x + i * j, (i, 1, j), (j, 1, 3)), j),
    (sp.Sum(x + i * j, (i, 1, j), (j, 1, 3)), i),
    (sp.Lambda(i, x + 2 * i)(5), i),
]


@pytest.mark.parametrize(("expression", "value"), BINDERS)
def test_a_name_of_a_bound_variable_is_as_good_as_any(expression, value) -> None:
    numbers = substitute(expression, {x: sp.Integer(7)}).doit()
    named = substitute(expression, {x: value})
    assert value in named.free_symbols
    assert substitute(named, {value: sp.Integer(7)}).doit() == numbers


@pytest.mark.parametrize(("expression", "value"), BINDERS[:4])
def test_lie_plain_replacement_is_noticed(expression, value) -> None:
    numbers = expression.xreplace({x: sp.Integer(7)}).doit()
    captured = expression.xreplace({x: value})
    assert captured.subs(value, 7).doit() != numbers


@pytest.mark.parametrize("binder", [ForAll, Exists, Count])
def test_quantifiers_keep_their_variables(binder: Callable[..., Any]) -> None:
    body = le(Norm(z - y, 2), x)
    node = binder(z, sp.S.Reals, body)
    for named in (substitute(node, {x: z}), node.subs(x, z)):
        assert z in named.free_symbols
        other = binder(w, sp.S.Reals, le(Norm(w - y, 2), z))
        assert canonical(named) == canonical(other)
    assert substitute(node, {z: y}) == node.subs(z, y) == node
    captured = node.xreplace({x: z})
    assert z not in captured.free_symbols  # the lie


def test_ends_of_a_range_lie_outside_it() -> None:
    found = substitute(sp.Sum(x * i, (i, 0, i)), {i: sp.Integer(3), x: i})
    assert found.doit() == 6 * i


def test_functions_and_arrays_bring_their_own_symbols() -> None:
    total = sp.Sum(f(j) + A[j], (j, 1, 2))
    found = substitute(total, {f: sp.Lambda(x, x + j), A: sp.Lambda(i, 10 * i * j)})
    assert found.doit() == 3 + 2 * j + 30 * j
    assert substitute(total, {f: sp.exp, A: [5, 6]}).doit() == sp.E + sp.E**2 + 11
    assert substitute(A[j], {A: sp.Array([5, 6])}).subs(j, 2) == 6


def test_a_lambda_does_not_capture_its_argument() -> None:
    inner = sp.Lambda(x, sp.Sum(x * i, (i, 1, 2)))
    assert substitute(f(i), {f: inner}).doit() == 3 * i
    assert inner(i).doit() != 3 * i  # what SymPy itself does


def test_values_go_in_at_once() -> None:
    assert substitute(x - 2 * y, {x: y, y: x}) == y - 2 * x


def test_cases_are_decided_by_proof() -> None:
    cases = sp.Piecewise((1, le(x, y)), (0, True))
    assert substitute(cases, {x: sp.log(3), y: sp.Rational(11, 10)}) == 1
    assert substitute(cases, {x: sp.log(3), y: sp.Rational(1, 10)}) == 0


def test_free_occurrences_only() -> None:
    assert not is_free(i, sp.Sum(i, (i, 1, 3)))
    assert is_free(i, sp.Sum(i, (i, 1, i)))
    assert is_free(f, f(i) + 1)
    assert is_free(A, A[i])


def test_missing_entries_are_named() -> None:
    with pytest.raises(InvalidParameterError, match=r"A\[3\]"):
        substitute(A[i], {A: [5, 6], i: 3})
    with pytest.raises(InvalidParameterError, match="takes 1 arguments"):
        substitute(f(i, j), {f: sp.Lambda(x, x)})


def test_two_blocks_with_the_name_of_its_index() -> None:
    s = statement("der:two-blocks")
    values = {"B": 2, "c": 1, "tau": 1, "m": 1}
    number = s.bound("miss", kappa=3, **values)
    named = s.bound("miss", kappa=sp.Symbol("i", integer=True), **values)
    assert named.subs(sp.Symbol("i", integer=True), 3) == number
    missed = statement("der:rss-missed")
    name = sp.Symbol("i", integer=True)
    assert missed.bound(n=2, eps=name, check=False).subs(name, 3) == missed.bound(
        n=2, eps=3, check=False
    )


def test_an_index_is_not_what_a_query_asks_for() -> None:
    with pytest.raises(InvalidParameterError, match="nothing to solve"):
        statement("der:first-moment").solve_for("k", P="1/2", m=1, eps="1/9", r=1, n=3)
