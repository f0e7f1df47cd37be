"""Which of two statements is stronger, where, and where that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slth_verify.errors import InvalidParameterError
from slth_verify.statements._bound import (
    read_values,
    refuse_violations,
    substitute,
    with_defaults,
)
from slth_verify.statements._box import sign
from slth_verify.statements._decide import sign_of
from slth_verify.statements._exact import read_exact
from slth_verify.statements._isolate import sign_pieces
from slth_verify.statements._types import Claim, Direction

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


@dataclass(frozen=True, slots=True)
class Comparison:
    """Outcome of `compare`.

    Attributes:
        subject: The bounded quantity.
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
        second_values: Values for the second statement only, for example to express its
            symbols through those of the first.
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
    left = _side(first, claims[0], values)
    right = _side(second, claims[1], {**values, **(second_values or {})})
    subject = str(claims[0].subject)
    directions = (claims[0].direction, claims[1].direction)
    ids = (first.id, second.id)
    difference = left - right
    if over is None:
        order = _order(first, second, difference)
        return Comparison(
            subject,
            left,
            right,
            directions,
            _smaller(order, ids),
            _stronger(order, directions, ids),
        )
    symbol = first.variable(over[0]).symbol
    if difference.free_symbols - {symbol}:
        extra = ", ".join(sorted(map(str, difference.free_symbols - {symbol})))
        raise InvalidParameterError(
            f"over={over[0]!r} leaves {extra} without a value: {ids[0]} and {ids[1]} "
            "can be compared over a range of one symbol only. Give the others values."
        )
    low, high = read_exact(over[1], "low"), read_exact(over[2], "high")
    pieces = sign_pieces(difference, symbol, low, high, read_exact(width, "width"))
    stretches = tuple(
        Stretch(
            p.low, p.high, _smaller(p.sign, ids), _stronger(p.sign, directions, ids)
        )
        for p in pieces
    )
    crossovers = tuple(
        (p.low, p.high)
        for before, p, after in zip(pieces, pieces[1:], pieces[2:], strict=False)
        if p.sign is None and before.sign != after.sign
    )
    signs = {piece.sign for piece in pieces}
    order = signs.pop() if len(signs) == 1 else None
    return Comparison(
        subject,
        left,
        right,
        directions,
        _smaller(order, ids),
        _stronger(order, directions, ids),
        stretches,
        crossovers,
    )


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
    return substitute(claim.expression, complete)


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
