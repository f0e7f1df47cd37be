"""The outcome of a comparison: which bound is smaller, which claim stronger, where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from slth_verify.showing import OneLine
from slth_verify.statements._types import Claim, ClaimDirection
from slth_verify.statements.queries.isolate import Piece
from slth_verify.verdict import NoTruthValue

_SMALLER_IS_STRONGER = {
    ClaimDirection.SUFFICIENT: True,
    ClaimDirection.UPPER: True,
    ClaimDirection.BUDGET: False,
    ClaimDirection.NECESSARY: False,
    ClaimDirection.LOWER: False,
}


@dataclass(frozen=True, slots=True, repr=False)
class Stretch(OneLine):
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


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Comparison(NoTruthValue, OneLine):
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
    directions: tuple[ClaimDirection, ClaimDirection]
    smaller: str | None
    stronger: str | None
    stretches: tuple[Stretch, ...] = ()
    crossovers: tuple[tuple[Any, Any], ...] = ()


def comparison(
    ids: tuple[str, str],
    claims: tuple[Claim, Claim],
    sides: tuple[Any, Any],
    order: int | None,
    pieces: tuple[Piece, ...],
) -> Comparison:
    """The outcome for two claims.

    Args:
        ids: The two statements.
        claims: Their claims.
        sides: The bounds.
        order: Proved sign of the first bound minus the second, or None.
        pieces: Stretches of proved sign, for a comparison over a range.
    """
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


def without_winner(found: Comparison) -> Comparison:
    """The same, with none called stronger."""
    stretches = tuple(replace(stretch, stronger=None) for stretch in found.stretches)
    return replace(found, stronger=None, stretches=stretches)


def _stretch(
    piece: Piece,
    directions: tuple[ClaimDirection, ClaimDirection],
    ids: tuple[str, str],
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


def _smaller(order: int | None, ids: tuple[str, str]) -> str | None:
    if order is None:
        return None
    return "equal" if order == 0 else ids[0] if order < 0 else ids[1]


def _stronger(
    order: int | None,
    directions: tuple[ClaimDirection, ClaimDirection],
    ids: tuple[str, str],
) -> str | None:
    if directions[0] is not directions[1] or directions[0] is ClaimDirection.EXACT:
        return None
    smaller = _smaller(order, ids)
    if smaller in (None, "equal") or _SMALLER_IS_STRONGER[directions[0]]:
        return smaller
    return ids[1] if smaller == ids[0] else ids[0]
