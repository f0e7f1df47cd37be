"""Rows and columns around images, in torch."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from slth_verify.graph.nodes import Margins


def padded(
    images: torch.Tensor, margins: Margins, mode: str, fill: float = 0.0
) -> torch.Tensor:
    """Images with added rows and columns.

    Args:
        images: Shape ``(batch, channels, height, width)``.
        margins: How many are added at the top, bottom, left and right.
        mode: What stands there, as nodes of graphs name it.
        fill: What stands there in mode ``"zeros"``.
    """
    if not any(margins):
        return images
    top, bottom, left, right = margins
    sides = (left, right, top, bottom)
    if mode == "zeros":
        return F.pad(images, sides, value=fill)
    return F.pad(images, sides, mode=mode)
