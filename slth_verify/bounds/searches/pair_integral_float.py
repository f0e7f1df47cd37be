"""About `pair_expectation`, in floating point: fast, untrusted, for the search."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

from slth_verify.bounds.searches.log_sum import log_sum

Array = NDArray[np.float64]

#: Distance of the nodes of the trapezoidal rule, in standard deviations.
_STEP = 1.25

#: Where derivatives are taken: here, east, west, north, south, and both diagonally.
_EAST = np.array([0, 1, -1, 0, 0, 1, -1])[:, None]
_NORTH = np.array([0, 0, 0, 1, -1, 1, -1])[:, None]


class PairIntegrand:
    """The integrand in logit coordinates, for an array of overlaps."""

    def __init__(
        self,
        n: int,
        k: int,
        dim: int,
        c: float,
        weight: float,
        j: Array,
        frozen: float | None = None,
    ) -> None:
        self.frozen = frozen
        self.s, self.c, self.x = dim / 2, c, weight
        self.a, self.b = k - j, (n - 2 * (k - j)) / 2
        self.e, self.f, self.g = j / 2, (n - 2 * k + j) / 2, (k - j) / 2

    def norm(self) -> Array:
        """Logarithm of the three beta functions."""
        value = betaln(self.a, self.b) + betaln(self.g, self.g)
        if self.frozen is None:
            value = value + betaln(self.e, self.f)
        return np.asarray(value)

    def log_value(self, t: Array, u: Array, v: Array, lift: int = 0) -> Array:
        """Logarithm of the integrand; ``lift`` axes are appended to the parameters."""
        a, b, e, f, g = (
            value.reshape(value.shape + (1,) * lift)
            for value in (self.a, self.b, self.e, self.f, self.g)
        )
        log_d, log_d1 = -np.logaddexp(0, -t), -np.logaddexp(0, t)
        log_p, log_p1 = -np.logaddexp(0, -u), -np.logaddexp(0, u)
        log_w = -np.logaddexp(0, -v) - np.logaddexp(0, v)
        d, w = np.exp(log_d), np.exp(log_w)
        if self.frozen is None:
            shared, outside = np.exp(log_d1 + log_p), np.exp(log_d1 + log_p1)
            law = e * log_p + f * log_p1
        else:
            shared, outside = np.exp(log_d1), np.exp(log_d1)
            shared, outside = shared * self.frozen, outside * (1 - self.frozen)
            law = -(u**2) / 2 - 0.5 * math.log(math.tau)
        bracket = (1 - self.c + self.c * d) * (shared + d * w) + self.c * shared**2
        value = (a - self.s) * log_d + b * log_d1 + law
        value = value + g * log_w - self.s * np.log(bracket)
        if self.x:
            rest = outside * (outside + d) + d * d * w
            value = value - self.x * np.log(rest)
        return np.asarray(value)

    def mode(self) -> tuple[Array, Array]:
        """Maximum in t and u at v = 0, by damped Newton steps."""
        t = np.log(np.maximum(self.a - 0.7 * self.s, 0.2 * self.a) / self.b)
        u = np.zeros_like(t) if self.frozen is not None else np.log(self.e / self.f)
        for _ in range(9):
            grad_t, grad_u, tt, uu, tu = self._derivatives(t, u)
            det = tt * uu - tu * tu
            step_t = (tu * grad_u - uu * grad_t) / det
            step_u = (tu * grad_t - tt * grad_u) / det
            size = np.maximum(np.abs(step_t), np.abs(step_u))
            damp = 1 / np.maximum(1, size / 1.5)
            t, u = t + damp * step_t, u + damp * step_u
        return t, u

    def log_integral(self, t: Array, u: Array) -> Array:
        """Logarithm of the expectation; see `pair_expectation`."""
        zero, h = np.zeros_like(t), 1e-3
        _, _, tt, uu, tu = self._derivatives(t, u)
        det = tt * uu - tu * tu
        bend = (self.log_value(t, u, zero + h) - self.log_value(t, u, zero)) * 2 / h**2
        spread = [np.sqrt(-uu / det), np.sqrt(-tt / det), np.sqrt(-1 / bend)]
        grid = _STEP * np.arange(-4, 5)
        half = _STEP * np.arange(5)
        logs = np.where(half > 0, math.log(2), 0.0)
        nodes = self.log_value(
            (t[:, None] + spread[0][:, None] * grid)[:, :, None, None],
            (u[:, None] + spread[1][:, None] * grid)[:, None, :, None],
            (spread[2][:, None] * half)[:, None, None, :],
            lift=3,
        )
        value = log_sum(nodes + logs, axis=(1, 2, 3))
        return np.asarray(
            value + np.log(_STEP**3 * np.prod(spread, axis=0)) - self.norm()
        )

    def _derivatives(self, t: Array, u: Array) -> tuple[Array, ...]:
        h = 1e-3
        places = t + h * _EAST, u + h * _NORTH
        here, east, west, north, south, above, below = self.log_value(
            *places, np.zeros_like(t)
        )
        cross = above + below - east - west - north - south + 2 * here
        return (
            (east - west) / (2 * h),
            (north - south) / (2 * h),
            (east - 2 * here + west) / h**2,
            (north - 2 * here + south) / h**2,
            cross / (2 * h**2),
        )
