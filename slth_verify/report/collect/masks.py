"""Pictures of masks: where in the channel blocks the kept filters lie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from slth_verify.network import filter_blocks
from slth_verify.report.model.parts import MaskPicture
from slth_verify.ticket import Ticket

#: Parts into which a block is cut for its histogram.
BINS = 48
#: Layers with at most so many filters are drawn filter by filter.
WHOLE_LIMIT = 2000


def mask_pictures(ticket: Ticket, channels: Sequence[int]) -> tuple[MaskPicture, ...]:
    """Histograms of kept filters per layer, input channel and sign.

    Args:
        ticket: The ticket.
        channels: c_0, ..., c_l.
    """
    pictures = []
    for number, layer in enumerate(ticket.layers, start=1):
        block, width = 2 * ticket.widths[number - 1], channels[number - 1]
        counts = [
            _histogram(layer.filters[np.sign(layer.scalars) == sign], block, width)
            for sign in (1, -1)
        ]
        whole = None
        if block * width <= WHOLE_LIMIT:
            signs = np.sign(layer.scalars).astype(int).tolist()
            whole = tuple(zip(layer.filters.tolist(), signs, strict=True))
        pictures.append(MaskPicture(number, block, counts[0], counts[1], whole))
    return tuple(pictures)


def _histogram(
    filters: NDArray[np.int64], block: int, channels: int
) -> tuple[tuple[int, ...], ...]:
    owner = filter_blocks(filters, block)
    place = (filters - owner * block) * BINS // block
    table = np.zeros((channels, BINS), dtype=np.int64)
    np.add.at(table, (owner, place), 1)
    return tuple(tuple(row) for row in table.tolist())
