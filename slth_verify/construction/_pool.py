"""The random network's filters as columns of a subset-sum problem."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from slth_verify.network import RandomCNN

IndexArray = NDArray[np.int64]
Float64Array = NDArray[np.float64]


@dataclass(eq=False)
class ChannelBlock:
    """The 2n filters that see one input channel of one target layer.

    Scanning a block costs a word per filter, so the widest scan so far is kept and both
    signs share it.

    Attributes:
        network: The random CNN.
        layer: Target layer, from 1.
        channel: Input channel, from 0.
        shape: ``(d, d, c_out)`` of a second-layer filter.
    """

    network: RandomCNN
    layer: int
    channel: int
    shape: tuple[int, int, int]
    _reach: float = field(default=0.0, init=False)
    _filters: IndexArray = field(init=False)
    _scalars: NDArray[np.float32] = field(init=False)

    @property
    def first(self) -> int:
        """Index, within the layer, of the block's first filter."""
        return self.channel * self.network.block(self.layer)

    def small(self, threshold: float) -> tuple[IndexArray, NDArray[np.float32]]:
        """Local indices and scalars of the filters with modulus up to a threshold."""
        if threshold > self._reach:
            filters, self._scalars = self.network.small_scalars(
                self.layer, self.channel, threshold
            )
            self._filters, self._reach = filters - self.first, threshold
        keep = np.abs(self._scalars.astype(np.float64)) <= threshold
        return self._filters[keep], self._scalars[keep]


@dataclass(frozen=True, eq=False)
class FilterPool:
    """Columns |u_l| V_l of the filters of one block whose scalar has one sign.

    Implements `slth_verify.subset_sum.ColumnSource`; indices are local to the block.

    Attributes:
        block: The channel's filters.
        sign: +1 or -1.
    """

    block: ChannelBlock
    sign: int

    @property
    def size(self) -> int:
        """Filters of the block, of either sign; about half of them are columns."""
        return self.block.network.block(self.block.layer)

    @property
    def dim(self) -> int:
        """Dimension m = d^2 c_out."""
        rows, columns, filters = self.block.shape
        return rows * columns * filters

    def scales_below(self, threshold: float) -> tuple[IndexArray, Float64Array]:
        """Filters of this sign with ``|u| <= threshold``, and their ``|u|``."""
        filters, scalars = self.block.small(threshold)
        chosen = np.sign(scalars) == self.sign
        return filters[chosen], np.abs(scalars[chosen].astype(np.float64))

    def columns(self, indices: IndexArray) -> Float64Array:
        """The columns ``|u| V``, exact in float64, shape ``(len(indices), dim)``."""
        block = self.block
        filters = np.asarray(indices, dtype=np.int64) + block.first
        scalars = block.network.scalars(block.layer, block.channel, filters)
        kernels = block.network.kernels(block.layer, filters, block.shape)
        flat = kernels.reshape(len(filters), self.dim).astype(np.float64)
        return flat * np.abs(scalars.astype(np.float64))[:, None]
