"""The paper's Figure 1: what remains of the random network is small and dense."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import save
from torch import nn

from slth_verify.errors import InvalidTicketError
from slth_verify.files import write_atomically
from slth_verify.network import (
    Architecture,
    RandomCNN,
    Size,
    collapsed_size,
    merged_kernels,
    merged_module,
    pruned_module,
    random_network_size,
)
from slth_verify.ticket import Ticket


@dataclass(frozen=True, eq=False)
class Collapsed:
    """A pruned random network without its removed filters.

    Attributes:
        module: Dense torch network; its output approximates target / output_scale.
        output_scale: Power of two to multiply the output with.
        before: Size of the whole random network.
        after: Size of ``module``; structural zeros of the block mask not counted.
    """

    module: nn.Sequential
    output_scale: Fraction
    before: Size
    after: Size

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the module's state as safetensors, atomically."""
        state = {
            key: value.contiguous() for key, value in self.module.state_dict().items()
        }
        metadata = {
            "slth_verify_collapsed": str(self.module),
            "output_scale": str(self.output_scale),
        }
        write_atomically(path, save(state, metadata))


def collapse(
    ticket: str | os.PathLike[str] | Ticket, *, merge: bool = False
) -> Collapsed:
    """Delete all removed filters; weights come from the seed, not from the file.

    Deleting a filter deletes a row of one weight matrix and a column of the next, so
    the collapsed network computes the same sums as the masked one, without the zeros.
    With ``merge`` filters of equal channel and sign are added up as well, down to about
    the size of the target; that is exact up to one rounding to float64 per entry.

    Args:
        ticket: A ticket file or a loaded ticket.
        merge: Whether to merge.

    Raises:
        InvalidTicketError: If the file cannot be read as a ticket.

    Source:
        fig:neuron-pruning.
    """
    loaded = ticket if isinstance(ticket, Ticket) else Ticket.load(Path(ticket))
    network = RandomCNN(loaded.seed, loaded.widths)
    shape = architecture_of(loaded)
    kept = [layer.filters for layer in loaded.layers]
    _, *image = _input_shape(loaded)
    module = pruned_module(network, shape, kept)
    after = collapsed_size(shape, kept, (image[0], image[1]))
    if merge:
        module = merged_network(network, shape, kept)
        count = sum(parameter.numel() for parameter in module.parameters())
        after = Size(count, count * image[0] * image[1])
    before = random_network_size(network, shape, (image[0], image[1]))
    scale = Fraction(2) ** sum(loaded.scale_exponents)
    return Collapsed(module, scale, before, after)


def architecture_of(ticket: Ticket) -> Architecture:
    """Channels and kernel sizes that a ticket speaks of."""
    outs = [layer.kernels.shape[3] for layer in ticket.layers]
    sizes = tuple(layer.kernels.shape[1] for layer in ticket.layers)
    return Architecture((_input_shape(ticket)[0], *outs), sizes)


def _input_shape(ticket: Ticket) -> tuple[int, int, int]:
    shape = ticket.target.get("input_shape")
    if (
        not isinstance(shape, list)
        or len(shape) != 3
        or any(type(side) is not int or side < 1 for side in shape)
    ):
        raise InvalidTicketError(
            f"input_shape={str(shape)[:60]}: a ticket names its target's (channels, "
            "height, width) as three positive integers. Write it again with "
            "`slth-verify prune`."
        )
    channels, height, width = shape
    return channels, height, width


def merged_network(
    network: RandomCNN, shape: Architecture, kept: Sequence[NDArray[np.int64]]
) -> nn.Sequential:
    """Kept filters added up per channel and sign, float64."""
    positive = []
    negative = np.empty(0)
    for layer, filters in enumerate(kept, start=1):
        owner = filters // network.block(layer)
        scalars = np.empty(len(filters), dtype=np.float32)
        for channel in np.unique(owner).tolist():
            rows = owner == channel
            scalars[rows] = network.scalars(layer, channel, filters[rows])
        kernels = network.kernels(layer, filters, shape.kernel_shape(layer))
        channels = shape.channels[layer - 1]
        positive.append(merged_kernels(scalars, kernels, owner, channels, 1))
        if layer == 1:
            negative = merged_kernels(scalars, kernels, owner, channels, -1)
    module: nn.Sequential = merged_module(positive, negative)
    return module
