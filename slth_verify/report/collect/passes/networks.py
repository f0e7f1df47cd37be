"""Target, pruned and merged network of a ticket, ready to run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.construction.graphs.small_graphs import small_graph
from slth_verify.graph import TargetCNN, values
from slth_verify.graph.stages import Stage, stages_of
from slth_verify.ticket import Ticket
from slth_verify.ticket.graphs.sums import KeptFilters, PairSums, pair_sums
from slth_verify.ticket.graphs.values import FloatPair, float_pruned_values
from slth_verify.ticket.graphs.weights import drawn_filters

#: Entries of the tensors of a batch.
_ENTRIES = 1 << 22


@dataclass(frozen=True, eq=False)
class Networks:
    """The networks that a ticket is about.

    Attributes:
        target: The target f.
        ticket: Of it only seed, widths, exponents and indices are used.
    """

    target: TargetCNN
    ticket: Ticket

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of f."""
        return stages_of(self.target)

    @cached_property
    def kept(self) -> tuple[KeptFilters, ...]:
        """Surviving filters of every stage, with the generator's weights."""
        parts = zip(self.stages, self.ticket.stages, strict=True)
        return tuple(
            drawn_filters(self.ticket.seed, stage, part.width, part.filters)
            for stage, part in parts
        )

    @property
    def exponents(self) -> list[int]:
        """E of every stage."""
        return [part.exponent for part in self.ticket.stages]

    @cached_property
    def sums(self) -> dict[str, PairSums]:
        """What the filters of every stage add up to, exactly."""
        parts = zip(self.stages, self.exponents, self.kept, strict=True)
        return {stage.name: pair_sums(stage, e, kept) for stage, e, kept in parts}

    @cached_property
    def pairs(self) -> dict[str, FloatPair]:
        """The same in floats, each rounded once: the merged network.

        Raises:
            OverflowError: If floats do not hold one.
        """
        return {name: FloatPair.of(part) for name, part in self.sums.items()}

    def small(self, *, merge: bool) -> TargetCNN:
        """The pruned network in float64, or the merged one, as a network itself.

        Raises:
            InvalidParameterError: If floats do not hold a weight.
            InvalidTargetError: If it is too large.
        """
        return small_graph(
            self.target, self.exponents, self.kept, "float64", merge=merge
        )

    def run(self, images: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Outputs of target and merged network."""
        shapes = (self.target.shape(node.name) for node in self.target.nodes)
        size = max(1, _ENTRIES // sum(map(math.prod, shapes)))
        merged = [
            float_pruned_values(self.target, self.pairs, images[first : first + size])
            for first in range(0, len(images), size)
        ]
        return values(self.target, images), np.concatenate(merged)

    @property
    def error_patterns(self) -> tuple[Float64Array, ...]:
        """Kernels whose signs excite the target or the first stage's error.

        Shape ``(d, d, channels, filters)``; none unless the first stage reads images
        through square windows.
        """
        first = self.stages[0] if self.stages else None
        if first is None or first.shape != self.target.input.shape:
            return ()
        if first.layer.groups > 1:
            return ()
        kernel = first.layer.weight.astype(np.float64)
        if kernel.shape[2] != kernel.shape[3]:
            return ()
        pair = self.pairs[first.name]
        plus, minus = pair.positive - kernel, pair.negative + kernel
        return tuple(
            part.transpose(2, 3, 1, 0) for part in (kernel, plus, plus - minus)
        )
