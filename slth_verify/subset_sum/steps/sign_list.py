"""Signs as bits: those of eight columns in a byte, and tables over all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.subset_sum.steps.cancellation import SignArray

BLOCK = 8  # columns whose signs share a byte
AT_ONCE = 2  # of these, chosen before states are dropped; divides 8
RealArray = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class SignList:
    """The signs of many states.

    Attributes:
        packed: Bit i of byte j: the sign of column 8 j + i is plus; shape
            ``(ceil(N / 8), B)``.
        columns: Their number N.
    """

    packed: NDArray[np.uint8]
    columns: int

    def __len__(self) -> int:
        return int(self.packed.shape[1])

    def of(self, state: int) -> SignArray:
        """Signs of one state, shape ``(N,)``."""
        bits = np.unpackbits(
            self.packed[:, state], count=self.columns, bitorder="little"
        )
        return 2 * bits.astype(np.int8) - 1


def signed_sums(terms: RealArray) -> RealArray:
    """Sums of ``k`` terms with all signs; bit j of a place: term j counts plus."""
    sums = np.zeros((1, *terms.shape[1:]), dtype=terms.dtype)
    for term in terms:
        sums = np.concatenate((sums - term, sums + term))
    return sums
