"""Closest pairs of two lists on a torch device: all pairs, by matrix products."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from slth_verify.subset_sum._problem import FloatArray, IndexArray
from slth_verify.subset_sum.steps.grid import ROUNDING, SCORED, Pair, Reach, Score, lift

if TYPE_CHECKING:
    import torch


class DeviceSums:
    """A list of sums on a torch device; as `SumGrid`, which see, without its strips.

    Memory on the device: 4 m + 8 bytes an entry and a row, and 16 bytes for each
    squared length of a product.

    Args:
        sums: Shape ``(L, m)``, L >= 1.
        reach: Of the score.
        device: A torch device.
        product: Squared lengths computed at once, about; at least one row's.
    """

    def __init__(
        self, sums: FloatArray, reach: Reach, device: str, product: int
    ) -> None:
        import torch

        self._torch, self._device = torch, torch.device(device)
        self._sums, self._reach = sums, reach
        self._rows = max(1, product // sums.shape[0])
        lifted, self._longest = lift(sums, 2.0, square_last=True)
        self._lifted = self._load(lifted).T

    def _load(self, array: NDArray[np.float32]) -> torch.Tensor:
        return self._torch.from_numpy(array).to(self._device)

    def closest(
        self,
        errors: FloatArray,
        score: Score,
        best: float,
        out_of_time: Callable[[], bool],
    ) -> list[Pair]:
        """As `SumGrid.closest`; the products are larger."""
        lifted, longest = lift(errors, 1.0, square_last=False)
        margin = ROUNDING * (longest + self._longest)
        rows = self._load(lifted)
        found: list[Pair] = []
        for start in range(0, errors.shape[0], self._rows):
            if out_of_time() or best <= 1.0:
                break
            limit = min(self._reach.squared * best * best + margin, 3e38)
            ones, twos = self._short(rows[start : start + self._rows], limit)
            if ones.size == 0:
                continue
            ones += start
            scores = score(errors[ones] + self._sums[twos])
            k = int(np.argmin(scores))
            if scores[k] < best:
                best = float(scores[k])
                found.append(Pair(best, int(ones[k]), int(twos[k])))
        return found

    def _short(self, rows: torch.Tensor, limit: float) -> tuple[IndexArray, IndexArray]:
        """Rows and entries of the shortest sums up to a limit."""
        squared = (rows @ self._lifted).flatten()
        shortest = self._torch.topk(
            squared, min(SCORED, squared.numel()), largest=False, sorted=False
        )
        places = shortest.indices[shortest.values <= limit].cpu().numpy()
        ones, twos = np.divmod(places, self._sums.shape[0])
        return ones, twos
