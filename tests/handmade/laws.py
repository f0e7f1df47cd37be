"""Laws of selected samples with known distribution functions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.stats import binom, gamma

from slth_verify.bounds.certificates.labels import Labels
from slth_verify.enclosure import to_ball


@dataclass(frozen=True)
class Exponentials:
    """Selected samples are exponential; an oracle with a known distribution function.

    Attributes:
        chances: Probabilities that a large and that a small sample is selected.
        rate: Rate of the exponential law, the same for both.
    """

    chances: tuple[Fraction, Fraction]
    rate: Fraction

    @property
    def missed(self):
        return tuple(to_ball(1 - chance) for chance in self.chances)

    def transforms(self, z):
        base = to_ball(self.rate) / (to_ball(self.rate) + z)
        return tuple(to_ball(chance) * base for chance in self.chances)

    @property
    def steep(self):
        return tuple(to_ball(chance / self.rate) for chance in self.chances)

    def decay(self, height):
        return tuple(to_ball(2 * c * self.rate / height) for c in self.chances)

    def exact(self, labels: Labels, levels: np.ndarray) -> np.ndarray:
        """P(event of the labels and S <= c), by the number of selected samples."""
        total = np.zeros(len(levels))
        large, small = (float(chance) for chance in self.chances)
        for nu in range(labels.first, labels.stop):
            counts = np.convolve(
                binom.pmf(np.arange(labels.n + 1), labels.n - nu, large),
                binom.pmf(np.arange(labels.n + 1), nu - labels.first, small),
            )
            weight = binom.pmf(nu, labels.n, float(labels.share))
            for count, chance in enumerate(counts):
                below = (
                    gamma.cdf(levels, count, scale=1 / float(self.rate)) if count else 1
                )
                total += weight * chance * below
        return total
