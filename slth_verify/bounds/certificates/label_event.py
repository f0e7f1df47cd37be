"""One event of the labels: how often a target is missed on it.

See `slth_verify.bounds.certificates.two_stage`, whose bound adds up these events.
"""

from __future__ import annotations

from fractions import Fraction

from slth_verify.bounds.certificates.envelope import Corner, envelope_at_one
from slth_verify.bounds.certificates.integrals.laplace import (
    probabilities_below,
    probability_above,
)
from slth_verify.bounds.certificates.labels import Labels
from slth_verify.bounds.certificates.selection import Energy, Gain
from slth_verify.bounds.certificates.stage import Stage
from slth_verify.enclosure import Ball, ComplexBall, from_ball, normal_cdf, to_ball

#: Values of the gain T at which the bound steps.
_LEVELS = 64

#: Chernoff rates that are tried for the energy.
_RATES = tuple(Fraction(i, 128) for i in range(1, 63))

#: Roots of both ends of a cell of the variance, and a lower bound of v there.
Cells = list[tuple[Ball, Ball, Ball]]


class LabelEvent:
    """An event of the labels: how often a target is missed on it.

    Args:
        stage: How the samples are used on it.
        labels: The second-stage samples.
        cells: Cells of the variance.
        slope: The number lambda of the selection.
        whole: Upper bound of its probability.
    """

    def __init__(
        self,
        stage: Stage,
        labels: Labels,
        cells: Cells,
        slope: Fraction,
        whole: Fraction,
    ) -> None:
        self.whole = whole
        self.low, high = stage.scales
        least, most = stage.gains
        gain = Gain(labels.share, slope)
        energy = Energy(labels.share, slope)
        self.labels, self.gain, self.energy = labels, gain, energy
        self.gains: list[ComplexBall] = []
        self.energies: list[ComplexBall] = []
        self.above = probability_above(labels, energy, high, list(_RATES))
        self.levels = [
            least + (most - least) * i / (_LEVELS - 1) for i in range(_LEVELS)
        ]
        self.reaches = reaches(self.levels, cells, slope)

    def missed(self, negligible: Fraction) -> Fraction:
        """Bound of the mean of F, on the event.

        Args:
            negligible: Error of truncation that does not matter.
        """
        outside = self.outside(negligible)
        below = probabilities_below(
            self.labels, self.gain, self.levels, negligible, self.gains
        )
        steps: list[Corner] = [
            (reach, outside + from_ball(chance).upper)
            for reach, chance in zip(self.reaches, below, strict=True)
        ]
        return envelope_at_one(steps, self.whole)

    def outside(self, negligible: Fraction) -> Fraction:
        """Bound of the probability that the energy leaves its range, on the event."""
        (short,) = probabilities_below(
            self.labels, self.energy, [self.low], negligible, self.energies
        )
        return from_ball(short + self.above).upper


def reaches(levels: list[Fraction], cells: Cells, slope: Fraction) -> list[Fraction]:
    """For each level c the largest y with v/y >= Phi(-(c + lambda s)/sqrt(s)).

    Args:
        levels: Rising values of the gain.
        cells: Cells of the variance.
        slope: The number lambda.
    """
    steep = to_ball(slope)
    # v / Phi rises with c: what it was at a lower level bounds it from below
    known = [to_ball(0) for _ in cells]
    reaches = []
    for gain in levels:
        level, found = to_ball(gain), list[Ball]()
        for place in sorted(range(len(cells)), key=lambda i: float(known[i])):
            if found and known[place] > found[-1]:
                continue
            low, high, value = cells[place]
            ratio = value / normal_cdf(-(level / high + steep * low))
            known[place] = ratio
            found.append(ratio.min(found[-1]) if found else ratio)
        reaches.append(max(Fraction(0), from_ball(found[-1]).lower))
    return reaches
