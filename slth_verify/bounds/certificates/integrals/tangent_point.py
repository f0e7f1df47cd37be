"""Where to put the tangent of the pair integrand. Floats only, untrusted."""

from __future__ import annotations

import math

from slth_verify.bounds.certificates.integrals.overlap import BRACKET, Overlap

_STEPS = 25

#: Logits are kept inside this range.
_REACH = 40.0


class FloatShape:
    """The pair integrand on ``y = 1/2``, in floating point."""

    def __init__(self, overlap: Overlap) -> None:
        self.s, self.x, self.c = map(
            float, (overlap.half_dim, overlap.weight, overlap.tilt)
        )
        self.a, self.b = map(float, overlap.difference)
        self.e, self.f = map(float, overlap.common)
        self.g = float(overlap.split)
        self.overlap = overlap
        self.has_difference = overlap.has_difference
        self.has_common = overlap.has_common

    def frozen(self, d: float, p: float) -> tuple[float, float]:
        """The point with the coordinates that do not vary put where they are."""
        if not self.has_difference:
            d = 1.0
        if not self.has_common:
            p = 1.0 if self.overlap.shared else 0.0
        return d, p

    def weights(self, d: float, p: float) -> tuple[list[float], list[float]]:
        """Shares of the monomials of beta and of ``1 - alpha`` at the point."""
        point = (d, 1 - d, p, 1 - p, 0.25)
        terms = []
        for powers, tilted in BRACKET:
            value = self.c if tilted else 1 - self.c
            for base, power in zip(point, powers, strict=True):
                if power:
                    value *= base**power
            terms.append(value)
        rests = [(1 - d) * (1 - p), d / 2]
        terms = _capped(terms, (1, 4), self.g / (2 * self.s))
        if self.x:
            rests = _capped(rests, (1,), self.g / (4 * self.x))
        return _shares(terms), _shares(rests)

    def mode(self) -> tuple[float, float]:
        """The values of D and p at which the integrand is largest in logit form."""
        d = max(self.a - 0.7 * self.s, 0.2 * self.a) / (self.a + self.b)
        p = self.e / (self.e + self.f) if self.e + self.f else 0.5
        d, p = self.frozen(d, p)
        t = math.log(d / (1 - d)) if d < 1 else 0.0
        u = math.log(p / (1 - p)) if 0 < p < 1 else 0.0
        for _ in range(_STEPS):
            step_t, step_u = self._newton(t, u)
            size = max(abs(step_t), abs(step_u))
            damp = 1 / max(1.0, size)
            t = min(max(t + damp * step_t, -_REACH), _REACH)
            u = min(max(u + damp * step_u, -_REACH), _REACH)
            if size < 1e-6:
                break
        return self.frozen(_sigmoid(t), _sigmoid(u))

    def _newton(self, t: float, u: float) -> tuple[float, float]:
        h = 1e-4
        here = self._gradient(t, u)
        east, north = self._gradient(t + h, u), self._gradient(t, u + h)
        tt, tu = (east[0] - here[0]) / h, (north[0] - here[0]) / h
        uu = (north[1] - here[1]) / h
        if not self.has_difference:
            return 0.0, 0.0
        if not self.has_common:
            return (-here[0] / tt if tt < 0 else math.copysign(1, here[0])), 0.0
        det = tt * uu - tu * tu
        if tt >= 0 or det <= 0:
            return math.copysign(1, here[0]), math.copysign(1, here[1])
        return (
            (tu * here[1] - uu * here[0]) / det,
            (tu * here[0] - tt * here[1]) / det,
        )

    def _gradient(self, t: float, u: float) -> tuple[float, float]:
        """Derivatives of the logarithm in both logits."""
        d, p = self.frozen(_sigmoid(t), _sigmoid(u))
        bracket, rest = self.weights(d, p)
        powers = [
            self.s * sum(g * BRACKET[i][0][axis] for i, g in enumerate(bracket))
            for axis in range(3)
        ]
        left = self.a - self.s - powers[0] - 2 * self.x * rest[1]
        right = self.b - powers[1] - 2 * self.x * rest[0]
        below = self.e - powers[2]
        above = self.f - 2 * self.x * rest[0]
        return left * (1 - d) - right * d, below * (1 - p) - above * p


def _sigmoid(t: float) -> float:
    return 1 / (1 + math.exp(-t))


def _shares(terms: list[float]) -> list[float]:
    total = sum(terms)
    return [term / total for term in terms]


def _capped(terms: list[float], positions: tuple[int, ...], cap: float) -> list[float]:
    """The terms with the share of some of them lowered to the cap, if others exist.

    Powers of y and y' must stay integrable; a tangent elsewhere is as valid.
    """
    total = sum(terms)
    chosen = sum(terms[i] for i in positions)
    if chosen <= cap * total or chosen >= total:
        return terms
    low, high = cap / chosen, (1 - cap) / (total - chosen)
    return [term * (low if i in positions else high) for i, term in enumerate(terms)]
