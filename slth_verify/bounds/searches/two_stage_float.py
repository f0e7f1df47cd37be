"""`TwoStageCertificate.failure` in floating point, for searches. Untrusted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtr, chdtrc, gammaln, log_ndtr

from slth_verify.arrays import Float64Array
from slth_verify.bounds.searches.binomial_float import (
    binomial_below,
    high_quantile,
    low_quantile,
)
from slth_verify.bounds.searches.log_sum import log_hypergeometric, log_sum
from slth_verify.bounds.searches.two_stage_label_sums import LabelSums
from slth_verify.bounds.searches.two_stage_rule import Rule

_ENERGIES, _SCALES, _LEVELS = 32, 32, 32

#: Range of log y on which the failure probability is followed.
_REACH = (-2.0, 14.0)

#: Inner ends of the parts into which a range is cut for a gain, and how often it is.
_PARTS, _CUTS = np.arange(1, 9) / 9, 10

#: By how much the hypotheses must hold.
_ROOM = 1e-6

#: Roots of both ends of every cell of the variance, and a logarithm for it.
_Cells = tuple[Float64Array, Float64Array, Float64Array]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        n: Number of samples.
        dim: Dimension m.
        eps: Accuracy.
        norm: Largest Euclidean norm of the target.
        rare: Chance that is left out at the lower ends of the energy and of the
            labels; far below the failure probability that is asked for.
    """

    n: int
    dim: int
    eps: float
    norm: float
    rare: float


def firsts(question: Question, rule: Rule, cells: int) -> list[int]:
    """Sizes of the first stage: the last one, and smaller ones for fewer labels."""
    low = max(question.dim + 3, low_quantile(question.rare, question.n, rule.share))
    if cells == 0 or low >= rule.first:
        return [rule.first]
    inner = np.linspace(low, rule.first, cells + 1)
    return sorted({int(first) for first in inner})


def failure(
    question: Question, rule: Rule, cells: int, most: float = math.inf
) -> float:
    """About `TwoStageCertificate.failure`; above 1, by how much a hypothesis fails.

    Args:
        question: What is asked.
        rule: Parameters of all stages.
        cells: Smaller first stages, for the case that few samples are small.
        most: What is more than this need not be known any better.
    """
    stages = firsts(question, rule, cells)
    if not question.dim + 3 <= stages[0] <= stages[-1] < question.n:
        return 2.0
    top = high_quantile(question.rare / 1000, question.n, rule.share) + 2
    stops = [*stages[1:], max(stages[-1] + 1, min(top, question.n + 1))]
    total = binomial_below(stages[0] - 1, question.n, rule.share)
    # most of the failures come from the last stage
    for first, stop in zip(reversed(stages), reversed(stops), strict=True):
        if total > most:
            return total
        total += _StageEstimate(question, rule, first, stop).failure()
    return total if math.isfinite(total) else 2.0


def gain_range(
    question: Question, rule: Rule, first: int
) -> tuple[float, float] | None:
    """Range of the gain on which the bound rises to 1; None if a hypothesis fails."""
    stage = _StageEstimate(question, rule, first, first + 1)
    return stage.gains() if stage.room() >= _ROOM else None


class _StageEstimate:
    """One event of the labels, about `TwoStageCertificate._failure`."""

    def __init__(self, question: Question, rule: Rule, first: int, stop: int) -> None:
        self.question, self.rule, self.first = question, rule, first
        self.size = rule.size(first)
        self.low, self.high = rule.scales(first)
        self.energy = rule.energy(first, question.rare)
        self.labels = LabelSums(question.n, rule, first, stop)

    def failure(self) -> float:
        """Failure on the event; infeasible rules give more than its probability."""
        whole, room = self.labels.probability, self.room()
        if room < _ROOM:
            return whole * (1 + 10 * max(0.0, -room))
        cells = self._cells()
        levels = self._levels(cells)
        reach = np.exp(self._log_reach(levels, cells))
        missed = np.clip(self.labels.below(levels, self.labels.gain), 0, whole)
        missed = np.minimum(missed + self._outside(), whole)
        place = np.concatenate([[0], reach])
        value = np.concatenate([missed, [whole]])
        slopes = np.concatenate([[0], whole * np.geomspace(1e-14, 1, 200)])
        lines = slopes + np.max(value - np.outer(slopes, place), axis=1)
        bad = self.question.rare + self.rule.tail
        bad += self.first * float(chdtrc(1, self.rule.cap))
        return float(min(whole, lines.min() + bad * whole))

    def room(self) -> float:
        """By how much `PairEnergy.admits` holds; negative if it fails."""
        if not 0 < self.size < self.first:
            return 0.0
        return min(self._room(scale) for scale in (self.low, self.high))

    def gains(self) -> tuple[float, float]:
        """Range of the gain on which the failure probability rises to 1."""
        levels = self._levels(self._cells())
        return float(levels[0]), float(levels[-1])

    def _levels(self, cells: _Cells) -> Float64Array:
        low, high = self._inverse(np.array(_REACH), cells)
        return np.linspace(max(low, high / 1000), high, _LEVELS)

    def _unit(self, scale: float) -> tuple[float, float, float]:
        """Tilt x, rate kappa and portion p at this variance, in units of the scales."""
        n, s = self.first, scale / self.rule.share**2
        p = self.size / n
        spread = p * (1 - p) * n / (n - 1)
        return spread * self.rule.cap / s, p * p / s - spread / (n * s), p

    def _room(self, scale: float) -> float:
        tilt, rate, p = self._unit(scale)
        if tilt >= 0.999:
            return 0.999 - tilt
        high = self.energy[1] / (1 - tilt)
        drift = p * self.question.norm * self.rule.share / scale
        return 1 - rate * high - drift * math.sqrt(high)

    def _log_energy(
        self, scale: float, edges: Float64Array, log_mass: Float64Array
    ) -> float:
        """Logarithm of `PairEnergy.mean`.

        Args:
            scale: The variance.
            edges: Ends of the cells of the energy.
            log_mass: What of the mean does not depend on the variance, on each cell.
        """
        n, m, s = self.first, self.question.dim, scale / self.rule.share**2
        eps = self.question.eps / self.rule.share
        norm = self.question.norm / self.rule.share
        tilt, rate, p = self._unit(scale)
        spread = p * (1 - p) * n / (n - 1)
        high = edges[1:] / (1 - tilt)
        log = m / 2 * (math.log(math.pi * s / (2 * eps**2)) - np.log1p(-rate * high))
        log = log - math.log1p(-tilt) * m * edges[1:] / (2 * self.rule.cap)
        shift = (1 + spread / (n * s) * high) / (1 - rate * high)
        log = log + norm**2 / (2 * s) * shift + m * eps**2 / (6 * s)
        return float(log_sum(log + log_mass))

    def _cells(self) -> _Cells:
        """About `TwoStageCertificate._cells`, with the logarithm of the measure."""
        edges = np.linspace(*self.energy, _ENERGIES + 1)
        mass = np.maximum(np.diff(chdtr(self.first, edges)), 1e-300)
        eps = self.question.eps / self.rule.share
        near = _log_coincidence(
            self.first, self.size, self.question.dim, eps, edges[:-1]
        )
        logs = [
            self._log_energy(scale, edges, near + np.log(mass))
            for scale in (self.low, self.high)
        ]
        s = np.geomspace(self.low, self.high, _SCALES + 1)
        part = (1 / s - 1 / self.high) / (1 / self.low - 1 / self.high)
        part = np.clip(part, 1e-15, 1 - 1e-15)
        log = -part * np.log(part) - (1 - part) * np.log1p(-part) - math.log(2)
        log = log - part * logs[0] - (1 - part) * logs[1]
        ends = part * math.log(self.low) + (1 - part) * math.log(self.high)
        log = log + self.question.dim / 2 * (ends - np.log(s))
        return np.sqrt(s[:-1]), np.sqrt(s[1:]), np.minimum(log[1:], log[:-1])

    def _log_reach(self, gain: Float64Array, cells: _Cells) -> Float64Array:
        """Logarithm of `TwoStageCertificate._reach`."""
        low, high, log = cells
        height = np.multiply.outer(gain, 1 / high) + self.rule.slope * low
        return np.asarray(np.min(log - log_ndtr(-height), axis=-1))

    def _inverse(self, goals: Float64Array, cells: _Cells) -> Float64Array:
        low, width = np.zeros(goals.shape), 60 * self.high**0.5
        for _ in range(_CUTS):
            places = low[:, None] + width * _PARTS
            below = self._log_reach(places, cells) < goals[:, None]
            width /= _PARTS.size + 1
            low += width * below.sum(axis=1)
        return np.asarray(low + width)

    def _outside(self) -> float:
        """About `LabelEvent.outside`."""
        below = self.labels.below(np.array([self.low]), self.labels.energy)[0]
        return max(0.0, float(below)) + self.labels.above(self.high)


def _log_coincidence(
    n: int, k: int, m: int, eps: float, energy: Float64Array
) -> Float64Array:
    """Logarithm of `PairEnergy._coincidence`."""
    half = m / 2
    i = np.arange(min(k, n - k) + 1)
    weight = log_hypergeometric(n, k, i)
    log_q = np.log(2 * eps**2 / (math.pi * energy))
    far = i[i > half]
    moment = log_sum(weight[far] + gammaln(far - half) - gammaln(far))
    moment = moment + gammaln(n / 2) - gammaln(n / 2 - half)
    total = np.logaddexp(weight[0], moment + half * log_q)
    near = i[(i > 0) & (i <= half)]
    if near.size:
        gap = (half - near)[:, None]
        rest = np.where(gap > 0, 1 / np.maximum(gap, 1e-9), np.maximum(-log_q, 0))
        density = gammaln(n / 2) - gammaln(near) - gammaln(n / 2 - near)
        terms = (weight[near] + density)[:, None] + near[:, None] * log_q
        terms = terms + np.log(1 / near[:, None] + rest)
        total = np.logaddexp(total, log_sum(terms, axis=0))
    return np.asarray(total)
