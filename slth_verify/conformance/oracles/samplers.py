"""Where random filters come from: the protocols, and the package's own answers."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from slth_verify.construction import ChannelBlock, FilterPool
from slth_verify.network import RandomCNN


class FilterSampler(Protocol):
    """Filters of one channel of a random layer, by seed."""

    def __call__(
        self, seed: int, layer: int, channel: int, count: int, dim: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Scalars u, shape ``(count,)``, and kernels V, shape ``(count, dim)``.

        Args:
            seed: Seed of the random network.
            layer: Target layer, from 1.
            channel: Input channel, from 0.
            count: Number of filters, the first ones of the channel's block.
            dim: Entries of a kernel.
        """
        ...


class ColumnSampler(Protocol):
    """Columns of the subset-sum problem of one channel and sign, by seed."""

    def __call__(
        self, seed: int, layer: int, channel: int, sign: int, count: int, dim: int
    ) -> NDArray[np.float64]:
        """The first ``count`` columns ``|u| V`` of that sign, shape ``(count, dim)``.

        Args:
            seed: Seed of the random network.
            layer: Target layer, from 1.
            channel: Input channel, from 0.
            sign: +1 or -1.
            count: Number of columns.
            dim: Dimension m.
        """
        ...


def random_cnn_filters(
    seed: int, layer: int, channel: int, count: int, dim: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Filters of `RandomCNN`, as a `FilterSampler`."""
    network = RandomCNN(seed=seed, widths=(-(-count // 2),) * layer)
    filters = np.arange(count, dtype=np.int64) + channel * network.block(layer)
    kernels = network.kernels(layer, filters, (1, 1, dim)).reshape(count, dim)
    return network.scalars(layer, channel, filters), kernels


def pool_columns(
    seed: int, layer: int, channel: int, sign: int, count: int, dim: int
) -> NDArray[np.float64]:
    """Columns of the construction's `FilterPool`, as a `ColumnSampler`."""
    width = count + 8 * math.isqrt(count) + 64
    network = RandomCNN(seed=seed, widths=(width,) * layer)
    block = ChannelBlock(network, layer, channel, (1, 1, dim))
    pool = FilterPool(block, sign)
    indices, _ = pool.scales_below(math.inf)
    if len(indices) < count:
        raise ValueError(
            f"seed={seed}: {len(indices)} of {2 * width} filters have sign {sign}; "
            f"{count} are needed. Ask for fewer columns."
        )
    return pool.columns(indices[:count])
