"""Pictures of masks: where in the channel blocks the kept filters lie."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from slth_verify.network import filter_blocks
from slth_verify.report.collect.passes.networks import Networks
from slth_verify.report.model.parts import MaskPicture

#: Parts into which a block is cut for its histogram.
BINS = 48
#: Layers with at most so many filters are drawn filter by filter.
WHOLE_LIMIT = 2000
#: Rows of a picture.
MOST_CHANNELS = 32


def mask_pictures(networks: Networks) -> tuple[MaskPicture, ...]:
    """Histograms of kept filters per stage, input channel and sign.

    The constant channel of a stage with a bias comes last. Stages with many channels
    are left out.

    Args:
        networks: Those of a ticket.
    """
    pictures = []
    parts = zip(networks.stages, networks.ticket.stages, networks.kept, strict=True)
    for stage, part, kept in parts:
        if stage.inputs > MOST_CHANNELS:
            continue
        block = 2 * part.width
        counts = [
            _histogram(kept.filters[np.sign(kept.scalars) == sign], block, stage.inputs)
            for sign in (1, -1)
        ]
        whole = None
        if block * stage.inputs <= WHOLE_LIMIT:
            signs = np.sign(kept.scalars).astype(int).tolist()
            whole = tuple(zip(kept.filters.tolist(), signs, strict=True))
        pictures.append(MaskPicture(stage.number, block, counts[0], counts[1], whole))
    return tuple(pictures)


def _histogram(
    filters: NDArray[np.int64], block: int, channels: int
) -> tuple[tuple[int, ...], ...]:
    owner = filter_blocks(filters, block)
    place = (filters - owner * block) * BINS // block
    table = np.zeros((channels, BINS), dtype=np.int64)
    np.add.at(table, (owner, place), 1)
    return tuple(tuple(row) for row in table.tolist())
