"""Queries with symbols of hostile names, and where their answers go wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any
from zlib import crc32

import sympy as sp
from sympy.core.function import UndefinedFunction

from slth_verify.statements import Statement, Variable, statement
from slth_verify.statements.decisions.decide import infinite
from slth_verify.statements.queries.values import evaluate
from slth_verify.statements.vocabulary import NamedSet
from symbolic_answers.by_loops import at_numbers, bound_in, same

INTEGERS = (sp.S.Naturals, sp.S.Naturals0)

#: Numbers at which every formula is defined, where 1 to 3 are not.
KNOWN: dict[str, dict[str, Any]] = {
    "thm:rss": {"eps": "1/5"},
    "der:first-moment": {"n": 3},
    "der:layer-necessary": {"n": 1, "d": 2, "c": 1},
    "der:crude-moment": {"n": 9, "k": 4, "m": 1, "eps": "1/10"},
    "der:sharp-moment": {"n": 9, "k": 4, "m": 1, "eps": "1/10"},
    "der:weighted-moment": {"n": 30, "k": 8, "m": 2, "eps": "1/10", "lam": "1/8"},
    "der:high-probability": {"n": 5, "k": 2, "m": 1, "A": "1/2", "z_M": "1/3"},
    "der:joint-forms": {"n": 1, "N": 2},
    "der:joint-floors": {"n": 1, "N": 2, "i": 2},
    "lem:nsn-sum": {"k": 9, "m": 2},
    "lem:nsn-joint": {"k": 12, "m": 2, "j": 3},
    "rel:fixed-size-rss-one": {"n": 12, "k": 3},
    "rel:fixed-size-rss-all": {"n": 12, "k": 3},
    "rel:fixed-size-rss-lower": {"n": 12, "k": 3},
}


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


def named(variable: Variable, name: str, formula: Any = None) -> Any:
    """A symbol of that name, with what the domain asks for.

    Fractions are put in for symbols of real numbers. An integer is taken out of a
    floor, where the fraction must not be: there is none in such a formula.
    """
    if variable.domain in INTEGERS:
        return sp.Symbol(name, integer=True)
    kinds = [{"integer": True}, {"positive": True}, {"real": True}]
    if formula is not None and formula.has(sp.floor, sp.ceiling):
        kinds[0] = {"real": True}
    return sp.Symbol(name, **kinds[crc32(f"{name} {variable.name}".encode()) % 3])


def formulas(s: Statement, claim: str) -> Any:
    """The claim with auxiliary functions written out, which may bind more."""
    return evaluate(s, s.claim(claim).expression, {})


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
        v.name: sp.Symbol(f"{name}", **named(v, name, formula)._assumptions_orig)
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
