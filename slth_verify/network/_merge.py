"""Merging a pruned network further, down to the size of its target.

Filters that see the same channel with the same sign add up:
``sum u_l V_l * X+ = (sum u_l V_l) * X+``. So each pair of random layers equals, exactly
as sums, one convolution of ``(X+, X-)``; from the second layer on X- vanishes.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from slth_verify.arrays import Float64Array
from slth_verify.network._torch_io import convolution


def merged_kernels(
    scalars: NDArray[np.float32],
    kernels: NDArray[np.float32],
    owner: NDArray[np.int64],
    channels: int,
    sign: int,
) -> Float64Array:
    """Correctly rounded ``sum |u_l| V_l`` over the filters of each channel and sign.

    Args:
        scalars: First-layer weights u, shape ``(kept,)``.
        kernels: Second-layer weights V, shape ``(kept, d, d, c_out)``.
        owner: Input channel of each filter, shape ``(kept,)``.
        channels: Number of input channels.
        sign: +1 for filters with u > 0, -1 for u < 0.

    Returns:
        Shape ``(d, d, channels, c_out)``.
    """
    weight = np.abs(scalars.astype(np.float64))
    out = np.zeros((*kernels.shape[1:3], channels, kernels.shape[3]))
    for channel in range(channels):
        rows = np.flatnonzero((owner == channel) & (np.sign(scalars) == sign))
        products = kernels[rows].astype(np.float64) * weight[rows, None, None, None]
        flat = products.reshape(len(rows), out[:, :, channel].size)
        sums = [math.fsum(entry) for entry in flat.T.tolist()]
        out[:, :, channel] = np.reshape(sums, out[:, :, channel].shape)
    return out


class PositiveNegativeParts(nn.Module):
    """Stack X+ = max(X, 0) and X- = max(-X, 0) along the channels."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Double the channels of ``images``, shape ``(batch, c, height, width)``."""
        return torch.cat([images.clamp(min=0), (-images).clamp(min=0)], dim=1)


def merged_module(
    positive: list[Float64Array], negative_first: Float64Array
) -> nn.Sequential:
    """The small dense network of the merged kernels, float64.

    Args:
        positive: Per target layer, merged kernels of the positive filters,
            ``(d, d, c_in, c_out)``.
        negative_first: Those of the negative filters of layer 1.
    """
    parts: list[nn.Module] = [PositiveNegativeParts()]
    for layer, kernel in enumerate(positive):
        whole = kernel if layer else np.concatenate([kernel, negative_first], axis=2)
        parts += [convolution(whole.transpose(3, 2, 0, 1)), nn.ReLU()]
    return nn.Sequential(*parts)
