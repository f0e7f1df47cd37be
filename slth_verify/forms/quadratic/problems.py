"""Linear forms of symbols that are tied together, and multipliers of their ties."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from slth_verify.arrays import Float64Array, IndexArray

#: Dimensions of vectors that are moved, at most.
RANK = 16


@dataclass(frozen=True, eq=False, slots=True)
class Problem:
    """``linear @ e`` for symbols ``|e| <= 1`` with ``(r e_i + c)^2 <= (A (1, e))^2``.

    Attributes:
        linear: Shape ``(symbols,)``.
        maps: A, of shape ``(ties, 1 + symbols)``; constants come first.
        tied: Which symbol each tie is of; its map uses earlier ones.
        radii: r.
        centres: c.
        lost: By so much each map may be off.
        blocks: Ties that do not use each other's symbols, in order.
        bent: Ties with a floor, ``r e_i + c >= |A (1, e)| - short`` (`floors`).
        short: By so much each of these errors may be below.
    """

    linear: Float64Array
    maps: Float64Array
    tied: IndexArray
    radii: Float64Array
    centres: Float64Array
    lost: Float64Array
    blocks: tuple[slice, ...]
    bent: IndexArray = field(default_factory=lambda: np.zeros(0, np.int64))
    short: Float64Array = field(default_factory=lambda: np.zeros(0))

    def work(self, rounds: int) -> int:
        """Multiplications that multipliers take, or a bound with known ones."""
        moves = 4 * rounds * RANK * self.maps.size
        return moves + (8 if rounds else 3) * len(self.linear) ** 3


@dataclass(frozen=True, eq=False, slots=True)
class Multipliers:
    """Of the inequalities of a problem.

    Attributes:
        symbols: Of ``e^2 <= 1``.
        ties: Of each tie; negative ones of the square of its floor.
        one: What is left for the constant.
    """

    symbols: Float64Array
    ties: Float64Array
    one: float
