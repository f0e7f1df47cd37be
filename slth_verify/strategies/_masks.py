"""Channel-blocked masks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from slth_verify.network import channel_blocked_mask
from slth_verify.showing import OneLine
from slth_verify.strategies._options import check_range

_MAX_CHANNELS = 256
_MAX_BLOCK = 4096
_MAX_KERNEL_SIZE = 11


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BlockedMask(OneLine):
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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NearMask(OneLine):
    """A mask that is not blocked, by as little as can be.

    Attributes:
        near: The blocked mask that it was made from.
        mask: Boolean, of the same shape.
        change: What was changed.
    """

    near: BlockedMask
    mask: NDArray[np.bool_]
    change: str


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


@st.composite
def near_blocked_masks(
    draw: st.DrawFn, *, max_channels: int = 4, max_block: int = 8
) -> NearMask:
    """Masks that miss def:channel-blocked-mask by one entry, one filter or one swap.

    One entry differs; a filter at the end of a block sees the next channel; two filters
    of different channels are swapped; a filter sees nothing, or all channels; two
    channels are swapped.

    Args:
        max_channels: Most input channels, of at least two; up to 256.
        max_block: Most filters per channel; up to 4096.
    """
    check_range("channels", 2, max_channels, least=2, most=_MAX_CHANNELS)
    near = draw(
        channel_blocked_masks(
            min_channels=2, max_channels=max_channels, max_block=max_block
        )
    )
    name, change = draw(st.sampled_from(_NEARLY))
    mask = near.mask.copy()
    change(draw, near, mask)
    return NearMask(near, mask, name)


def _one_entry(draw: st.DrawFn, near: BlockedMask, mask: NDArray[np.bool_]) -> None:
    place = draw(st.integers(0, mask.size - 1))
    mask.flat[place] = not mask.flat[place]


def _next_channel(draw: st.DrawFn, near: BlockedMask, mask: NDArray[np.bool_]) -> None:
    channel = draw(st.integers(0, near.channels - 2))
    last = (channel + 1) * near.block - 1
    mask[..., last] = False
    mask[:, :, channel + 1, last] = True


def _filters_swapped(
    draw: st.DrawFn, near: BlockedMask, mask: NDArray[np.bool_]
) -> None:
    first = draw(st.integers(0, near.block - 1))
    second = draw(st.integers(near.block, near.channels * near.block - 1))
    mask[..., [first, second]] = mask[..., [second, first]]


def _sees_nothing(draw: st.DrawFn, near: BlockedMask, mask: NDArray[np.bool_]) -> None:
    mask[..., draw(st.integers(0, mask.shape[3] - 1))] = False


def _sees_all(draw: st.DrawFn, near: BlockedMask, mask: NDArray[np.bool_]) -> None:
    mask[..., draw(st.integers(0, mask.shape[3] - 1))] = True


def _channels_swapped(
    draw: st.DrawFn, near: BlockedMask, mask: NDArray[np.bool_]
) -> None:
    channel = draw(st.integers(0, near.channels - 2))
    mask[:, :, [channel, channel + 1]] = mask[:, :, [channel + 1, channel]]


_Change = Callable[[st.DrawFn, BlockedMask, NDArray[np.bool_]], None]

#: Simplest first, because that is the way examples shrink.
_NEARLY: tuple[tuple[str, _Change], ...] = (
    ("one entry differs", _one_entry),
    ("a filter sees the next channel", _next_channel),
    ("two filters are swapped", _filters_swapped),
    ("a filter sees nothing", _sees_nothing),
    ("a filter sees all channels", _sees_all),
    ("two channels are swapped", _channels_swapped),
)
