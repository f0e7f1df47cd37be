"""Pairs of random layers in torch, in place of the affine stages of a graph."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from slth_verify.arrays import Float32Array, IndexArray
from slth_verify.graph import Convolution
from slth_verify.graph.stages import Stage
from slth_verify.network._mask import filter_blocks
from slth_verify.network._padding import padded
from slth_verify.network.pruned_graphs.operations import PaddedConvolution, tensor_of
from slth_verify.network.random_networks import RandomCNN

#: Base-2 logarithm of a factor that float32 holds, with room for its product.
_FACTOR = 64


class RandomPair(nn.Module):
    """A 1x1 convolution, ReLU, and a second convolution in a stage's geometry.

    A stage with a bias has filters beside that see nothing but the constant 1, by 1x1
    kernels, and reach every output. That is this project's extension, not the paper's.

    Attributes:
        first: The 1x1 convolution; its filters are in order, group by group.
        second: The second convolution; margins are those of `forward`.
        ones: The constant channel; it has one place, as all are alike.
        constant_first: Filters of the constant channel, or None.
        constant_second: Their kernels, or None.
    """

    def __init__(
        self,
        stage: Stage,
        pair: tuple[Float32Array, Float32Array],
        constant: tuple[Float32Array, Float32Array] | None,
        exponent: int,
        dtype: torch.dtype,
    ) -> None:
        super().__init__()
        plain = plain_window(stage.layer)
        inner = replace(stage.layer, padding=(0, 0, 0, 0))
        self.shape, self.layer = stage.shape, stage.layer
        self.factors = _factors(exponent)
        self.first = PaddedConvolution(tensor_of(pair[0], dtype), None, plain)
        self.second = PaddedConvolution(tensor_of(pair[1], dtype), None, inner)
        self.constant_first = self.constant_second = None
        if constant is not None:
            self.register_buffer("ones", torch.ones(1, 1, 1, 1, dtype=dtype))
            self.constant_first, self.constant_second = (
                PaddedConvolution(tensor_of(part, dtype), None, plain)
                for part in constant
            )

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        """The pair's outputs, times its power of two.

        Args:
            tensor: ``(batch, *axes)``: an image, a vector, or what a batch norm takes.
        """
        hidden = F.relu(self.first(tensor.reshape(-1, *self.shape)))
        layer = self.layer
        found = self.second(padded(hidden, layer.padding, layer.padding_mode))
        if self.constant_first is not None and self.constant_second is not None:
            ones: torch.Tensor = self.ones  # type: ignore[assignment]
            found = found + self.constant_second(F.relu(self.constant_first(ones)))
        for factor in self.factors:
            found = found * factor
        places = found.shape[2:] if tensor.ndim == 4 else tensor.shape[2:]
        result: torch.Tensor = found.reshape(-1, found.shape[1], *places)
        return result


def plain_window(layer: Convolution) -> Convolution:
    """The layer with the window of a 1x1 layer: each place alone, one group."""
    return replace(
        layer, stride=(1, 1), dilation=(1, 1), padding=(0, 0, 0, 0), groups=1
    )


def kept_pair(
    network: RandomCNN,
    stage: Stage,
    filters: IndexArray,
    exponent: int,
    dtype: torch.dtype,
) -> RandomPair:
    """The pair of a stage with kept filters alone, the blocked mask applied.

    Args:
        network: The random network.
        stage: The stage.
        filters: Increasing indices below ``2 n stage.inputs``.
        exponent: e.
        dtype: Of the weights.
    """
    number = stage.number
    owner = filter_blocks(filters, network.block(number))
    scalars = network.own_scalars(number, filters)
    plain = int(np.searchsorted(owner, stage.channels))
    first, second = placed_filters(
        stage,
        owner[:plain],
        scalars[:plain],
        network.kernels(number, filters[:plain], stage.kernel_shape(0)),
    )
    constant = None
    if plain < len(filters):
        shape = stage.kernel_shape(stage.channels)
        kernels = network.kernels(number, filters[plain:], shape)
        constant = scalars[plain:].reshape(-1, 1, 1, 1), kernels.transpose(3, 0, 1, 2)
    return RandomPair(stage, (first, second), constant, exponent, dtype)


def placed_filters(
    stage: Stage, owner: IndexArray, scalars: Float32Array, kernels: Float32Array
) -> tuple[Float32Array, Float32Array]:
    """Weights of both layers, filters of one group beside each other.

    Torch wants equally many filters in each group, and at least one: where others
    have more, filters of zeros follow, which add nothing.

    Args:
        stage: The stage.
        owner: Channel that each filter reads, not decreasing, ``(count,)``.
        scalars: What it multiplies it with, ``(count,)``.
        kernels: ``(count, rows, columns, c_out / groups)``.

    Returns:
        ``(filters, channels, 1, 1)`` and ``(c_out, filters / groups, rows, columns)``.
    """
    outputs, wide, *window = stage.layer.weight.shape
    groups = stage.layer.groups
    group = owner // wide
    counts = _group_counts(stage, owner)
    slots = max(1, int(counts.max()))
    slot = np.arange(len(owner)) - (np.cumsum(counts) - counts)[group]
    first = np.zeros((groups * slots, stage.channels, 1, 1), np.float32)
    first[group * slots + slot, owner, 0, 0] = scalars
    second = np.zeros((groups, outputs // groups, slots, *window), np.float32)
    second[group, :, slot] = kernels.transpose(0, 3, 1, 2)
    return first, second.reshape(outputs, slots, *window)


def pair_weights(stage: Stage, owner: IndexArray) -> int:
    """How many weights the layers of `kept_pair` have, zeros included.

    Args:
        stage: The stage.
        owner: Channel that each filter reads, ``(count,)``.
    """
    plain = owner[owner < stage.channels]
    slots = max(1, int(_group_counts(stage, plain).max()))
    per_filter = stage.channels + math.prod(stage.kernel_shape(0))
    constants = (len(owner) - len(plain)) * (1 + len(stage.layer.weight))
    return stage.layer.groups * slots * per_filter + constants


def _group_counts(stage: Stage, owner: IndexArray) -> IndexArray:
    """How many filters each group of the stage has."""
    group = owner // stage.layer.weight.shape[1]
    return np.bincount(group, minlength=stage.layer.groups)


def dense_pair(
    network: RandomCNN, stage: Stage, exponent: int, dtype: torch.dtype
) -> RandomPair:
    """The pair of a stage with all its filters, without the blocked mask."""
    number, block = stage.number, network.block(stage.number)
    filters = np.arange(block * stage.channels)
    _, second = placed_filters(
        stage,
        filters // block,
        np.zeros(len(filters), np.float32),
        network.kernels(number, filters, stage.kernel_shape(0)),
    )
    columns = [
        network.scalars(number, channel, filters) for channel in range(stage.channels)
    ]
    first = np.stack(columns, axis=1)[:, :, None, None]
    constant = None
    if stage.has_bias:
        others = np.arange(len(filters), len(filters) + block)
        kernels = network.kernels(number, others, stage.kernel_shape(stage.channels))
        scalars = network.scalars(number, stage.channels, others)
        constant = scalars.reshape(-1, 1, 1, 1), kernels.transpose(3, 0, 1, 2)
    return RandomPair(stage, (first, second), constant, exponent, dtype)


def pair_masks(
    stage: Stage, block: int, filters: IndexArray
) -> dict[str, NDArray[np.float32]]:
    """Masks of the first layers of `dense_pair`: blocks, without removed filters."""
    masks = {"first": np.zeros((block * stage.channels, stage.channels, 1, 1))}
    plain = filters[filters < block * stage.channels]
    masks["first"][plain, plain // block] = 1
    if stage.has_bias:
        masks["constant_first"] = np.zeros((block, 1, 1, 1))
        masks["constant_first"][filters[len(plain) :] - block * stage.channels] = 1
    return {name: mask.astype(np.float32) for name, mask in masks.items()}


def _factors(exponent: int) -> tuple[float, ...]:
    """Powers of two whose product is ``2^exponent``; float32 holds each of them."""
    step = _FACTOR if exponent > 0 else -_FACTOR
    whole, rest = divmod(exponent, step)
    return (2.0**step,) * whole + ((2.0**rest,) if rest else ())
