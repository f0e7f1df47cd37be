"""Wrong masks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.network import channel_blocked_mask


def _from_owner(owner: NDArray[Any], channels: int, size: int) -> NDArray[Any]:
    plane = owner[None, :] == np.arange(channels)[:, None]
    return np.broadcast_to(plane, (size, size, *plane.shape)).copy()


def interleaved(channels: int, block: int, *, kernel_size: int) -> NDArray[Any]:
    return _from_owner(np.arange(channels * block) % channels, channels, kernel_size)


def ceil_of_next(channels: int, block: int, *, kernel_size: int) -> NDArray[Any]:
    owner = np.minimum((np.arange(channels * block) + 1) // block, channels - 1)
    return _from_owner(owner, channels, kernel_size)


def blocks_of_channels(channels: int, block: int, *, kernel_size: int) -> NDArray[Any]:
    owner = np.minimum(np.arange(channels * block) // channels, channels - 1)
    return _from_owner(owner, channels, kernel_size)


def reversed_blocks(channels: int, block: int, *, kernel_size: int) -> NDArray[Any]:
    return channel_blocked_mask(channels, block, kernel_size=kernel_size)[:, :, ::-1]


def not_blocked(channels: int, block: int, *, kernel_size: int) -> NDArray[Any]:
    return np.ones((kernel_size, kernel_size, channels, channels * block), dtype=bool)


def last_filter_dropped(channels: int, block: int, *, kernel_size: int) -> NDArray[Any]:
    mask = channel_blocked_mask(channels, block, kernel_size=kernel_size)
    mask[..., -1] = False
    return mask


def centre_only(channels: int, block: int, *, kernel_size: int) -> NDArray[Any]:
    mask = channel_blocked_mask(channels, block, kernel_size=kernel_size)
    mask[1:] = False
    return mask


def kernel_axes_dropped(channels: int, block: int, *, kernel_size: int) -> NDArray[Any]:
    return np.asarray(channel_blocked_mask(channels, block)[0, 0])


def numbers(channels: int, block: int, *, kernel_size: int) -> NDArray[Any]:
    mask = channel_blocked_mask(channels, block, kernel_size=kernel_size)
    return mask.astype(np.float32)


def wrong_when_large(channels: int, block: int, *, kernel_size: int) -> NDArray[Any]:
    mask = channel_blocked_mask(channels, block, kernel_size=kernel_size)
    return np.roll(mask, 1, axis=3) if block > 100 else mask


LIES = [
    interleaved,
    ceil_of_next,
    blocks_of_channels,
    reversed_blocks,
    not_blocked,
    last_filter_dropped,
    centre_only,
    kernel_axes_dropped,
    numbers,
    wrong_when_large,
]
