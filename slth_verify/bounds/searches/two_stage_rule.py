"""Rules of a two-stage certificate and their coordinates, for searches. Untrusted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, chdtri, gammaincinv

from slth_verify.bounds.certificates.two_stage import TwoStageCertificate


@dataclass(frozen=True, slots=True)
class Rule:
    """Parameters of all stages, by rules.

    Attributes:
        share: The number sigma.
        portion: Size of the subsets over the number of first-stage samples.
        scale: The variance s_a over the number of first-stage samples.
        ratio: s_b / s_a.
        slope: The number lambda.
        cap: Largest squared scale of a good first-stage sample.
        first: First-stage samples of the last stage.
        tail: Chance left out at the upper end of the energy.
    """

    share: float
    portion: float
    scale: float
    ratio: float
    slope: float
    cap: float
    first: int
    tail: float

    def size(self, first: int) -> int:
        """Size of the subsets of ``first`` samples."""
        return round(self.portion * first)

    def scales(self, first: int) -> tuple[float, float]:
        """Range of the variance of the second stage."""
        return self.scale * first, self.scale * first * self.ratio

    def energy(self, first: int, rare: float) -> tuple[float, float]:
        """Range of the energy of good samples; ``rare`` is left out below."""
        low = 2 * float(gammaincinv(first / 2, rare))
        return low, float(chdtri(first, self.tail))


class Point(NamedTuple):
    """Where a `Rule` lies, in coordinates that may be any numbers.

    Attributes:
        share: Logit of sigma.
        portion: Logit of the size of the subsets over the first-stage samples.
        scale: Logarithm of the variance s_a, in units of that of all their sums.
        ratio: Logarithm of the logarithm of s_b / s_a.
        slope: Logarithm of lambda.
        cap: Logarithm of the largest squared scale of a good first-stage sample.
        first: How far the first-stage samples of the last stage are below the mean
            number of small ones, in standard deviations.
        tail: Logarithm of the chance left out at the upper end of the energy.
    """

    share: float
    portion: float
    scale: float
    ratio: float
    slope: float
    cap: float
    first: float
    tail: float

    @classmethod
    def of(cls, certificate: TwoStageCertificate) -> Point:
        """Where a certificate lies, by its last stage."""
        last, n = certificate.stages[-1], certificate.n
        share, portion = float(certificate.share), last.size / last.first
        unit = share**2 * portion * (1 - portion) * last.first
        mean = n * share
        return cls(
            share=math.log(share / (1 - share)),
            portion=math.log(portion / (1 - portion)),
            scale=math.log(float(last.scales[0]) / unit),
            ratio=math.log(math.log(last.scales[1] / last.scales[0])),
            slope=math.log(certificate.slope),
            cap=math.log(certificate.cap),
            first=(mean - last.first) / math.sqrt(mean * (1 - share)),
            tail=float(np.log(chdtrc(last.first, float(last.energy[1])))),
        )

    def rule(self, n: int) -> Rule:
        """The rule for n samples."""
        with np.errstate(over="ignore"):
            share, portion = 1 / (1 + np.exp([-self.share, -self.portion]))
            scale, ratio, slope, cap = np.exp(
                [self.scale, self.ratio, self.slope, self.cap]
            )
        mean = n * share
        return Rule(
            share=float(share),
            portion=float(portion),
            scale=float(scale * share**2 * portion * (1 - portion)),
            ratio=float(np.exp(min(ratio, 5))),
            slope=float(slope),
            cap=float(cap),
            first=int(mean - self.first * math.sqrt(mean * (1 - share))),
            tail=float(np.exp(min(self.tail, -1))),
        )
