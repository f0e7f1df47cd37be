"""Collapsed networks: what they are, and how large."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import nn

from slth_verify.construction._small_file import Origin, read_small, write_small
from slth_verify.construction._small_layers import architecture_of_module
from slth_verify.network import Size, random_network_size


@dataclass(frozen=True, eq=False)
class Collapsed:
    """A pruned random network without its removed filters.

    Attributes:
        module: Dense torch network; its output approximates target / output_scale.
        origin: The ticket that it was made from.
    """

    module: nn.Sequential
    origin: Origin

    @property
    def output_scale(self) -> Fraction:
        """Power of two to multiply the output with."""
        return Fraction(2) ** self.origin.scale_exponent

    @property
    def before(self) -> Size:
        """Size of the whole random network."""
        shape = architecture_of_module(self.module)
        _, *image = self.origin.input_shape
        return random_network_size(self.origin.network, shape, (image[0], image[1]))

    @property
    def after(self) -> Size:
        """Size of ``module``: every number that it stores, zeros included."""
        count = sum(weight.numel() for weight in self.module.parameters())
        _, height, width = self.origin.input_shape
        return Size(count, count * height * width)

    @property
    def zeros(self) -> int:
        """How many stored weights are zero, as the block mask leaves them."""
        return sum(int((weight == 0).sum()) for weight in self.module.parameters())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write weights and architecture as safetensors, atomically.

        Raises:
            InvalidParameterError: If ``module`` was changed into something else.
            UnusableFileError: If the file cannot be written.
        """
        write_small(self.module, self.origin, path)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        *,
        dtype: str | torch.dtype | None = None,
    ) -> Collapsed:
        """Read a file written by `save`.

        Args:
            path: The file.
            dtype: ``"float32"`` or ``"float64"``; None for that of the file. A merged
                network is stored in float64; in float32 each weight is rounded once, by
                at most 2^-24 of itself.

        Raises:
            UnusableFileError: If it is no readable collapsed network.
            InvalidParameterError: If ``dtype`` is another.

        Rigor:
            The file is trusted: nothing proves that its weights come from the random
            network that it names. Collapse the ticket again for that.
        """
        return cls(*read_small(path, dtype))
