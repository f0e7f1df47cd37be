"""Search for good parameters of a two-stage certificate. Untrusted."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.bounds.certificates.stage import Stage
from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.searches.two_stage_float import (
    Question,
    failure,
    firsts,
    gain_range,
)
from slth_verify.bounds.searches.two_stage_rule import Point
from slth_verify.numbers import log_of

#: Smaller first stages, for the case that few samples are small.
_CELLS = 4

#: Denominators of the parameters of a certificate.
_DENOMINATOR = 1 << 12

#: No search goes beyond this many samples, for every dimension and 8 more.
_LARGEST = 200

#: Rules of thumb that are improved before the best one is followed.
_STARTS = 3


#: Steps of the first simplex.
_STEPS = Point(0.15, -0.15, 0.1, 0.1, 0.1, -0.1, 0.3, -0.3)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a search may start: parameters that were good for a question nearby.

    Attributes:
        n: A number of samples that may be about right.
        point: The coordinates; ``cap`` and ``tail`` less what the failure probability
            alone suggests.
    """

    n: int
    point: Point


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to look.

    Attributes:
        rounds: Rounds of improvement while the number of samples settles.
        steps: Estimates in one round.
        squeezes: How often a smaller number of samples is tried at the end.
    """

    rounds: int = 9
    steps: int = 80
    squeezes: int = 4


class Search:
    """Looks for rules with a small failure probability; starts from the last one.

    Args:
        dim: Dimension m.
        eps: Accuracy.
        norm: Euclidean norm of the target.
        miss: Failure probability asked for.
        start: Where to start, in place of rules of thumb.
        patience: How long to look.
    """

    def __init__(
        self,
        dim: int,
        eps: Fraction,
        norm: Fraction,
        miss: Fraction,
        start: Start | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._log_miss = -log_of(miss)
        rare = math.exp(-self._log_miss) / 1000
        self._question = Question(0, dim, float(eps), float(norm), rare)
        self._most = _LARGEST * (dim + 8)
        self._point: Float64Array | None = None
        self._near = 0
        self._patience = patience or Patience()
        self.rate = 0.05
        if start is not None:
            self._near = start.n
            self._point = np.array(start.point) + self._usual(start.n)

    def least(self) -> int:
        """About the least number of samples; 0 if none was found.

        Moves by the nats that are missing or left over, over how fast they fall with n.
        """
        n = self._near or self._start()
        best: tuple[int, Float64Array] | None = None
        seen: dict[int, float] = {}
        while (
            0 < n <= self._most and n not in seen and len(seen) < self._patience.rounds
        ):
            surplus = seen[n] = -self.improved(n, self._patience.steps) - self._log_miss
            if surplus >= 0 and (best is None or n < best[0]):
                best = n, self._found
            following = n - min(max(round(surplus / self.rate), -n // 4), n // 8)
            if following == n:
                following = n - 1 if surplus >= 0 else n + 1
            if len(seen) > 1:
                self.rate = self._rate(seen)
            n = following
        return 0 if best is None else self._squeezed(*best)

    def _squeezed(self, n: int, point: Float64Array) -> int:
        """A few samples less, as long as more patience finds parameters for them."""
        self._point = point
        for _ in range(self._patience.squeezes):
            fewer = n - max(1, n // 100)
            value, found = self._improved(fewer, self._found, 2 * self._patience.steps)
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

    @classmethod
    def start_at(cls, certificate: TwoStageCertificate, miss: Fraction) -> Start:
        """Where this certificate for this failure probability lies."""
        n = certificate.n
        usual = cls(certificate.dim, Fraction(1), Fraction(1), miss)._usual(n)
        return Start(n, Point(*map(float, np.array(Point.of(certificate)) - usual)))

    @property
    def nats(self) -> float:
        """Logarithm of the failure probability asked for."""
        return -self._log_miss

    @property
    def _found(self) -> Float64Array:
        if self._point is None:
            raise ValueError("no point was searched yet")
        return self._point

    def _improved(
        self, n: int, start: Float64Array, evaluations: int
    ) -> tuple[float, Float64Array]:
        from scipy.optimize import minimize  # takes a while, and most answers need none

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

    def suffices(self, n: int, start: Start) -> bool:
        """Whether the failure estimate of these parameters reaches the goal."""
        point = np.array(start.point) + self._usual(start.n)
        most = 2 * math.exp(-self._log_miss)
        return self._value(n, point, 2, most) <= -self._log_miss

    def _usual(self, n: int) -> Float64Array:
        """What the failure probability alone suggests for the last coordinates."""
        cap = math.log(2 * (self._log_miss + math.log(n)) + 4)
        return np.array(Point(0, 0, 0, 0, 0, cap=cap, first=0, tail=-self._log_miss))

    def certificate(self, n: int, eps: Fraction, norm: Fraction) -> TwoStageCertificate:
        """The certificate with n samples and the parameters found last.

        Sizes of the first stage that break a hypothesis are left out.
        """
        question = replace(self._question, n=n)
        rule = Point(*self._found).rule(n)
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
                starts = [
                    self._improved(n, point, self._patience.steps)
                    for _, point in trials[:_STARTS]
                ]
                _, self._point = min(starts, key=lambda trial: trial[0])
                return n
            n = math.ceil(1.25 * n)
        return 0

    def _thumbs(self, n: int) -> list[Float64Array]:
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
        return [
            np.array(
                Point(
                    share=math.log(share / (1 - share)),
                    portion=math.log(portion / (1 - portion)),
                    scale=math.log(scale),
                    ratio=math.log(math.log(ratio)),
                    slope=math.log(slope),
                    cap=math.log(cap),
                    first=1.5,
                    tail=-self._log_miss - 3.4,
                )
            )
            for share, portion, scale, ratio, slope in grid
        ]

    def _value(
        self, n: int, point: Float64Array, cells: int, most: float = math.inf
    ) -> float:
        with np.errstate(all="ignore"):
            estimate = failure(
                replace(self._question, n=n), Point(*point).rule(n), cells, most
            )
        return math.log(max(estimate, 1e-300))


def _pair(ends: tuple[float, float]) -> tuple[Fraction, Fraction]:
    return _rational(ends[0]), _rational(ends[1])


def _rational(value: float) -> Fraction:
    return Fraction(value).limit_denominator(_DENOMINATOR)
