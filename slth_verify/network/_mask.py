"""The channel-blocked mask (def:channel-blocked-mask)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from slth_verify.errors import InvalidParameterError


def channel_blocked_mask(
    channels: int, block: int, *, kernel_size: int = 1
) -> NDArray[np.bool_]:
    """The ``block``-channel-blocked mask of Definition 3.

    Filter l sees input channel k only, where k is the block that l lies in:
    ``mask[i, j, k, l]`` is true iff ``ceil(l / block) == k``, counting from 1.

    Args:
        channels: Input channels c, at least 1.
        block: Filters per channel (2n on the odd layers of thm:structured-slth).
        kernel_size: d, at least 1.

    Returns:
        Boolean array of shape ``(d, d, channels, channels * block)``.

    Source:
        def:channel-blocked-mask (reconstructed).
    """
    if min(channels, block, kernel_size) < 1:
        raise InvalidParameterError(
            f"channels={channels}, block={block}, kernel_size={kernel_size}: all must "
            "be at least 1 (def:channel-blocked-mask)."
        )
    owner = filter_blocks(np.arange(channels * block), block)
    plane = owner[np.newaxis, :] == np.arange(channels)[:, np.newaxis]
    return np.broadcast_to(plane, (kernel_size, kernel_size, *plane.shape)).copy()


def filter_blocks(filters: NDArray[np.int64], block: int) -> NDArray[np.int64]:
    """Input channel, counted from 0, that each filter sees under the mask."""
    return np.asarray(filters, dtype=np.int64) // block
