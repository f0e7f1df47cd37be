"""Where an expression in one variable is positive, negative, or changes sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp

from slth_verify.enclosure import Enclosure
from slth_verify.statements.decisions.decide import enclosed, enclosed_sign
from slth_verify.statements.decisions.substitution import substitute

#: Cells of one range, unless their functions are long.
MOST_CELLS = 4_000
_BITS = 96


class Between(sp.AtomicExpr):  # type: ignore[misc, unused-ignore]
    """Some real number of a closed rational interval; one number wherever it occurs."""

    is_real = True
    is_number = True

    def __new__(cls, low: Fraction, high: Fraction) -> Any:
        """The interval between two rational numbers."""
        return sp.AtomicExpr.__new__(cls, _rational(low), _rational(high))

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[0] > 0 else None

    @property
    def enclosure(self) -> Enclosure:
        """The interval, by which ball arithmetic knows it."""
        return Enclosure(*map(_fraction, self.args))


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


#: Enclosure of a function's values on a cell ``[left, right]``; None if it is open.
OnCell = Callable[[Fraction, Fraction], Enclosure | None]


def sign_pieces(
    on_cell: OnCell, low: Any, high: Any, width: Any, most: int = MOST_CELLS
) -> tuple[Piece, ...]:
    """Split ``[low, high]`` into stretches of proved sign.

    Args:
        on_cell: The function, as `on_cells` or `on_cells_by_trends` gives it.
        low: Left end, rational.
        high: Right end, rational, above ``low``.
        width: Cells are split down to this width, relative to the right end. A stretch
            left open may join a few such cells.
        most: Cells that are looked at; those left after so many stay open.

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
        sign = enclosed_sign(on_cell(left, right))
        narrow = right - left <= relative * max(abs(left), abs(right))
        if sign is None and not narrow and cells < most:
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


def on_cells(expression: Any, symbol: Any) -> OnCell:
    """An expression in one variable, by interval arithmetic on the whole cell."""

    def on_cell(left: Fraction, right: Fraction) -> Enclosure | None:
        inside = _rational(left) if left == right else Between(left, right)
        return enclosed(substitute(expression, {symbol: inside}), _BITS)

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
    def at(which: int, point: Fraction) -> Enclosure | None:
        side = (first, second)[which][0]
        return enclosed(substitute(side, {symbol: _rational(point)}), _BITS)

    def on_cell(left: Fraction, right: Fraction) -> Enclosure | None:
        ends = []
        for which, (_, trend) in enumerate((first, second)):
            low, high = (left, right) if trend >= 0 else (right, left)
            lowest, highest = at(which, low), at(which, high)
            if lowest is None or highest is None:
                return None
            ends.append((lowest.lower, highest.upper))
        (low_1, high_1), (low_2, high_2) = ends
        return Enclosure(low_1 - high_2, high_1 - low_2)

    return on_cell
