"""Channel-blocked masks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from slth_verify.network import channel_blocked_mask
from slth_verify.strategies._options import check_range

_MAX_CHANNELS = 256
_MAX_BLOCK = 4096
_MAX_KERNEL_SIZE = 11


@dataclass(frozen=True, slots=True, eq=False)
class BlockedMask:
    """A mask with the numbers that it was made from.

    Attributes:
        channels: Input channels c.
        block: Filters per channel.
        kernel_size: d.
        mask: Boolean, shape ``(d, d, channels, channels * block)``.
    """

    channels: int
    block: int
    kernel_size: int
    mask: NDArray[np.bool_]


@st.composite
def channel_blocked_masks(
    draw: st.DrawFn,
    *,
    min_channels: int = 1,
    max_channels: int = 4,
    min_block: int = 1,
    max_block: int = 8,
    min_kernel_size: int = 1,
    max_kernel_size: int = 3,
) -> BlockedMask:
    """Masks of def:channel-blocked-mask; shrinks to one channel and one filter.

    Args:
        min_channels: Fewest input channels.
        max_channels: Most input channels; up to 256.
        min_block: Fewest filters per channel.
        max_block: Most filters per channel; up to 4096.
        min_kernel_size: Smallest d.
        max_kernel_size: Largest d; up to 11.
    """
    check_range("channels", min_channels, max_channels, least=1, most=_MAX_CHANNELS)
    check_range("block", min_block, max_block, least=1, most=_MAX_BLOCK)
    check_range(
        "kernel_size", min_kernel_size, max_kernel_size, least=1, most=_MAX_KERNEL_SIZE
    )
    channels = draw(st.integers(min_channels, max_channels))
    block = draw(st.integers(min_block, max_block))
    size = draw(st.integers(min_kernel_size, max_kernel_size))
    mask = channel_blocked_mask(channels, block, kernel_size=size)
    return BlockedMask(channels, block, size, mask)
