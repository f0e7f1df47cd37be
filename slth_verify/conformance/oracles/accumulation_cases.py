"""Pairs of networks whose composed errors fit into 64-bit integers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from slth_verify.conformance.oracles.integer import (
    UNIT,
    IntArray,
    kept_filters,
    own_error,
    pair_errors,
)
from slth_verify.showing import OneLine
from slth_verify.strategies import architectures
from slth_verify.ticket.graphs.sums import KeptFilters

#: Scalars and filters are multiples of 1/8, kernels and errors of 1/UNIT.
_ROOT = 8


@dataclass(frozen=True, eq=False, repr=False)
class AccumulationCase(OneLine):
    """A target and a pruned network, layer by layer.

    Attributes:
        kernels: Float32, ``(c_out, c_in, d, d)`` each; layer i is normalised by
            ``2^exponents[i]``.
        exponents: Scale exponents.
        layers: Kept filters of each layer.
        attained: Whether the input of ones attains the recurrence exactly.
    """

    kernels: tuple[NDArray[np.float32], ...]
    exponents: tuple[int, ...]
    layers: tuple[KeptFilters, ...]
    attained: bool

    def prefix(self, depth: int) -> AccumulationCase:
        """The first ``depth`` layers."""
        return AccumulationCase(
            self.kernels[:depth],
            self.exponents[:depth],
            self.layers[:depth],
            self.attained,
        )


@dataclass(frozen=True, eq=False)
class _Layer:
    """Kernel, D+ and D- in multiples of 1/64, each ``(c_out, c_in, d, d)``."""

    kernel: IntArray
    plus: IntArray
    minus: IntArray


@st.composite
def accumulation_cases(draw: st.DrawFn) -> AccumulationCase:
    """Networks of 1 to 4 layers, some of which attain the recurrence."""
    kind = draw(st.sampled_from((_monotone, _difference, _general)))
    rng = np.random.default_rng(draw(st.integers(0, (1 << 32) - 1)))
    layers = kind(draw, rng)
    exponents = tuple(draw(st.integers(-3, 3)) for _ in layers)
    kernels = tuple(
        (layer.kernel / UNIT * 2.0**exponent).astype(np.float32)
        for layer, exponent in zip(layers, exponents, strict=True)
    )
    parts = tuple(_filters(layer, first=n == 0) for n, layer in enumerate(layers))
    return AccumulationCase(kernels, exponents, parts, kind is not _general)


def _general(draw: st.DrawFn, rng: np.random.Generator) -> list[_Layer]:
    """Kernels and errors of either sign."""
    shape = draw(architectures(max_channels=2))
    reach = draw(st.integers(1, 16))
    layers = []
    for number, size in enumerate(shape.kernel_sizes):
        sides = (shape.channels[number + 1], shape.channels[number], size, size)
        kernel = rng.integers(-reach, reach + 1, sides)
        layers.append(
            _Layer(kernel, rng.integers(-4, 5, sides), rng.integers(-4, 5, sides))
        )
    return layers


def _monotone(draw: st.DrawFn, rng: np.random.Generator) -> list[_Layer]:
    """1x1 kernels and errors, none negative: all errors add up at the input of ones."""
    shape = draw(architectures(max_channels=2, kernel_sizes=(1,)))
    reach = draw(st.integers(1, 16))
    layers = []
    for c_in, c_out in zip(shape.channels[:-1], shape.channels[1:], strict=True):
        sides = (c_out, c_in, 1, 1)
        kernel = rng.integers(0, reach + 1, sides)
        plus = rng.integers(0, 5, sides)
        layers.append(_Layer(kernel, plus, np.zeros_like(plus)))
    return layers


def _difference(draw: st.DrawFn, rng: np.random.Generator) -> list[_Layer]:
    """The second layer subtracts a channel that is too small from one too large."""
    sizes = draw(st.tuples(*[st.integers(1, 16)] * 4))
    big, small = max(sizes[:2]), min(sizes[:2])
    gain, loss = max(sizes[2:]), min(sizes[2:])
    first = np.array([big, small]).reshape(2, 1, 1, 1)
    errors = np.array([rng.integers(0, 5), -rng.integers(0, small + 1)])
    second = np.array([gain, -loss]).reshape(1, 2, 1, 1)
    return [
        _Layer(first, errors.reshape(first.shape), np.zeros_like(first)),
        _Layer(second, np.zeros_like(second), np.zeros_like(second)),
    ]


def _filters(layer: _Layer, *, first: bool) -> KeptFilters:
    """One filter per channel and sign, with exactly the errors asked for."""
    c_out, c_in, size, _ = layer.kernel.shape
    scalars, kernels, owner = [], [], []
    for channel in range(c_in):
        for sign in (1, -1) if first else (1,):
            error = layer.plus if sign > 0 else layer.minus
            wanted = (sign * layer.kernel + error)[:, channel].transpose(1, 2, 0)
            scalars.append(sign / _ROOT)
            kernels.append(wanted / _ROOT)
            owner.append(channel)
    return kept_filters(scalars, np.reshape(kernels, (-1, size, size, c_out)), owner)


def closed_form(case: AccumulationCase) -> Fraction:
    """``prod (L_i + eta_i) - prod L_i``, in the target's own units."""
    perturbed = exact = Fraction(2) ** sum(case.exponents)
    for number, (kernel, exponent, kept) in enumerate(
        zip(case.kernels, case.exponents, case.layers, strict=True)
    ):
        units, plus, minus = pair_errors(kernel, exponent, kept, UNIT)
        slope = int(np.abs(units).sum(axis=(1, 2, 3)).max())
        # only the first layer has negative inputs
        eta = own_error(plus, 0 * minus if number else minus)
        perturbed *= Fraction(slope + eta, UNIT)
        exact *= Fraction(slope, UNIT)
    return perturbed - exact
