"""The walk down the ladder: one way by cancellation, others by perturbed beams."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from slth_verify.subset_sum._beam import beam
from slth_verify.subset_sum._cancellation import SignArray, cancel, prices
from slth_verify.subset_sum._prepare import Prepared
from slth_verify.subset_sum._problem import FloatArray

_REGULARISATION = 0.1
_LARGEST_PRICED = 2.0**16  # scale, in units, up to which columns are priced
_PERTURBED = 8  # signs drawn at random in a restart


class Walk:
    """Sign vectors for the columns of a problem, largest scale first.

    The last ``12 m`` columns are decided by their prices, those above greedily. A beam
    runs over the last ``4 m`` (small dimensions: ``8 m``).

    Args:
        prepared: The columns, at least one.
    """

    def __init__(self, prepared: Prepared) -> None:
        self._columns = prepared.columns
        count, dim = prepared.columns.shape
        priced = int(np.count_nonzero(prepared.scales <= _LARGEST_PRICED))
        self._window = count - min(priced, max(12 * dim, 96))
        self._prices = prices(self._columns[self._window :], _REGULARISATION)
        length = max(4 * dim, min(8 * dim, 150), 32)
        self._beam_from = max(self._window, count - length)
        start = prepared.target - self._columns.sum(axis=0) / 2.0
        above = self._columns[: self._window]
        self._greedy, self._start = cancel(above, above, start)

    def cancellation(self) -> FloatArray:
        """Every sign in turn by its price, shape ``(N,)``."""
        signs, _ = self._cancel(self._window, self._columns.shape[0], self._start)
        return np.concatenate((self._greedy, signs)).astype(np.float64)

    def beam(
        self,
        width: int,
        rng: np.random.Generator | None,
        out_of_time: Callable[[], bool],
    ) -> tuple[SignArray, SignArray, FloatArray] | None:
        """The cheapest sign vectors of a beam.

        Args:
            width: States kept.
            rng: If given, some signs above the beam are drawn at random first, which
                leads to other states of much the same quality.
            out_of_time: Asked between steps.

        Returns:
            Signs before the beam, shape ``(h,)``; signs in the beam, shape
            ``(B, N - h)``; errors (sum minus target), shape ``(B, m)``; None if time
            ran out.
        """
        rest, begin = self._start, self._window
        head = [self._greedy]
        if rng is not None:
            dim = self._columns.shape[1]
            first = max(begin, self._beam_from - max(2 * dim, 30))
            signs, rest = self._cancel(begin, first, rest)
            stop = min(first + _PERTURBED, self._columns.shape[0])
            drawn = rng.choice(np.array([-1, 1], dtype=np.int8), stop - first)
            rest = rest - drawn.astype(np.float64) @ self._columns[first:stop] / 2.0
            head += [signs, drawn]
            begin = stop
        beam_from = max(begin, self._beam_from)
        signs, rest = self._cancel(begin, beam_from, rest)
        head.append(signs)
        at = beam_from - self._window
        tail = self._prices.after(at)
        found = beam(self._columns[beam_from:], tail, rest, width, out_of_time)
        if found is None:
            return None
        return np.concatenate(head), found[0], -found[1]

    def _cancel(
        self, start: int, stop: int, rest: FloatArray
    ) -> tuple[SignArray, FloatArray]:
        vectors = self._prices.vectors[start - self._window : stop - self._window]
        return cancel(self._columns[start:stop], vectors, rest)
