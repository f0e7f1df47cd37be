"""Where an expression in one variable is positive, negative, or changes sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp

from slth_verify.statements.decisions.balls import Ranged
from slth_verify.statements.decisions.decide import HANDLERS, enclose
from slth_verify.statements.decisions.interval import Interval, UndecidedError
from slth_verify.statements.queries.binding import substitute

_MOST_CELLS = 20_000
_BITS = 96


class Between(Ranged):  # type: ignore[misc, unused-ignore]
    """Some real number of a closed rational interval; one number wherever it occurs."""

    is_real = True
    is_number = True

    def __new__(cls, low: Fraction, high: Fraction) -> Any:
        """The interval between two rational numbers."""
        return sp.AtomicExpr.__new__(cls, _rational(low), _rational(high))

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[0] > 0 else None

    def interval(self) -> Interval:
        """The interval as fractions."""
        low, high = (Fraction(int(e.p), int(e.q)) for e in self.args)
        return Interval(low, high)


HANDLERS[Between] = lambda expression, bits: expression.interval()


def _rational(value: Fraction) -> Any:
    return sp.Rational(value.numerator, value.denominator)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch on which the sign is proved, or one that was left open.

    Attributes:
        low: Left end, exact.
        high: Right end, exact.
        sign: 1, -1 or 0 on the whole stretch, or None where it is open.
    """

    low: Any
    high: Any
    sign: int | None


#: Interval of a function's values on a cell ``[left, right]``.
OnCell = Callable[[Fraction, Fraction], Interval]


def sign_pieces(on_cell: OnCell, low: Any, high: Any, width: Any) -> tuple[Piece, ...]:
    """Split ``[low, high]`` into stretches of proved sign.

    Args:
        on_cell: The function, as `on_cells` or `on_cells_by_trends` gives it.
        low: Left end, rational.
        high: Right end, rational, above ``low``.
        width: Cells are split down to this width, relative to the right end. A stretch
            left open may join a few such cells.

    Returns:
        Adjacent pieces from left to right. Open pieces contain every sign change; where
        the signs on the two sides of one differ, it contains a zero or a jump.

    Rigor:
        Enclosed: a sign is given only where an interval evaluation excludes zero.
    """
    pieces: list[Piece] = []
    stack = [(_fraction(low), _fraction(high))]
    relative, cells = _fraction(width), 0
    while stack:
        left, right = stack.pop()
        cells += 1
        sign = _sign_on(on_cell, left, right)
        narrow = right - left <= relative * max(abs(left), abs(right))
        if sign is None and not narrow and cells < _MOST_CELLS:
            middle = _split(left, right)
            stack += [(middle, right), (left, middle)]
            continue
        piece = Piece(_rational(left), _rational(right), sign)
        if pieces and pieces[-1].sign == sign:
            piece = Piece(pieces.pop().low, piece.high, sign)
        pieces.append(piece)
    return tuple(pieces)


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _split(left: Fraction, right: Fraction) -> Fraction:
    """The middle, or about the geometric mean when the ends differ by much."""
    if left > 0 and right > 4 * left:
        ratio = right / left
        doublings = (ratio.numerator.bit_length() - ratio.denominator.bit_length()) // 2
        return left * Fraction(1 << max(1, doublings))
    return (left + right) / 2


def _sign_on(on_cell: OnCell, left: Fraction, right: Fraction) -> int | None:
    try:
        value = on_cell(left, right)
    except UndecidedError:
        return None
    if value.lower > 0:
        return 1
    if value.upper < 0:
        return -1
    return 0 if value.lower == value.upper == 0 else None


def on_cells(expression: Any, symbol: Any) -> OnCell:
    """An expression in one variable, by interval arithmetic on the whole cell."""

    def on_cell(left: Fraction, right: Fraction) -> Interval:
        inside = _rational(left) if left == right else Between(left, right)
        return enclose(substitute(expression, {symbol: inside}), _BITS)

    return on_cell


def on_cells_by_trends(
    first: tuple[Any, int], second: tuple[Any, int], symbol: Any
) -> OnCell:
    """A difference of two monotone expressions, by their values at the two ends.

    Args:
        first: Expression, and 1 if it never falls, -1 if it never rises, 0 if constant.
        second: What is subtracted, likewise.
        symbol: The variable.
    """

    @lru_cache(maxsize=1024)
    def at(which: int, point: Fraction) -> Interval:
        side = (first, second)[which][0]
        return enclose(substitute(side, {symbol: _rational(point)}), _BITS)

    def on_cell(left: Fraction, right: Fraction) -> Interval:
        ends = []
        for which, (_, trend) in enumerate((first, second)):
            low, high = (left, right) if trend >= 0 else (right, left)
            ends.append((at(which, low).lower, at(which, high).upper))
        (low_1, high_1), (low_2, high_2) = ends
        return Interval(low_1 - high_2, high_1 - low_2)

    return on_cell
