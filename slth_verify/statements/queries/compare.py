"""Which of two statements is stronger, where, and where that changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.limits import COMPARED_NODES
from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Claim
from slth_verify.statements.decisions.decide import sign_of
from slth_verify.statements.decisions.exact import read_exact
from slth_verify.statements.decisions.substitution import substitute
from slth_verify.statements.formulas import algebra
from slth_verify.statements.formulas.binding import is_free
from slth_verify.statements.queries.bound import refuse_violations
from slth_verify.statements.queries.box import sign
from slth_verify.statements.queries.comparison import (
    Comparison,
    comparison,
    without_winner,
)
from slth_verify.statements.queries.contradictions import constants
from slth_verify.statements.queries.domains import refuse_no_number
from slth_verify.statements.queries.isolate import (
    MOST_CELLS,
    OnCell,
    Piece,
    on_cells,
    on_cells_by_trends,
    sign_pieces,
)
from slth_verify.statements.queries.monotone import trend
from slth_verify.statements.queries.topics import differences, topic
from slth_verify.statements.queries.values import evaluate, read_values, with_defaults


def compare(
    first: StatementData,
    second: StatementData,
    *,
    of: str | tuple[str, str] | None = None,
    over: tuple[str, Any, Any] | None = None,
    width: Any = "1e-6",
    second_values: Mapping[str, Any] | None = None,
    formulas_only: bool = False,
    **values: Any,
) -> Comparison:
    """Compare two claims about the same event and the same quantity.

    Args:
        first: The first statement.
        second: The second statement.
        of: Claim or subject, for both or as a pair; the main claims by default.
        over: ``(name, low, high)``: compare for all values of one symbol in a range.
        width: Cells are split down to this relative width; a bracket around a crossover
            joins a few of them. What more cells than 4,000 would decide stays open, or
            fewer where formulas are long (`slth_verify.limits.COMPARED_NODES`).
        second_values: Values for the second statement only.
        formulas_only: Compare the bare bounds of claims about different things too;
            then none is called stronger.
        values: Values for every statement that has a symbol of that name.

    Returns:
        A `Comparison`.

    Raises:
        InvalidParameterError: If the claims are about different events or quantities at
            these values (the message says what differs), a name is in neither
            statement, or more symbols than the one of ``over`` have no value.

    Rigor:
        Exact: an order is given only where it is proved.
    """
    names = of if isinstance(of, tuple) else (of, of)
    claims = (first.claim(names[0]), second.claim(names[1]))
    _refuse_unknown(first, second, values)
    theirs = {**values, **(second_values or {})}
    if not formulas_only:
        _refuse_different((first, second), claims, (values, theirs))
    sides = _apart(
        (first, second),
        (_side(first, claims[0], values), _side(second, claims[1], theirs)),
    )
    difference = sides[0] - sides[1]
    pieces: tuple[Piece, ...] = ()
    if over is None:
        order = _order(first, second, difference)
    else:
        variable = first.variable(over[0])
        refuse_no_number(first, variable)
        symbol = variable.symbol
        for end in over[1:]:
            _refuse_end(first, claims[0], values, symbol, end)
            _refuse_end(second, claims[1], theirs, symbol, end)
        _refuse_open(difference, symbol, over, (first.id, second.id))
        trends = (
            _trend(first, claims[0], sides[0], symbol),
            _trend(second, claims[1], sides[1], symbol),
        )
        most = COMPARED_NODES // max(1, sum(map(algebra.evaluations, sides)))
        on_cell = _cells(sides, trends, symbol)
        pieces = _pieces(on_cell, over, width, min(MOST_CELLS, max(1, most)))
        signs = {piece.sign for piece in pieces}
        order = signs.pop() if len(signs) == 1 else None
    found = comparison((first.id, second.id), claims, sides, order, pieces)
    return without_winner(found) if formulas_only else found


def _refuse_different(
    statements: tuple[StatementData, StatementData],
    claims: tuple[Claim, Claim],
    values: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> None:
    """Refuse claims about different things, and say what differs."""
    pairs = zip(statements, claims, values, strict=True)
    topics = [topic(s, claim, _own(s, claim, given)) for s, claim, given in pairs]
    directions = (claims[0].direction, claims[1].direction)
    found = differences((topics[0], topics[1]), directions)
    if found:
        names = [f"{s.id} ({c.name})" for s, c in zip(statements, claims, strict=True)]
        raise InvalidParameterError(
            f"{names[0]} and {names[1]} differ in {', and in '.join(found)}: only "
            "claims about the same event and the same quantity are compared. Give "
            "values at which they agree, choose other claims with of=, or pass "
            "formulas_only=True to compare the bare bounds."
        )


def _trend(
    statement: StatementData, claim: Claim, side: Any, symbol: Any
) -> int | None:
    """Trend that the claim states, or that its structure shows.

    Cells have real ends, so that a trend over the integers says nothing of them.
    """
    if not is_free(symbol, side):
        return 0
    if symbol.is_integer:
        return None
    stated = claim.trend(str(symbol))
    return trend(statement, side, symbol) if stated is None else stated


def _cells(
    sides: tuple[Any, Any], trends: tuple[int | None, int | None], symbol: Any
) -> OnCell:
    """The difference on cells: by its two ends where both sides are monotone."""
    if trends[0] is None or trends[1] is None:
        return on_cells(sides[0] - sides[1], symbol)
    return on_cells_by_trends((sides[0], trends[0]), (sides[1], trends[1]), symbol)


def _refuse_open(
    difference: Any, symbol: Any, over: tuple[str, Any, Any], ids: tuple[str, str]
) -> None:
    extra = ", ".join(sorted(map(str, difference.free_symbols - {symbol})))
    if extra:
        raise InvalidParameterError(
            f"over={over[0]!r} leaves {extra} without a value: {ids[0]} and {ids[1]} "
            "can be compared over a range of one symbol only. Give the others values."
        )


def _pieces(
    on_cell: OnCell, over: tuple[str, Any, Any], width: Any, most: int
) -> tuple[Piece, ...]:
    """Stretches of proved order over a range of one symbol."""
    low, high = read_exact(over[1], "low"), read_exact(over[2], "high")
    if not (low.is_Rational and high.is_Rational and low < high):
        raise InvalidParameterError(
            f"over={over!r}: a range needs two rational ends, the lower one first. "
            "Write them as numbers or as strings such as '1/100'."
        )
    return sign_pieces(on_cell, low, high, read_exact(width, "width"), most)


def _refuse_end(
    statement: StatementData,
    claim: Claim,
    values: Mapping[str, Any],
    symbol: Any,
    end: Any,
) -> None:
    """Refuse a range that leaves the hypotheses; they hold between if at both ends."""
    at = {symbol: read_exact(end, str(symbol))}
    there = {
        name: substitute(value, at) if isinstance(value, sp.Basic) else value
        for name, value in values.items()
    }
    if str(symbol) in {variable.name for variable in statement.symbols}:
        there[str(symbol)] = at[symbol]
    _side(statement, claim, there)


def _refuse_unknown(
    first: StatementData, second: StatementData, values: Mapping[str, Any]
) -> None:
    known = {v.name for v in (*first.symbols, *second.symbols)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise InvalidParameterError(
            f"{', '.join(unknown)} is a symbol of neither {first.id} nor {second.id}: "
            "use their names of symbols."
        )


def _apart(
    statements: tuple[StatementData, StatementData], sides: tuple[Any, Any]
) -> tuple[Any, Any]:
    """The sides, with unnamed constants of two statements told apart: C and C_2."""
    first, second = statements
    if first.id == second.id:
        return sides
    shared = {
        constant: sp.Symbol(f"{constant}_2", real=True)
        for constant in constants(second)
        if constant in constants(first) and is_free(constant, sides[0])
    }
    return sides[0], substitute(sides[1], shared)


def _own(
    statement: StatementData, claim: Claim, values: Mapping[str, Any]
) -> dict[Any, Any]:
    """The values that concern a statement, defaults included, by SymPy symbol."""
    names = {variable.name for variable in statement.symbols}
    own = {name: value for name, value in values.items() if name in names}
    own.pop(str(claim.subject), None)
    return with_defaults(statement, read_values(statement, own))


def _side(statement: StatementData, claim: Claim, values: Mapping[str, Any]) -> Any:
    complete = _own(statement, claim, values)
    refuse_violations(statement, claim, complete)
    return evaluate(statement, claim.expression, complete)


def _order(first: StatementData, second: StatementData, difference: Any) -> int | None:
    """Proved sign of the difference at a point, or on both hypotheses' boxes."""
    if not difference.free_symbols:
        return sign_of(difference)
    for statement in (first, second):
        declared = {variable.symbol for variable in statement.symbols}
        if difference.free_symbols <= declared:
            found = sign(statement, difference)
            if found is not None:
                return found
    return None
