"""Search for good parameters of a weighted second-moment certificate. Untrusted."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
from slth_verify.bounds.searches.weighted_float import Moment

#: Denominator of lambda.
_GRID = 512

#: No search goes beyond this many samples.
_LARGEST = 10**7


@dataclass(frozen=True, slots=True)
class Proposal:
    """Parameters of a certificate and what floats think of it.

    Attributes:
        n: Number of samples.
        size: Size k of the subsets.
        tilt: The number lambda.
        weight: The exponent x.
        value: The estimated objective, the logarithm of the probability by default.
    """

    n: int
    size: int
    tilt: Fraction
    weight: Fraction
    value: float

    def moment(self, dim: int) -> Moment:
        """What floats make of these parameters in a dimension."""
        return Moment(self.n, self.size, dim, float(self.tilt), float(self.weight))

    def certificate(
        self, dim: int, eps: Fraction, norm: Fraction
    ) -> WeightedCertificate:
        """The certificate with these parameters, for this accuracy or a smaller one."""
        _, accuracy = self.moment(dim).best(float(eps), float(norm))
        return WeightedCertificate(
            n=self.n,
            size=self.size,
            dim=dim,
            eps=eps if accuracy == float(eps) else Fraction(accuracy),
            norm=norm,
            tilt=self.tilt,
            weight=self.weight,
        )


#: What a search maximises, from n, k, lambda and x.
Objective = Callable[[int, int, float, float], float]


class Search:
    """Finds parameters for one dimension; remembers what it saw.

    Args:
        dim: Dimension m.
        eps: Accuracy.
        norm: Euclidean norm of the target.
        objective: What to maximise in place of the logarithm of the probability.
        start: Parameters that were good for a question nearby.
    """

    def __init__(
        self,
        dim: int,
        eps: Fraction,
        norm: Fraction,
        objective: Objective | None = None,
        start: Proposal | None = None,
    ) -> None:
        self.dim = dim
        self._objective = objective or _probability(dim, float(eps), float(norm))
        self._best: dict[tuple[int, int | None, bool], Proposal] = {}
        self._seen: dict[tuple[int, int, int, int], float] = {}
        self._started = start

    def best(self, n: int, size: int | None = None, *, fine: bool = True) -> Proposal:
        """The best parameters found for n samples.

        Args:
            n: Number of samples.
            size: Fixed size of the subsets, or None to choose it.
            fine: Whether to polish; a coarse answer costs a fraction.
        """
        key = (n, size, fine)
        if key not in self._best:
            self._best[key] = self._climb(n, size, fine)
        return self._best[key]

    def least(self, log_goal: float) -> Proposal:
        """Parameters for the least n whose estimate reaches the goal."""
        low, high = self._bracket(log_goal)
        while self.best(high, fine=False).value < log_goal:
            low, high = high, math.ceil(high * (1.3 if self._started is None else 1.06))
            if high > _LARGEST:
                return self.best(high, fine=False)
        while high - low > 1:
            middle = self._between(low, high, log_goal)
            if self.best(middle, fine=False).value >= log_goal:
                high = middle
            else:
                low = middle
        while self.best(high - 1).value >= log_goal:
            high -= 1
        return self.best(high)

    def _bracket(self, log_goal: float) -> tuple[int, int]:
        """A number that is too small, and one that may be enough."""
        if self._started is None:
            return 0, 2 * self.dim + 8
        high = self._started.n
        low = high - max(1, high // 16)
        while low > self.dim + 4 and self.best(low, fine=False).value >= log_goal:
            low, high = low - max(1, low // 16), low
        return low, high

    def _between(self, low: int, high: int, log_goal: float) -> int:
        """A point strictly between, by interpolation kept away from the ends."""
        middle = (low + high) // 2
        if low < 1 or high - low < 4:
            return middle
        below = self.best(low, fine=False).value - log_goal
        above = self.best(high, fine=False).value - log_goal
        if not math.isfinite(below) or above <= below:
            return middle
        guess = low + (high - low) * (-below) / (above - below)
        slack = max(1, (high - low) // 10)
        return min(max(round(guess), low + slack), high - slack)

    def _climb(self, n: int, size: int | None, fine: bool) -> Proposal:
        point, far = self._start(n, size)
        best = self._value(n, *point)
        last = (max(1, n // 1500), 1, max(1, point[2] // 50))
        if not fine:
            last = (max(1, n // 300), 3, max(1, point[2] // 24))
        scale = 1 if far else 4
        steps = [
            max(last[0], n // (40 * scale)),
            max(last[1], _GRID // (32 * scale)),
            max(last[2], point[2] // (4 * scale)),
        ]
        axes = (1, 2) if size else (0, 1, 2)
        while True:
            moved = False
            for axis in axes:
                for sign in (1, -1):
                    trial = list(point)
                    trial[axis] += sign * steps[axis]
                    value = self._value(n, *trial)
                    if value > best:
                        point, best, moved = (trial[0], trial[1], trial[2]), value, True
                        break
            if not moved:
                if all(step <= end for step, end in zip(steps, last, strict=True)):
                    break
                steps = [
                    max(end, step // 2) for step, end in zip(steps, last, strict=True)
                ]
        k, tilt, weight = point
        return Proposal(n, k, Fraction(tilt, _GRID), Fraction(weight, 2), best)

    def _start(self, n: int, size: int | None) -> tuple[tuple[int, int, int], bool]:
        """Scaled from the nearest n seen, or a rule of thumb; and whether it is far."""
        seen = [p for p in self._best.values() if math.isfinite(p.value)]
        if not seen and self._started is not None:
            seen = [self._started]
        far = True
        if seen:
            near = min(seen, key=lambda p: abs(math.log(p.n / n)))
            far = abs(math.log(near.n / n)) > 0.1
            k = round(near.size * n / near.n)
            tilt, weight = int(near.tilt * _GRID), int(2 * near.weight)
        else:
            k = round(n * (0.45 if self.dim < 4 else 0.36 if self.dim < 30 else 0.25))
            tilt, weight = _GRID // 8, max(0, self.dim // 2)
        k = size or min(max(k, self.dim + 3), max(n // 2, self.dim + 3))
        return (k, tilt, weight), far

    def _value(self, n: int, k: int, tilt: int, weight: int) -> float:
        key = (n, k, tilt, weight)
        if tilt < 0 or weight < 0 or k < self.dim + 3 or k >= n:
            return -math.inf
        if key not in self._seen:
            self._seen[key] = self._objective(n, k, tilt / _GRID, weight / 2)
        return self._seen[key]


def _probability(dim: int, eps: float, norm: float) -> Objective:
    def objective(n: int, k: int, tilt: float, weight: float) -> float:
        return Moment(n, k, dim, tilt, weight).best(eps, norm)[0]

    return objective
