"""Which of two statements is stronger, where, and where that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slth_verify.errors import InvalidParameterError
from slth_verify.statements._bound import (
    evaluate,
    read_values,
    refuse_violations,
    with_defaults,
)
from slth_verify.statements._box import sign
from slth_verify.statements._decide import sign_of
from slth_verify.statements._exact import read_exact
from slth_verify.statements._isolate import (
    OnCell,
    Piece,
    on_cells,
    on_cells_by_trends,
    sign_pieces,
)
from slth_verify.statements._monotone import trend
from slth_verify.statements._types import Claim, Direction
from slth_verify.statements.queries.binding import is_free
from slth_verify.verdict import NoTruthValue

if TYPE_CHECKING:
    from slth_verify.statements._statement import Statement

_SMALLER_IS_STRONGER = {
    Direction.SUFFICIENT: True,
    Direction.UPPER: True,
    Direction.NECESSARY: False,
    Direction.LOWER: False,
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of a comparison over a range.

    Attributes:
        low: Left end.
        high: Right end.
        smaller: Id of the statement with the smaller bound there; ``"equal"``; or None
            where the order is open (a narrow stretch around a crossover).
        stronger: Id of the stronger statement there; ``"equal"``; or None where the
            order is open or the directions differ.
    """

    low: Any
    high: Any
    smaller: str | None
    stronger: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison(NoTruthValue):
    """Outcome of `compare`.

    Attributes:
        subject: The bounded quantity.
        meanings: What it stands for in the first and in the second statement.
        left: Bound of the first statement, exact.
        right: Bound of the second, exact.
        directions: Directions of the two claims. If they differ, as sufficient and
            necessary do, neither is stronger: ``right - left`` is the gap between them.
        smaller: Id of the statement with the smaller bound; ``"equal"``; None if open.
        stronger: Id of the stronger statement; ``"equal"``; None if open or if the
            directions differ.
        stretches: For a comparison over a range, the stretches from left to right.
        crossovers: Brackets ``(low, high)`` in each of which the order changes.
    """

    subject: str
    meanings: tuple[str, str]
    left: Any
    right: Any
    directions: tuple[Direction, Direction]
    smaller: str | None
    stronger: str | None
    stretches: tuple[Stretch, ...] = ()
    crossovers: tuple[tuple[Any, Any], ...] = ()


def compare(
    first: Statement,
    second: Statement,
    *,
    of: str | tuple[str, str] | None = None,
    over: tuple[str, Any, Any] | None = None,
    width: Any = "1e-6",
    second_values: Mapping[str, Any] | None = None,
    **values: Any,
) -> Comparison:
    """Compare two claims about the same quantity.

    Args:
        first: The first statement.
        second: The second statement.
        of: Claim or subject, for both or as a pair; the main claims by default.
        over: ``(name, low, high)``: compare for all values of one symbol in a range.
        width: Cells are split down to this relative width; a bracket around a crossover
            joins a few of them.
        second_values: Values for the second statement only.
        values: Values for every statement that has a symbol of that name.

    Returns:
        A `Comparison`.

    Raises:
        InvalidParameterError: If a name is in neither statement, or more symbols than
            the one of ``over`` are left without a value.

    Rigor:
        Exact: an order is given only where it is proved.
    """
    names = of if isinstance(of, tuple) else (of, of)
    claims = (first.claim(names[0]), second.claim(names[1]))
    _refuse_unknown(first, second, values)
    theirs = {**values, **(second_values or {})}
    sides = (_side(first, claims[0], values), _side(second, claims[1], theirs))
    difference = sides[0] - sides[1]
    pieces: tuple[Piece, ...] = ()
    if over is None:
        order = _order(first, second, difference)
    else:
        for end in over[1:]:
            _refuse_end(first, claims[0], values, over[0], end)
            _refuse_end(second, claims[1], theirs, over[0], end)
        symbol = first.variable(over[0]).symbol
        _refuse_open(difference, symbol, over, (first.id, second.id))
        trends = (
            _trend(first, claims[0], sides[0], symbol),
            _trend(second, claims[1], sides[1], symbol),
        )
        pieces = _pieces(_cells(sides, trends, symbol), over, width)
        signs = {piece.sign for piece in pieces}
        order = signs.pop() if len(signs) == 1 else None
    return _comparison((first.id, second.id), claims, sides, order, pieces)


def _comparison(
    ids: tuple[str, str],
    claims: tuple[Claim, Claim],
    sides: tuple[Any, Any],
    order: int | None,
    pieces: tuple[Piece, ...],
) -> Comparison:
    directions = (claims[0].direction, claims[1].direction)
    return Comparison(
        subject=str(claims[0].subject),
        meanings=(claims[0].meaning, claims[1].meaning),
        left=sides[0],
        right=sides[1],
        directions=directions,
        smaller=_smaller(order, ids),
        stronger=_stronger(order, directions, ids),
        stretches=tuple(_stretch(piece, directions, ids) for piece in pieces),
        crossovers=_crossovers(pieces),
    )


def _trend(statement: Statement, claim: Claim, side: Any, symbol: Any) -> int | None:
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
    on_cell: OnCell, over: tuple[str, Any, Any], width: Any
) -> tuple[Piece, ...]:
    """Stretches of proved order over a range of one symbol."""
    low, high = read_exact(over[1], "low"), read_exact(over[2], "high")
    if not (low.is_Rational and high.is_Rational and low < high):
        raise InvalidParameterError(
            f"over={over!r}: a range needs two rational ends, the lower one first. "
            "Write them as numbers or as strings such as '1/100'."
        )
    return sign_pieces(on_cell, low, high, read_exact(width, "width"))


def _stretch(
    piece: Piece, directions: tuple[Direction, Direction], ids: tuple[str, str]
) -> Stretch:
    return Stretch(
        piece.low,
        piece.high,
        _smaller(piece.sign, ids),
        _stronger(piece.sign, directions, ids),
    )


def _crossovers(pieces: tuple[Piece, ...]) -> tuple[tuple[Any, Any], ...]:
    """Open pieces on whose two sides the order differs."""
    return tuple(
        (piece.low, piece.high)
        for before, piece, after in zip(pieces, pieces[1:], pieces[2:], strict=False)
        if piece.sign is None and before.sign != after.sign
    )


def _refuse_end(
    statement: Statement, claim: Claim, values: Mapping[str, Any], name: str, end: Any
) -> None:
    """Refuse a range that leaves the hypotheses; they hold between if at both ends."""
    if name in {variable.name for variable in statement.symbols}:
        _side(statement, claim, {**values, name: end})


def _refuse_unknown(
    first: Statement, second: Statement, values: Mapping[str, Any]
) -> None:
    known = {v.name for v in (*first.symbols, *second.symbols)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise InvalidParameterError(
            f"{', '.join(unknown)} is a symbol of neither {first.id} nor {second.id}: "
            "use their names of symbols."
        )


def _side(statement: Statement, claim: Claim, values: Mapping[str, Any]) -> Any:
    names = {variable.name for variable in statement.symbols}
    own = {name: value for name, value in values.items() if name in names}
    own.pop(str(claim.subject), None)
    complete = with_defaults(statement, read_values(statement, own))
    refuse_violations(statement, claim, complete)
    return evaluate(statement, claim.expression, complete)


def _order(first: Statement, second: Statement, difference: Any) -> int | None:
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


def _smaller(order: int | None, ids: tuple[str, str]) -> str | None:
    if order is None:
        return None
    return "equal" if order == 0 else ids[0] if order < 0 else ids[1]


def _stronger(
    order: int | None, directions: tuple[Direction, Direction], ids: tuple[str, str]
) -> str | None:
    if directions[0] is not directions[1] or directions[0] is Direction.EXACT:
        return None
    smaller = _smaller(order, ids)
    if smaller in (None, "equal") or _SMALLER_IS_STRONGER[directions[0]]:
        return smaller
    return ids[1] if smaller == ids[0] else ids[0]
