"""Target, pruned and merged network of a ticket, ready to run, with their rounding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import nn

from slth_verify.arrays import Float64Array, IndexArray
from slth_verify.network import RandomCNN, TargetCNN, merged_module, pruned_module
from slth_verify.report.collect.passes.forward import Forward
from slth_verify.report.collect.passes.rounding import (
    Pair,
    merged_steps,
    pairs_of,
    pruned_steps,
    rounding_bound,
    target_steps,
)
from slth_verify.ticket import Ticket


@dataclass(frozen=True, eq=False)
class Networks:
    """The networks that a ticket is about.

    Attributes:
        target: The target f.
        random: The random network.
        kept: Surviving filters, layer by layer.
        pruned: The pruned random network g, all weights from the generator.
        pairs: Its layers.
        positive: Merged kernels of the positive filters, layer by layer.
        negative_first: Those of the negative filters of layer 1.
    """

    target: TargetCNN
    random: RandomCNN
    kept: tuple[IndexArray, ...]
    pruned: nn.Sequential
    pairs: tuple[Pair, ...]
    positive: tuple[Float64Array, ...]
    negative_first: Float64Array

    @classmethod
    def of(cls, target: TargetCNN, ticket: Ticket) -> Networks:
        """Build them; of the ticket only seed, widths and indices are used."""
        random = RandomCNN(ticket.seed, ticket.widths)
        kept = tuple(layer.filters for layer in ticket.layers)
        pruned = pruned_module(random, target.architecture, kept)
        pairs = tuple(pairs_of(pruned))
        positive = tuple(pair.merged(1) for pair in pairs)
        return cls(target, random, kept, pruned, pairs, positive, pairs[0].merged(-1))

    @property
    def scale(self) -> float:
        """S, a power of two: f is approximated by S g."""
        return float(self.target.output_scale)

    @property
    def target_rounding(self) -> float:
        """Bound on the rounding of an output of f."""
        return rounding_bound(target_steps(self.target.kernels))

    @property
    def pruned_rounding(self) -> float:
        """Bound on the rounding of an output of S g, known before any pass."""
        return self.scale * rounding_bound(pruned_steps(self.pairs))

    def seen_rounding(self, outputs: Outputs) -> float:
        """Far smaller bound on the rounding of these outputs of S g.

        The merged network has the same exact outputs and rounds far less, so whatever
        separates its outputs from the pruned one's is rounding.
        """
        return self.merged_rounding + largest(outputs.merged - outputs.pruned)

    @property
    def merged_rounding(self) -> float:
        """Bound on the rounding of an output of S times the merged network."""
        steps = merged_steps(self.positive, self.negative_first)
        return self.scale * rounding_bound(steps)

    @property
    def error_patterns(self) -> tuple[Float64Array, ...]:
        """Kernels whose signs excite the target or the first layer's error."""
        kernel = self.target.normalised_kernel(1)
        plus, minus = self.positive[0] - kernel, self.negative_first + kernel
        return kernel, plus, plus - minus

    def run(self, images: Float64Array) -> Outputs:
        """Forward passes of all three on the same images."""
        merged = merged_module(list(self.positive), self.negative_first)
        return Outputs(
            Forward(self.target.to_torch())(images),
            self.scale * Forward(self.pruned)(images),
            self.scale * Forward(merged)(images),
        )


def largest(values: Float64Array) -> float:
    """Largest modulus, rounded up by one unit; NaN if one is among them."""
    return float(np.abs(values).max()) * (1 + 2.0**-52)


@dataclass(frozen=True, eq=False)
class Outputs:
    """Output maps in the target's units, ``(count, classes, height, width)`` each.

    Attributes:
        target: Of f.
        pruned: Of S g.
        merged: Of S times the merged network.
    """

    target: Float64Array
    pruned: Float64Array
    merged: Float64Array
