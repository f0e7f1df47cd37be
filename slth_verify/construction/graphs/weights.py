"""A stage's weights as the search sees them: float64, scaled, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.graph.dyadics import Exact
from slth_verify.graph.stages import Stage

#: Floats of a plan are kept below it.
LARGEST = 10**300


@dataclass(frozen=True, eq=False)
class FloatStage:
    """A stage in floats.

    Attributes:
        stage: The stage.
    """

    stage: Stage

    @cached_property
    def weight(self) -> Float64Array:
        """``(c_out, c_in / groups, rows, columns)``, the batch norm folded in."""
        kernel = self.stage.kernel()
        return _floats(kernel.least, kernel.bits)

    @cached_property
    def bias(self) -> Float64Array:
        """``(c_out,)``; zeros if there is none."""
        kernel = self.stage.kernel()
        return _floats(kernel.bias_least, kernel.bits)

    def column_sum(self, channel: int) -> Float64Array:
        """What second-layer kernels that read a channel should add up to.

        Args:
            channel: From 0; the last is the constant one, if there is one.

        Returns:
            Rows, columns and outputs, flattened, outputs as the fastest axis.
        """
        stage = self.stage
        if channel == stage.channels:
            return self.bias
        outputs, wide = self.weight.shape[:2]
        per_group = outputs // stage.layer.groups
        group, place = divmod(channel, wide)
        part = self.weight[group * per_group : (group + 1) * per_group, place]
        return part.transpose(1, 2, 0).ravel()

    @cached_property
    def slopes(self) -> Float64Array:
        """Sums of ``|K|`` over the window, ``(c_out, c_in)``; 0 across groups."""
        outputs, wide = self.weight.shape[:2]
        groups = self.stage.layer.groups
        sums = np.abs(self.weight).sum(axis=(2, 3)).reshape(groups, -1, wide)
        full = np.zeros((groups, outputs // groups, groups, wide))
        full[np.arange(groups), :, np.arange(groups)] = sums
        return full.reshape(outputs, self.stage.channels)


def within(number: Fraction) -> Fraction:
    """The number, moved to where floats hold it."""
    return min(max(number, Fraction(-LARGEST)), Fraction(LARGEST))


def _floats(whole: Exact, bits: int) -> Float64Array:
    """Integers times ``2^-bits`` as the nearest floats, up to 1e300."""
    most = LARGEST << bits
    return np.asarray(np.minimum(np.maximum(whole, -most), most) / (1 << bits), float)
