"""The walk to ever smaller columns: by cancellation, or a beam after a random start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from slth_verify.subset_sum._problem import FloatArray
from slth_verify.subset_sum.steps.beam import EVEN, Taper, beam
from slth_verify.subset_sum.steps.cancellation import SignArray, cancel, prices
from slth_verify.subset_sum.steps.prepare import Prepared
from slth_verify.subset_sum.steps.sign_list import SignList

_REGULARISATION = 0.1
_LARGEST_PRICED = 2.0**16  # scale, in units, up to which columns are priced


@dataclass(frozen=True, slots=True)
class Shape:
    """Form of a beam that starts after random signs.

    Attributes:
        temperature: Of the random signs, in units of the price.
        brief: Whether it starts low and narrow, which leaves time for more of them.
    """

    temperature: float
    brief: bool

    def length(self, dim: int) -> int:
        """How many columns the beam decides."""
        if self.brief:
            return max(6 * dim, 60)
        return max(4 * dim, min(8 * dim, 150), 96)

    def taper(self, dim: int) -> Taper:
        """How narrow it starts."""
        return Taper(2.5 * dim, dim / 2.0) if self.brief else EVEN


USUAL = Shape(0.7, brief=False)
#: For pools of few columns, where one beam is much like the next.
MANY_STARTS = Shape(1.0, brief=True)


@dataclass(frozen=True, eq=False)
class Leaves:
    """Where a beam ended.

    Attributes:
        head: Signs of the columns before the beam, shape ``(h,)``.
        tails: Signs of the t columns in the beam, of B states.
        errors: Sum of the chosen columns minus target, shape ``(B, m)``.
    """

    head: SignArray
    tails: SignList
    errors: FloatArray

    def signs(self, state: int) -> FloatArray:
        """All signs of one state, shape ``(h + t,)``."""
        return np.concatenate((self.head, self.tails.of(state))).astype(np.float64)


class Walk:
    """Sign vectors for the columns of a problem, largest scale first.

    The last ``12 m`` columns are decided by their prices, those above greedily.

    Args:
        prepared: The columns, at least one.
        device: A torch device for beams; None for numpy.
    """

    def __init__(self, prepared: Prepared, device: str | None = None) -> None:
        self._device = device
        self._columns = prepared.columns
        self._dim = prepared.target.size
        priced = int(np.count_nonzero(prepared.scales <= _LARGEST_PRICED))
        self._window = prepared.count - min(priced, max(12 * self._dim, 96))
        self._prices = prices(self._columns[self._window :], _REGULARISATION)
        start = prepared.target - self._columns.sum(axis=0) / 2.0
        above = self._columns[: self._window]
        self._greedy, self._start = cancel(above, above, start)

    @property
    def priced(self) -> int:
        """How many of the last columns have a price."""
        return int(self._columns.shape[0]) - self._window

    def cancellation(self) -> FloatArray:
        """Every sign in turn by its price, shape ``(N,)``."""
        count = self._columns.shape[0]
        signs, _ = self._cancel(self._window, count, self._start)
        return np.concatenate((self._greedy, signs)).astype(np.float64)

    def beam(
        self,
        width: int,
        rng: np.random.Generator | None,
        out_of_time: Callable[[], bool],
        spared: int = 0,
        shape: Shape = USUAL,
    ) -> Leaves | None:
        """The cheapest sign vectors of a beam over the small columns.

        Args:
            width: States kept.
            rng: If given, the signs above the beam are drawn, each with odds by its
                price: other states of much the same quality.
            out_of_time: Asked between steps.
            spared: How many of the last columns, at most `priced`, stay out.
            shape: Where the beam starts, and how random what lies above is.

        Returns:
            None if time ran out.
        """
        stop = self._columns.shape[0] - spared
        first = max(self._window, stop - shape.length(self._dim))
        if rng is not None and first - self._window < 8:
            # no room above the beam: let it start lower, at random
            first = self._window + int(rng.integers(1, 2 + (stop - self._window) // 2))
            first = min(first, stop)
        signs, rest = self._cancel(
            self._window, first, self._start, rng, shape.temperature
        )
        tail = self._prices.between(first - self._window, stop - self._window)
        found = beam(
            self._columns[first:stop],
            tail,
            rest,
            width,
            out_of_time,
            self._device,
            shape.taper(self._dim),
        )
        if found is None:
            return None
        # r counts every undecided column half
        errors = -found[1] - self._columns[stop:].sum(axis=0) / 2.0
        return Leaves(np.concatenate((self._greedy, signs)), found[0], errors)

    def _cancel(
        self,
        start: int,
        stop: int,
        rest: FloatArray,
        rng: np.random.Generator | None = None,
        temperature: float = 0.0,
    ) -> tuple[SignArray, FloatArray]:
        vectors = self._prices.between(start - self._window, stop - self._window)
        noise = None
        if rng is not None:
            noise = np.zeros(stop - start)
            drawn = min(max(2 * self._dim, 30), noise.size)
            noise[noise.size - drawn :] = rng.logistic(0.0, temperature / 2.0, drawn)
        return cancel(self._columns[start:stop], vectors.vectors, rest, noise)
