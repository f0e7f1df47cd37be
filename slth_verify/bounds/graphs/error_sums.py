"""What must be known of a stage's weights: sums of moduli, and norms of channels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np

from slth_verify.graph.dyadics import Exact
from slth_verify.graph.stages import Stage, StageKernel
from slth_verify.ticket.graphs.pair import window_parts


@dataclass(frozen=True, eq=False, slots=True)
class ErrorSums:
    """How a stage passes errors on, and how long its problems' targets are.

    Attributes:
        stage: The stage.
        seen: For every largest part of a window that lies inside the image at some
            place: its number of entries.
        sums: For each of them no less than the sum of ``|K|`` over it, in units of
            ``2^-bits``, ``(groups, c_out / groups, c_in / groups)``.
        bits: Of the unit.
        squares: For every channel of the source no less than ``||K_c||_2^2``.
        bias_square: No less than ``||b||_2^2``.
    """

    stage: Stage
    seen: tuple[int, ...]
    sums: tuple[Exact, ...]
    bits: int
    squares: tuple[Fraction, ...]
    bias_square: Fraction

    @classmethod
    def of(cls, stage: Stage) -> ErrorSums:
        """From the weights, batch norm folded in.

        Rigor:
            Exact sums of the larger modulus of each weight's two ends.
        """
        kernel = stage.kernel()
        groups, outputs = stage.layer.groups, len(kernel.least)
        most = _moduli(kernel)
        rooms = most.reshape(groups, outputs // groups, *most.shape[1:])
        unit = Fraction(1, 1 << 2 * kernel.bits)
        squares = (rooms * rooms).sum(axis=(1, 3, 4)).ravel()
        bias = np.maximum(np.abs(kernel.bias_least), np.abs(kernel.bias_most))
        parts = list(_largest_parts(stage))
        return cls(
            stage,
            tuple((end - top) * (right - left) for top, end, left, right in parts),
            tuple(
                rooms[..., top:end, left:right].sum(axis=(3, 4))
                for top, end, left, right in parts
            ),
            kernel.bits,
            tuple(int(square) * unit for square in squares),
            int((bias * bias).sum()) * unit,
        )

    @property
    def dim(self) -> int:
        """Dimension of the problem of a channel of the source."""
        return math.prod(self.stage.kernel_shape(0))

    @property
    def bias_dim(self) -> int:
        """Dimension of the constant channel's problem."""
        return len(self.stage.layer.weight)


def _moduli(kernel: StageKernel) -> Exact:
    if kernel.most is kernel.least:
        return np.abs(kernel.least)
    return np.maximum(np.abs(kernel.least), np.abs(kernel.most))


def _largest_parts(stage: Stage) -> Iterator[tuple[int, int, int, int]]:
    """Parts of a window inside at some place that no other such part contains.

    The parts are products of an interval of rows and one of columns, and all pairs of
    those occur.
    """
    axes = []
    for part in window_parts(stage):
        ends = [tuple(pair) for pair in part.tolist()]
        axes.append(
            [
                one
                for one in ends
                if not any(
                    other != one and other[0] <= one[0] and one[1] <= other[1]
                    for other in ends
                )
            ]
        )
    for (top, bottom), (left, right) in product(*axes):
        yield top, bottom, left, right
