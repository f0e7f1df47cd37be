"""Sums and products over several indices are written out term by term."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.limits import TERMS
from slth_verify.statements import decide, statement
from slth_verify.statements.decisions.decide import relation_truth
from slth_verify.statements.decisions.substitution import expand_sums
from slth_verify.statements.formulas.sums import terms
from slth_verify.statements.queries.monotone import trend
from slth_verify.statements.queries.signs import Signs
from slth_verify.verdict import Verdict

a, b, c, n = sp.symbols("a b c n", integer=True)
x = sp.Symbol("x", real=True)


def test_both_indices_count() -> None:
    assert expand_sums(sp.Sum(a * b, (a, 1, 2), (b, 1, 3))) == 18
    assert expand_sums(sp.Sum(a * b, (a, 1, b), (b, 1, 3))) == 25
    assert expand_sums(sp.Product(a + b, (a, 1, 2), (b, 1, 2))) == 2 * 3 * 3 * 4


def test_what_is_still_symbolic_stays() -> None:
    assert expand_sums(sp.Sum(a * b, (a, 1, 2), (b, 1, n))) == sp.Sum(3 * b, (b, 1, n))
    kept = sp.Sum(a * b, (a, 1, n), (b, 1, 2))
    assert expand_sums(kept) == kept
    assert expand_sums(3) == 3


def test_a_sum_of_too_many_terms_stays() -> None:
    long = sp.Sum(1 / a, (a, 1, 10**12))
    assert expand_sums(long) == long
    assert terms(sp.Sum(a, (a, 1, TERMS + 1)), relation_truth) is None
    assert decide(long, ">", 1) is Verdict.INCONCLUSIVE


def test_layers_count_every_channel() -> None:
    layer = statement("der:layer-error")
    one = layer.bound("exact", M=1, d=1, c_in=1, D_p=1, D_n=0)
    two = layer.bound("exact", M=1, d=1, c_in=2, D_p=1, D_n=0)
    large = layer.bound("exact", M=1, d=3, c_in=2, D_p=1, D_n=0)
    assert (one, two, large) == (1, 2, 18)
    entries = [[["1/2", -3]]]
    assert layer.bound("exact", M=2, d=1, c_in=2, D_p=entries, D_n=0) == 6


def test_channels_and_layers_are_all_there() -> None:
    channel = statement("der:channel-certificate")
    values = {"d": 2, "c_in": 3, "K": 1, "D_p": "-1/2", "R": [1, 2, 3], "E": 1}
    # sum over 4 places of (R_k + E_k)/2 is 18; then E_k |K| over 12 entries
    assert channel.bound("error", **values) == 18 + 12
    assert channel.bound("range", d=2, c_in=3, K=1, R=[1, 2, 3]) == 24
    many = statement("der:accumulation")
    assert many.bound("product", depth=3, L=1, E=[1, 2, 3]) == 2 * 3 * 4 - 1


def test_thresholds_see_every_index() -> None:
    layer = statement("der:layer-error")
    answer = layer.threshold("M", of="exact", e_o=6, d=1, c_in=2, D_p=1, D_n=0)
    assert answer.value == 3
    two, three = (
        {"d": 1, "c_in": channels, "D_p": 1, "D_n": 0, "M": 1} for channels in (2, 3)
    )
    found = layer.compare(layer, of="exact", second_values=three, **two)
    assert (found.left, found.right, found.smaller) == (2, 3, layer.id)


# -- a property, with an oracle of its own ------------------------------------------


def by_loops(node: Any, at: dict[Any, int]) -> Any:
    """Value of a sum by plain loops, the last limit outermost; empty or backwards."""

    def over(limits: tuple[Any, ...], at: dict[Any, int]) -> Iterator[tuple[Any, int]]:
        if not limits:
            yield node.function.subs(at), 1
            return
        *inner, (index, low, high) = limits
        first, last = (int(sp.sympify(end).subs(at)) for end in (low, high))
        sign = 1 if last >= first - 1 else -1
        values = range(first, last + 1) if sign > 0 else range(last + 1, first)
        for value in values:
            for term, other in over(tuple(inner), {**at, index: value}):
                yield term, sign * other

    found = list(over(node.limits, at))
    if isinstance(node, sp.Product):
        return sp.prod([term**sign for term, sign in found])
    return sum((sign * term for term, sign in found), start=sp.Integer(0))


@st.composite
def nested(draw: st.DrawFn) -> Any:
    """A sum or product over one to three indices; ends may depend on outer ones."""
    indices = draw(st.permutations([a, b, c]))[: draw(st.integers(1, 3))]
    limits = []
    for place, index in enumerate(indices):
        outer = [*indices[place + 1 :], sp.Integer(0)]
        low, high = (
            draw(st.sampled_from(outer)) + draw(st.integers(-1, 3)) for _ in range(2)
        )
        limits.append((index, low, high))
    term = draw(
        st.sampled_from([a + 2 * b, a * b + c, a + b * c + 7, (a + 1) * (b - c), 2**a])
    )
    kind = draw(st.sampled_from([sp.Sum, sp.Product]))
    return kind(term + sp.Rational(1, 3), *limits)


def all_indices_count(expand: Callable[[Any], Any], node: Any) -> bool:
    """The expanded sum, at numbers for what is left, is what loops give."""
    at = dict.fromkeys(node.free_symbols, 2)
    return bool(expand(node.subs(at)) == by_loops(node, at))


@given(node=nested())
@settings(max_examples=60)
def test_expansion_is_what_loops_give(node: Any) -> None:
    assert all_indices_count(expand_sums, node)


@given(node=nested().filter(lambda node: isinstance(node, sp.Sum)))
@settings(max_examples=20)
def test_expansion_is_what_sympy_means(node: Any) -> None:
    at = dict.fromkeys(node.free_symbols, 2)
    assert expand_sums(node.subs(at)) == node.subs(at).doit()


def first_index_only(expression: Any) -> Any:
    """Lie: only the first limit is looked at, the others vanish."""

    def written(node: Any) -> Any:
        (index, low, high), *_ = node.limits
        values = range(int(low), int(high) + 1)
        return sp.Add(*(node.function.subs(index, value) for value in values))

    return expression.replace(lambda node: isinstance(node, sp.Sum), written)


def independent_limits(expression: Any) -> Any:
    """Lie: the ends of inner ranges are taken at the start of the outer ones."""

    def frozen(node: Any) -> Any:
        starts = {index: low for index, low, _ in node.limits}
        limits = [
            (index, low, sp.sympify(high).subs(starts))
            for index, low, high in node.limits
        ]
        return node.func(node.function, *limits).doit()

    return expression.replace(lambda node: isinstance(node, sp.Sum), frozen)


@pytest.mark.parametrize(
    ("lie", "node"),
    [
        (first_index_only, sp.Sum(a * b + 1, (a, 1, 2), (b, 1, 3))),
        (first_index_only, sp.Sum(a, (a, 1, 2), (b, 1, 3))),
        (independent_limits, sp.Sum(a * b, (a, 1, b), (b, 1, 3))),
    ],
)
def test_lie_a_lost_index_is_noticed(lie: Callable[[Any], Any], node: Any) -> None:
    assert all_indices_count(expand_sums, node)
    assert not all_indices_count(lie, node)


# -- signs and trends over several indices ------------------------------------------


def declared_positive(part: Any) -> int | None:
    """A box in which every symbol counts as positive, whatever binds it."""
    at = {
        symbol: sp.Dummy(positive=True) for symbol in part.free_symbols if symbol != x
    }
    inside = sp.sympify(part).subs(at)
    return 1 if inside.is_positive else -1 if inside.is_negative else None


def test_every_index_of_a_sum_has_its_own_range() -> None:
    signs = Signs(declared_positive)
    assert signs(sp.Sum(a, (a, 1, 2), (b, -3, -1))) == 1
    assert signs(sp.Sum(b, (a, 1, 2), (b, -3, -1))) is None
    assert signs(sp.Sum(a * b, (a, b, b + 1), (b, 1, 2))) == 1
    assert signs(sp.Product(b, (a, 1, 2), (b, -3, -1))) is None


def test_lie_a_range_that_may_run_backwards_has_no_sign() -> None:
    signs = Signs(declared_positive)
    assert signs(sp.Sum(1, (a, 1, n))) == 1
    assert signs(sp.Sum(1, (a, 1, -n))) is None
    assert sp.Sum(1, (a, 1, -3)).doit() == -3


def test_a_bound_variable_does_not_move() -> None:
    s = statement("der:first-moment")
    k = s.variable("k").symbol
    assert trend(s, s.claim("probability").expression, k) == 0
    d = statement("der:layer-error").variable("d").symbol
    total = sp.Sum(a**2 * b**2, (a, 1, d), (b, 1, d))
    assert trend(statement("der:layer-error"), total, d) == 1
    assert trend(statement("der:layer-error"), total, a) == 0
