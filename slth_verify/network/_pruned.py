"""The pruned random network in torch, and the dense one it was cut from.

`pruned_module` is g itself: a blocked 1x1 convolution and a d x d convolution per
target layer, with the weights that the generator gives for the kept filters and nothing
merged. It is the collapsed network of the paper's Figure 1: removing a filter deletes a
row of one weight matrix and a column of the next, and what remains is dense in the kept
filters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from slth_verify.arrays import IndexArray
from slth_verify.network._architecture import Architecture
from slth_verify.network._mask import channel_blocked_mask, filter_blocks
from slth_verify.network._random_cnn import RandomCNN
from slth_verify.network._torch_io import convolution

#: Largest dense realisation, in weights of all layers together.
DENSE_LIMIT = 50_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """How large a network is.

    Attributes:
        parameters: Stored weights.
        multiply_adds: Multiplications of one forward pass on one image.
    """

    parameters: int
    multiply_adds: int


def pruned_module(
    network: RandomCNN, architecture: Architecture, kept: Sequence[IndexArray]
) -> nn.Sequential:
    """The random network after block mask and filter removal, collapsed.

    Args:
        network: The random CNN.
        architecture: Channels and kernel sizes of the target.
        kept: Per target layer, the increasing filter indices that survive.

    Returns:
        ``1x1 convolution, ReLU, d x d convolution, ReLU`` per target layer, float32.
        Its output approximates the *normalised* target.
    """
    parts: list[nn.Module] = []
    for layer, filters in enumerate(kept, start=1):
        channels = architecture.channels[layer - 1]
        owner = filter_blocks(filters, network.block(layer))
        first = np.zeros((len(filters), channels, 1, 1), dtype=np.float32)
        scalars = network.own_scalars(layer, filters)
        first[np.arange(len(filters)), owner, 0, 0] = scalars
        shape = architecture.kernel_shape(layer)
        second = network.kernels(layer, filters, shape).transpose(3, 0, 1, 2)
        parts += _pair(first, second)
    return nn.Sequential(*parts)


def dense_module(network: RandomCNN, architecture: Architecture) -> nn.Sequential:
    """The whole random network, unpruned, for small widths.

    Raises:
        ValueError: If it had more than ``DENSE_LIMIT`` weights.
    """
    size = random_network_size(network, architecture, (1, 1))
    if size.parameters > DENSE_LIMIT:
        raise ValueError(
            f"widths={network.widths} need {size.parameters} dense weights, more than "
            f"{DENSE_LIMIT}. Use pruned_module, which generates only kept filters."
        )
    parts: list[nn.Module] = []
    for layer in range(1, architecture.depth + 1):
        channels = architecture.channels[layer - 1]
        filters = np.arange(network.block(layer) * channels, dtype=np.int64)
        first = np.stack(
            [network.scalars(layer, k, filters) for k in range(channels)], axis=1
        )
        shape = architecture.kernel_shape(layer)
        second = network.kernels(layer, filters, shape).transpose(3, 0, 1, 2)
        parts += _pair(first[:, :, None, None], second)
    return nn.Sequential(*parts)


def mask_in_place(
    dense: nn.Sequential,
    network: RandomCNN,
    architecture: Architecture,
    kept: Sequence[IndexArray],
) -> None:
    """Apply the channel-blocked mask to the odd layers and remove all other filters.

    Args:
        dense: What `dense_module` returned; changed in place, same shapes.
        network: The same random CNN.
        architecture: The same architecture.
        kept: Per target layer, the filters that survive.
    """
    for layer, filters in enumerate(kept, start=1):
        channels, block = architecture.channels[layer - 1], network.block(layer)
        mask = channel_blocked_mask(channels, block)[0, 0].T.copy()
        removed = np.ones(channels * block, dtype=bool)
        removed[filters] = False
        mask[removed] = False
        first = dense[4 * (layer - 1)]
        if not isinstance(first, nn.Conv2d):
            raise TypeError(f"dense[{4 * (layer - 1)}] is {first}, no convolution")
        with torch.no_grad():
            first.weight.mul_(torch.from_numpy(mask[:, :, None, None]))


def collapsed_size(
    architecture: Architecture, kept: Sequence[IndexArray], image: tuple[int, int]
) -> Size:
    """Size after collapse; the mask leaves one scalar per kept filter."""
    counts = [len(filters) for filters in kept]
    parameters = sum(
        count * (1 + architecture.dimension(layer))
        for layer, count in enumerate(counts, start=1)
    )
    return Size(parameters, parameters * image[0] * image[1])


def random_network_size(
    network: RandomCNN, architecture: Architecture, image: tuple[int, int]
) -> Size:
    """Size of the whole random network, before mask and pruning."""
    parameters = 0
    for layer in range(1, architecture.depth + 1):
        channels = architecture.channels[layer - 1]
        filters = network.block(layer) * channels
        parameters += filters * (channels + architecture.dimension(layer))
    return Size(parameters, parameters * image[0] * image[1])


def _pair(first: NDArray[np.float32], second: NDArray[np.float32]) -> list[nn.Module]:
    if not len(first):  # torch has no empty convolution: one filter of zeros instead
        first = np.zeros((1, *first.shape[1:]), dtype=np.float32)
        second = np.zeros((len(second), 1, *second.shape[2:]), dtype=np.float32)
    return [convolution(first), nn.ReLU(), convolution(second), nn.ReLU()]
