"""Search for good parameters of a two-stage certificate. Untrusted."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from slth_verify.bounds._two_stage import Stage, TwoStageCertificate
from slth_verify.bounds._two_stage_float import (
    Question,
    Rule,
    failure,
    firsts,
    gain_range,
)

#: Smaller first stages, for the case that few samples are small.
_CELLS = 4

#: Denominators of the parameters of a certificate.
_DENOMINATOR = 1 << 12

#: Steps of the first simplex, by coordinate.
_STEPS = (0.15, -0.15, 0.1, 0.1, 0.1, -0.1, 0.3, -0.3)

#: No search goes beyond this many samples, for every dimension and 8 more.
_LARGEST = 200

#: Rounds of improvement while the number of samples settles.
_ROUNDS = 9

#: How often a smaller number of samples is tried at the end.
_SQUEEZES = 4

#: Rules of thumb that are improved before the best one is followed.
_STARTS = 3

_Point = NDArray[np.float64]


class Search:
    """Looks for rules with a small failure probability; starts from the last one.

    Args:
        dim: Dimension m.
        eps: Accuracy.
        norm: Euclidean norm of the target.
        miss: Failure probability asked for.
    """

    def __init__(self, dim: int, eps: Fraction, norm: Fraction, miss: Fraction) -> None:
        self._log_miss = math.log(miss.denominator) - math.log(miss.numerator)
        rare = math.exp(-self._log_miss) / 1000
        self._question = Question(0, dim, float(eps), float(norm), rare)
        self._most = _LARGEST * (dim + 8)
        self._point: _Point | None = None
        self.rate = 0.05

    def least(self) -> int:
        """About the least number of samples; 0 if none was found.

        Moves by the nats that are missing or left over, over how fast they fall with n.
        """
        n = self._start()
        best: tuple[int, _Point] | None = None
        seen: dict[int, float] = {}
        while 0 < n <= self._most and n not in seen and len(seen) < _ROUNDS:
            surplus = seen[n] = -self.improved(n, 80) - self._log_miss
            if surplus >= 0 and (best is None or n < best[0]):
                best = n, self._found
            following = n - min(max(round(surplus / self.rate), -n // 4), n // 8)
            if following == n:
                following = n - 1 if surplus >= 0 else n + 1
            if len(seen) > 1:
                self.rate = self._rate(seen)
            n = following
        return 0 if best is None else self._squeezed(*best)

    def _squeezed(self, n: int, point: _Point) -> int:
        """A few samples less, as long as more patience finds parameters for them."""
        self._point = point
        for _ in range(_SQUEEZES):
            fewer = n - max(1, n // 100)
            value, found = self._improved(fewer, self._found, 160)
            if value > -self._log_miss:
                break
            n, self._point = fewer, found
        return n

    def _rate(self, seen: dict[int, float]) -> float:
        """How many nats one more sample gives, by the samples seen last."""
        (n, value), (m, other) = list(seen.items())[-2:]
        rate = (other - value) / (m - n)
        return min(max(rate, self.rate / 2), 2 * self.rate)

    def improved(self, n: int, evaluations: int) -> float:
        """Logarithm of the failure estimate with n samples, after some improvement."""
        value, self._point = self._improved(n, self._found, evaluations)
        return value

    @property
    def _found(self) -> _Point:
        assert self._point is not None  # noqa: S101
        return self._point

    def _improved(
        self, n: int, start: _Point, evaluations: int
    ) -> tuple[float, _Point]:
        found = minimize(
            lambda point: self._value(n, point, 2),
            start,
            method="Nelder-Mead",
            options={
                "maxfev": evaluations,
                "initial_simplex": np.vstack([start, start + np.diag(_STEPS)]),
                "xatol": 1e-3,
                "fatol": 1e-3,
            },
        )
        return float(found.fun), np.asarray(found.x)

    def certificate(self, n: int, eps: Fraction, norm: Fraction) -> TwoStageCertificate:
        """The certificate with n samples and the parameters found last.

        Sizes of the first stage that break a hypothesis are left out.
        """
        question = replace(self._question, n=n)
        rule = self._rule(n, self._found)
        stages = []
        for first in firsts(question, rule, _CELLS):
            gains = gain_range(question, rule, first)
            if gains is not None:
                stage = Stage(
                    first=first,
                    size=rule.size(first),
                    scales=_pair(rule.scales(first)),
                    energy=_pair(rule.energy(first, question.rare)),
                    gains=_pair(gains),
                )
                stages.append(stage)
        return TwoStageCertificate(
            n=n,
            dim=question.dim,
            eps=eps,
            norm=norm,
            share=_rational(rule.share),
            slope=_rational(rule.slope),
            cap=_rational(rule.cap),
            stages=tuple(stages),
        )

    def _start(self) -> int:
        """A number of samples for which some rule of thumb works, 0 if none does."""
        n = 24 + 8 * self._question.dim
        while n <= self._most:
            trials = [(self._value(n, point, 0), point) for point in self._thumbs(n)]
            trials.sort(key=lambda trial: trial[0])
            if trials[0][0] < -1:
                starts = [self._improved(n, point, 80) for _, point in trials[:_STARTS]]
                _, self._point = min(starts, key=lambda trial: trial[0])
                return n
            n = math.ceil(1.25 * n)
        return 0

    def _thumbs(self, n: int) -> list[_Point]:
        """Rules of thumb, as points: the slope falls, the range of s narrows with m."""
        wide = self._question.dim / (self._question.dim + 60)
        slope = 0.8 * self._question.dim**-0.23
        grid = product(
            (0.42 + 0.3 * wide, 0.5 + 0.3 * wide),
            (0.35, 0.4),
            (1.4, 2.0),
            (1.5, 2.2, 4.0, 8.0),
            (0.8 * slope, slope, 1.4 * slope),
        )
        cap = 2 * (self._log_miss + math.log(n)) + 4
        rest = [math.log(cap), 1.5, -self._log_miss - 3.4]
        return [
            np.array(
                [
                    math.log(share / (1 - share)),
                    math.log(portion / (1 - portion)),
                    math.log(scale),
                    math.log(math.log(ratio)),
                    math.log(slope),
                    *rest,
                ]
            )
            for share, portion, scale, ratio, slope in grid
        ]

    def _rule(self, n: int, point: _Point) -> Rule:
        """The coordinates: logits and logarithms, and a distance from the mean."""
        with np.errstate(over="ignore"):
            share, portion = 1 / (1 + np.exp(-point[:2]))
            scale, ratio, slope, cap = np.exp(point[2:6])
        mean = n * share
        return Rule(
            share=float(share),
            portion=float(portion),
            scale=float(scale * share**2 * portion * (1 - portion)),
            ratio=float(np.exp(min(ratio, 5))),
            slope=float(slope),
            cap=float(cap),
            first=int(mean - point[6] * math.sqrt(mean * (1 - share))),
            tail=float(np.exp(min(point[7], -1))),
        )

    def _value(self, n: int, point: _Point, cells: int) -> float:
        with np.errstate(all="ignore"):
            estimate = failure(
                replace(self._question, n=n), self._rule(n, point), cells
            )
        return math.log(max(estimate, 1e-300))


def _pair(ends: tuple[float, float]) -> tuple[Fraction, Fraction]:
    return _rational(ends[0]), _rational(ends[1])


def _rational(value: float) -> Fraction:
    return Fraction(value).limit_denominator(_DENOMINATOR)
