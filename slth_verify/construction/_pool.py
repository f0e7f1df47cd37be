"""The random network's filters as columns of a subset-sum problem."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from slth_verify.network import GENERATOR, RandomCNN
from slth_verify.showing import OneLine

IndexArray = NDArray[np.int64]
Float64Array = NDArray[np.float64]


#: A scan looks further than asked: larger scales and the other sign share it, for free.
_LOOKAHEAD = 8.0
_KEPT_SCANS = 64


@dataclass(frozen=True, eq=False)
class _Scan:
    """Filters among the first ``stop`` of a block with modulus up to ``reach``."""

    reach: float
    stop: int
    filters: IndexArray
    scalars: NDArray[np.float32]


@dataclass(eq=False, repr=False)
class ChannelBlock(OneLine):
    """The 2n filters that see one input channel of one target layer.

    Scanning costs a word per filter, so scans are kept and both signs share them; each
    holds some thousand filters.

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
    _scans: list[_Scan] = field(default_factory=list, init=False)

    @property
    def size(self) -> int:
        """Number of filters, 2n."""
        return self.network.block(self.layer)

    @property
    def first(self) -> int:
        """Index, within the layer, of the block's first filter."""
        return self.channel * self.size

    def small(
        self, threshold: float, stop: int
    ) -> tuple[IndexArray, NDArray[np.float32]]:
        """Local indices and scalars of filters with modulus up to a threshold.

        Args:
            threshold: Largest modulus, positive.
            stop: Only filters with local index below this.
        """
        scan = next(
            (s for s in self._scans if s.reach >= threshold and s.stop >= stop), None
        )
        if scan is None:
            scan = self._scan(threshold * _LOOKAHEAD, stop)
        keep = (np.abs(scan.scalars.astype(np.float64)) <= threshold) & (
            scan.filters < stop
        )
        return scan.filters[keep], scan.scalars[keep]

    def _scan(self, reach: float, stop: int) -> _Scan:
        filters, scalars = self.network.small_scalars(
            self.layer, self.channel, reach, stop
        )
        scan = _Scan(reach, stop, filters - self.first, scalars)
        self._scans = [scan, *self._scans][:_KEPT_SCANS]
        return scan


@dataclass(frozen=True, eq=False, repr=False)
class FilterPool(OneLine):
    """Columns |u_l| V_l of the filters of one block whose scalar has one sign.

    Implements `slth_verify.subset_sum.ColumnSource` and `PrefixColumnSource`; indices
    are local to the block.

    Attributes:
        block: The channel's filters.
        sign: +1 or -1.
    """

    block: ChannelBlock
    sign: int

    @property
    def size(self) -> int:
        """Filters of the block, of either sign; about half of them are columns."""
        return self.block.size

    @property
    def dim(self) -> int:
        """Dimension m = d^2 c_out."""
        rows, columns, filters = self.block.shape
        return rows * columns * filters

    def fingerprint(self) -> str:
        """Everything that decides the columns: rule, seed, place, sizes, sign."""
        block = self.block
        return (
            f"{GENERATOR} {block.network.seed} {block.layer} {block.channel} "
            f"{block.size} {block.shape} {self.sign}"
        )

    def scales_below(self, threshold: float) -> tuple[IndexArray, Float64Array]:
        """Filters of this sign with ``|u| <= threshold``, and their ``|u|``."""
        return self.scales_below_in_prefix(threshold, self.size)

    def scales_below_in_prefix(
        self, threshold: float, stop: int
    ) -> tuple[IndexArray, Float64Array]:
        """As `scales_below`, among the first ``stop`` filters of the block."""
        filters, scalars = self.block.small(threshold, min(stop, self.size))
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
