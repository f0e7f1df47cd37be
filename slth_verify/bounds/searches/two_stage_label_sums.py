"""Sums over the second stage's samples in floating point, for searches. Untrusted."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import Float64Array
from slth_verify.bounds.searches.binomial_float import binomial_weights
from slth_verify.bounds.searches.two_stage_rule import Rule

_NODES = 200

#: Laplace transforms of a large and of a small sample.
Law = Callable[[Any], tuple[NDArray[Any], NDArray[Any]]]


class LabelSums:
    """Second-stage sums on one event, about `Labels` with `Gain` and `Energy`."""

    def __init__(self, n: int, rule: Rule, first: int, stop: int) -> None:
        self.n, self.first, self.share, self.slope = n, first, rule.share, rule.slope
        self.weights = binomial_weights(
            np.arange(first, stop, dtype=float), n, rule.share
        )
        self.probability = float(self.weights.sum())
        narrow, wide = self._wedge(rule.share), self._wedge(1.0)
        self.missed = 1 - (wide - rule.share * narrow) / (1 - rule.share), 1 - narrow
        self.zero = float(np.exp(self._log_mean(*np.array(self.missed)).real))

    def _wedge(self, deviation: float) -> float:
        return math.atan(1 / (self.slope * deviation)) / math.pi

    def _log_mean(self, large: Float64Array, small: Float64Array) -> Float64Array:
        """Logarithm of `Labels.mean`."""
        split = _polynomial(self.weights, small / large)
        return np.asarray((self.n - self.first) * np.log(large) + np.log(split))

    def gain(self, z: Float64Array) -> tuple[Float64Array, Float64Array]:
        """About `Gain.transforms`."""
        rates = np.sqrt(1 + self.slope**2), np.sqrt(self.share**-2 + self.slope**2)
        wide, small = (_resolvent(z + self.slope, rate) / np.pi for rate in rates)
        return (wide - small) / (1 - self.share), small / self.share

    def energy(self, z: Float64Array) -> tuple[Float64Array, Float64Array]:
        """About `Energy.transforms`."""
        wide, small = (self._turned(z, deviation) for deviation in (1.0, self.share))
        return (wide - self.share * small) / (1 - self.share), small

    def _turned(self, z: Float64Array, deviation: float) -> Float64Array:
        root = np.sqrt(1 + 2 * z * deviation**2)
        return np.asarray(np.arctan(root / (self.slope * deviation)) / (np.pi * root))

    def below(self, levels: Float64Array, law: Law) -> Float64Array:
        """About `probabilities_below`."""
        tilt = 10 / levels[-1]
        spacing = 6 / (levels[-1] + 14 / tilt)
        z = tilt + 1j * spacing * np.arange(_NODES)
        large, small = law(z)
        mean = self._log_mean(self.missed[0] + large, self.missed[1] + small)
        terms = (np.exp(mean) - self.zero) / z
        terms[0] /= 2
        # einsum, not a matrix product: threads of BLAS wait for each other when the
        # machine is busy, which takes twenty times as long
        series = np.einsum("ij,j->i", np.exp(np.outer(levels, z)), terms).real
        return np.asarray(spacing / np.pi * series + self.zero)

    def above(self, level: float) -> float:
        """About `probability_above` of the energy."""
        rates = np.geomspace(1e-3, 0.49, 40)
        large, small = self.energy(-rates)
        mean = self._log_mean(self.missed[0] + large, self.missed[1] + small)
        return float(np.exp(np.min(mean - rates * level)))


def _polynomial(coefficients: Float64Array, x: Float64Array) -> Float64Array:
    """The polynomial, constant term first, in pieces of the same length."""
    length = math.isqrt(coefficients.size) + 1
    pieces = np.zeros((length, length))
    pieces.flat[: coefficients.size] = coefficients
    powers = np.asarray(x)[..., None] ** np.arange(length)
    step, total = powers[..., -1] * x, np.zeros_like(x)
    for piece in np.einsum("ij,...j->i...", pieces, powers)[::-1]:
        total = total * step + piece
    return np.asarray(total)


def _resolvent(y: Float64Array, rate: float) -> Float64Array:
    root = np.sqrt((rate - y) / (rate + y) + 0j)
    return np.asarray(2 * np.arctan(root) / (root * (rate + y)))
