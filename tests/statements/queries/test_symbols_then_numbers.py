"""A symbolic answer at numbers is the answer at those numbers, in every statement.

Three kinds of fault would break it, and each is planted at the end: indices of a sum
that get lost, values that meet a bound variable of their name, and values of the wrong
kind. Symbols therefore have the names of bound variables, of other symbols of the
statement, and of the machinery; and the numbers are put into the symbolic answer here,
by plain loops, not by what is tested.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any
from zlib import crc32

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import UndefinedFunction

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import Statement, Variable, statement, statements
from slth_verify.statements._vocabulary import NamedSet
from slth_verify.statements.decisions.decide import enclosed, infinite
from slth_verify.statements.queries import values as values_module

INTEGERS = (sp.S.Naturals, sp.S.Naturals0)
CLAIMS = [(s.id, claim.name) for s in statements() for claim in s.claims]

#: Numbers at which every formula is defined, where 1 to 3 are not.
KNOWN: dict[str, dict[str, Any]] = {
    "thm:rss": {"eps": "1/5"},
    "der:first-moment": {"n": 3},
    "der:layer-necessary": {"n": 1, "d": 2, "c": 1},
    "der:crude-moment": {"n": 9, "k": 4, "m": 1, "eps": "1/10"},
    "der:sharp-moment": {"n": 9, "k": 4, "m": 1, "eps": "1/10"},
    "der:weighted-moment": {"n": 30, "k": 8, "m": 2, "eps": "1/10", "lam": "1/8"},
    "der:high-probability": {"n": 5, "k": 2, "m": 1, "A": "1/2", "z_M": "1/3"},
    "lem:nsn-sum": {"k": 9, "m": 2},
    "lem:nsn-joint": {"k": 12, "m": 2, "j": 3},
    "rel:fixed-size-rss-one": {"n": 12, "k": 3},
    "rel:fixed-size-rss-all": {"n": 12, "k": 3},
    "rel:fixed-size-rss-lower": {"n": 12, "k": 3},
}


# -- numbers, put in by plain loops --------------------------------------------------


def at_numbers(node: Any, numbers: Mapping[Any, Any]) -> Any:
    """An expression at numbers for its free symbols; an oracle of its own."""
    if isinstance(node, sp.Symbol):
        return numbers.get(node, node)
    if isinstance(node, (sp.Sum, sp.Product)):
        return by_loops(node, list(node.limits), numbers)
    if isinstance(node, sp.Indexed):
        indices = [at_numbers(index, numbers) for index in node.indices]
        if isinstance(node.base, sp.NDimArray):
            return node.base[tuple(map(int, indices))]
        return entry_at(numbers[node.base], indices)
    if isinstance(node, sp.core.function.AppliedUndef):
        arguments = [at_numbers(part, numbers) for part in node.args]
        return numbers[node.func](*arguments)
    if isinstance(node, ExprWithLimits):
        inner = {s: v for s, v in numbers.items() if s not in node.variables}
        ((variable, *ends),) = node.limits
        limits = (variable, *(at_numbers(end, numbers) for end in ends))
        return node.func(at_numbers(node.function, inner), limits)
    if not node.args:
        return node
    return node.func(*(at_numbers(part, numbers) for part in node.args))


def by_loops(node: Any, limits: list[Any], numbers: Mapping[Any, Any]) -> Any:
    if not limits:
        return at_numbers(node.function, numbers)
    *inner, (index, low, high) = limits
    first, last = (int(at_numbers(end, numbers)) for end in (low, high))
    assert last >= first - 1
    parts = [
        by_loops(node, inner, {**numbers, index: sp.Integer(value)})
        for value in range(first, last + 1)
    ]
    return sp.Mul(*parts) if isinstance(node, sp.Product) else sp.Add(*parts)


def entry_at(value: Any, indices: list[Any]) -> Any:
    for index in indices:
        value = value[int(index) - 1] if isinstance(value, list) else value
    return sp.sympify(value)


def same(first: Any, second: Any) -> bool:
    """Equal as formulas, or enclosures that meet and are narrow."""
    if first == second or sp.expand(first - second) == 0:
        return True
    one, other = (enclosed(part, 200) for part in (first, second))
    if one is None or other is None:
        return unnamed(first) == unnamed(second)
    low, high = max(one.lower, other.lower), min(one.upper, other.upper)
    size = max(abs(one.upper), abs(one.lower))
    return low <= high and one.upper - one.lower <= size / 2**90


def unnamed(expression: Any) -> Any:
    """The expression with one name for the variable of every integral."""
    names = {v: sp.Symbol("R", positive=True) for v in bound_in(expression)}
    return expression.xreplace(names)


def bound_in(expression: Any) -> set[Any]:
    return {
        variable
        for node in sp.preorder_traversal(expression)
        if isinstance(node, ExprWithLimits)
        for variable in node.variables
    }


# -- what is asked ------------------------------------------------------------------


def numbers_for(s: Statement, draw: Callable[[int, int], int]) -> dict[str, Any]:
    """A value for every symbol: small numbers, arrays of them, and functions."""
    values: dict[str, Any] = {}
    for variable in s.symbols:
        if isinstance(variable.symbol, UndefinedFunction):
            x = sp.Dummy(real=True)
            values[variable.name] = sp.Lambda(x, x**2 + draw(1, 3))
        elif isinstance(variable.symbol, sp.IndexedBase):
            values[variable.name] = array(variable, s, draw)
        elif not isinstance(variable.domain, NamedSet):
            low = 1 if variable.domain in INTEGERS else 2
            number = sp.Integer(draw(low, 3))
            values[variable.name] = (
                number if variable.domain in INTEGERS else 1 / (number + 1)
            )
    known = KNOWN.get(s.id, {})
    return values | {name: sp.Rational(value) for name, value in known.items()}


def array(variable: Variable, s: Statement, draw: Callable[[int, int], int]) -> Any:
    """Entries for all indices up to 3, in as many dimensions as the symbol has."""
    formulas = [claim.expression for claim in s.claims]
    ranks = {
        len(node.indices)
        for formula in formulas
        for node in formula.atoms(sp.Indexed)
        if node.base == variable.symbol
    }

    def block(rank: int) -> Any:
        return [block(rank - 1) for _ in range(3)] if rank else sp.Integer(draw(0, 1))

    return block(max(ranks, default=1))


def hostile_names(s: Statement, formula: Any) -> list[str]:
    """Bound variables first, then other symbols, then names of the machinery."""
    bound = sorted({str(v) for v in bound_in(formula)})
    deeper = {str(v) for item in s.definitions for v in bound_in(item.rhs)}
    return [*bound, *sorted(deeper), "t", "u_C", "i", "j", "R", "i_1", "small", "a"]


def named(variable: Variable, name: str) -> Any:
    """A symbol of that name, with what the domain asks for."""
    if variable.domain in INTEGERS:
        return sp.Symbol(name, integer=True)
    kinds = [{"integer": True}, {"positive": True}, {"real": True}]
    return sp.Symbol(name, **kinds[crc32(f"{name} {variable.name}".encode()) % 3])


def formulas(s: Statement, claim: str) -> Any:
    """The claim with auxiliary functions written out, which may bind more."""
    return values_module.evaluate(s, s.claim(claim).expression, {})


def mismatch(
    identifier: str, claim: str, draw: Callable[[int, int], int]
) -> tuple[str, str] | None:
    """The two answers where they differ; None where they are the same."""
    s = statement(identifier)
    numbers = numbers_for(s, draw)
    numbers.pop(str(s.claim(claim).subject), None)
    at_once = s.bound(claim, check=False, **numbers)
    assert not infinite(at_once), "numbers at which the formula is defined are wanted"
    formula = formulas(s, claim)
    free = [
        variable
        for variable in s.symbols
        if isinstance(variable.symbol, sp.Symbol) and variable.name in numbers
    ]
    names = hostile_names(s, formula)
    shift = draw(0, 7)
    picked = [v for v in free if draw(0, 2)] or free
    symbols = {
        v.name: sp.Symbol(f"{name}", **named(v, name)._assumptions_orig)
        for v, name in zip(picked, itertools.cycle(names[shift:] + names), strict=False)
    }
    if len({str(symbol) for symbol in symbols.values()}) < len(symbols):
        symbols = distinct(symbols)
    arrays = {
        v.symbol: numbers[v.name]
        for v in s.symbols
        if v.name in numbers and not isinstance(v.symbol, sp.Symbol)
    }
    # some arrays stay symbols; a function left out would have its definition
    bases = [array for array in arrays if isinstance(array, sp.IndexedBase)]
    kept = {str(base) for base in bases if draw(0, 1)}
    given = {name: value for name, value in numbers.items() if name not in kept}
    symbolic = s.bound(claim, check=False, **{**given, **symbols})
    then = {symbol: numbers[name] for name, symbol in symbols.items()}
    later = at_numbers(symbolic, {**then, **arrays})
    if same(at_once, later):
        return None
    return sp.srepr(at_once), sp.srepr(later)  # plain text would order by evaluation


def distinct(symbols: dict[str, Any]) -> dict[str, Any]:
    """The same with one more stroke on names that occur twice."""
    seen: dict[str, int] = {}
    result = {}
    for name, symbol in symbols.items():
        count = seen[symbol.name] = seen.get(symbol.name, 0) + 1
        stroked = symbol.name + "'" * (count - 1)
        result[name] = sp.Symbol(stroked, **symbol._assumptions_orig)
    return result


@pytest.mark.parametrize(("identifier", "claim"), CLAIMS)
@given(data=st.data())
@settings(max_examples=4)
def test_symbols_then_numbers(identifier: str, claim: str, data: Any) -> None:
    def draw(low: int, high: int) -> int:
        return int(data.draw(st.integers(low, high)))

    assert mismatch(identifier, claim, draw) is None


def fixed(*numbers: int) -> Callable[[int, int], int]:
    """Draws that are the given numbers in turn, brought into their range."""
    endless = itertools.cycle(numbers)
    return lambda low, high: low + next(endless) % (high - low + 1)


# -- thresholds ---------------------------------------------------------------------

THRESHOLDS = [
    ("thm:rss", "n", None, {"eps": "1/5", "C": 3}),
    ("thm:rss", "eps", None, {"n": 9, "C": 3}),
    ("thm:mrss-nsn", "k", None, {"m": 2, "eps": "1/5", "C": "1/9"}),
    ("thm:structured-slth", "n", None, {"d": 2, "c_in": 3, "c_out": 2, "depth": 2}),
    ("lem:error-accumulation", "depth", None, {"eta": "1/9", "error": 3}),
    ("der:rss-explicit", "n", None, {"eps1": "2/5", "eps2": "9/10", "delta": "9/10"}),
    ("der:rss-whole", "n", None, {"eps1": "1/5", "eps2": "1/5", "delta": "1/5"}),
    ("der:rss-whole", "n", "failure", {"eps1": "1/5", "eps2": "1/5", "F": "1/5"}),
    ("der:rss-counting", "n", None, {"eps": "1/9"}),
    ("der:structured-slth", "depth", "accuracy", {"eps_i": "1/90", "eps": "1/5"}),
    ("der:structured-slth", "n", None, {"p": "1/2", "c_in": 3, "depth": 2, "n_0": 9}),
    ("der:two-blocks", "B", "samples", {"n_all": 1000, "n_0": 97}),
    ("der:layer-error", "M", "a-priori", {"error": 2, "d": 2, "c_in": 3, "rho": "1/9"}),
    ("der:layer-error", "M", "exact", {"e_o": 6, "d": 1, "c_in": 2}),
    ("rel:gaussian-mrss", "n", None, {"d": 3, "eps": "1/5", "C": 2}),
    ("rel:fixed-size-rss-one", "eps", None, {"n": 12, "k": 3, "C": 2}),
]
REST = {
    "thm:structured-slth": {"eps": "1/5", "C": 2},
    "der:structured-slth": {"d": 1, "c_in": 2, "delta": "1/5", "t": 2},
    "der:layer-error": {"D_p": 1, "D_n": 0},
}


def solved(s: Statement, name: str, of: str | None, given: dict[str, Any]) -> Any:
    """The threshold, or None where the query says that a symbol needs a value."""
    try:
        return s.solve_for(name, of=of, **given)
    except InvalidParameterError as error:
        if "have no value" in str(error):
            return None
        raise


@pytest.mark.parametrize(("identifier", "name", "of", "values"), THRESHOLDS)
@pytest.mark.parametrize("letters", ["ijkR", "tun_", "nCed"])
def test_thresholds_with_symbols_then_numbers(
    identifier: str, name: str, of: str | None, values: dict[str, Any], letters: str
) -> None:
    s = statement(identifier)
    names = {v.name for v in s.symbols}
    rest = {k: v for k, v in REST.get(identifier, {}).items() if k in names}
    rest = {k: v for k, v in rest.items() if k not in values and k != name}
    at_once = s.solve_for(name, of=of, **values, **rest)
    checked = 0
    for symbol, letter in zip(values, letters, strict=False):
        variable = s.variable(symbol)
        own = named(variable, letter + "'" if letter in (name, "n", "C") else letter)
        given = {**values, **rest, symbol: own}
        symbolic = solved(s, name, of, given)
        if symbolic is None:  # the sign of a symbol was needed: refused, not wrong
            continue
        checked += 1
        later = at_numbers(symbolic, {own: sp.Rational(str(values[symbol]))})
        assert same(at_once, later), (symbol, symbolic)
    assert checked


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


@pytest.mark.parametrize(
    ("identifier", "claim"),
    [
        ("der:layer-error", "exact"),
        ("der:channel-certificate", "error"),
        ("der:channel-certificate", "range"),
    ],
)
def test_lie_a_lost_index_is_noticed(
    monkeypatch: pytest.MonkeyPatch, identifier: str, claim: str
) -> None:
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
