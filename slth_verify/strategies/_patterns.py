"""Adversarial fillings of an array, from a few drawn numbers.

Every pattern uses the same ingredients, so that an example stays valid, and simple,
when the shrinker exchanges one pattern for another. The results are float64 numbers
that float32 holds exactly or rounds once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from slth_verify.arrays import Float64Array

Shape = tuple[int, ...]

#: Smallest positive float32.
SUBNORMAL_UNIT = 2.0**-149
#: Eighths, simplest first.
_EIGHTHS = (8, -8, 4, -4, 2, -2, 1, -1, 0, 3, -3, 5, -5, 6, -6, 7, -7)


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What a filling is made from.

    Attributes:
        part: One to four eighths.
        number: Where something special goes, or how large it is.
        seed: Of the bulk numbers.
    """

    part: tuple[int, ...]
    number: int
    seed: int

    @property
    def rng(self) -> np.random.Generator:
        """A generator at its start."""
        return np.random.default_rng(self.seed)


Pattern = Callable[[Ingredients, Shape], Float64Array]


@st.composite
def ingredients(draw: st.DrawFn) -> Ingredients:
    """Ingredients; shrinks to the single number 1."""
    part = draw(st.lists(st.sampled_from(_EIGHTHS), min_size=1, max_size=4))
    number = draw(st.integers(0, (1 << 16) - 1))
    return Ingredients(tuple(part), number, draw(st.integers(0, (1 << 32) - 1)))


def tiled(of: Ingredients, shape: Shape) -> Float64Array:
    """The drawn eighths, repeated."""
    return np.resize(np.array(of.part, dtype=np.float64) / 8.0, shape)


def zeros(of: Ingredients, shape: Shape) -> Float64Array:
    """All entries zero."""
    return np.zeros(shape)


def single_entry(of: Ingredients, shape: Shape) -> Float64Array:
    """A vertex of the unit ball of the entrywise L1 norm."""
    values = np.zeros(math.prod(shape))
    values[of.number % values.size] = 1.0 if of.part[0] >= 0 else -1.0
    return values.reshape(shape)


def cube_corner(of: Ingredients, shape: Shape) -> Float64Array:
    """All entries of one modulus, with random signs."""
    modulus = (1 + of.number % 8) / 8.0
    return np.asarray(modulus * _signs(of.rng, shape))


def hot_channel(of: Ingredients, shape: Shape) -> Float64Array:
    """Zero but for one input channel."""
    values = np.zeros(shape)
    window = (shape[0], *shape[2:])
    values[:, of.number % shape[1]] = of.rng.standard_normal(window)
    return values


def equal_kernels(of: Ingredients, shape: Shape) -> Float64Array:
    """The same window for every pair of channels."""
    return np.broadcast_to(of.rng.standard_normal(shape[2:]), shape).copy()


def near_ties(of: Ingredients, shape: Shape) -> Float64Array:
    """One float32 number and its two neighbours."""
    centre = np.float32((1 + of.number % 64) / 64.0)
    below = np.nextafter(centre, np.float32(0))
    above = np.nextafter(centre, np.float32(2))
    return of.rng.choice(np.array([below, centre, above], dtype=np.float64), shape)


def powers_of_two(of: Ingredients, shape: Shape) -> Float64Array:
    """Moduli 1, 1/2, ..., 2^-20, with random signs."""
    rng = of.rng
    exponents = -rng.integers(0, 21, shape).astype(np.int32)
    return np.asarray(np.ldexp(_signs(rng, shape), exponents))


def subnormals(of: Ingredients, shape: Shape) -> Float64Array:
    """Entries that float32 holds only as subnormal numbers."""
    return np.asarray(of.rng.integers(-64, 65, shape) * SUBNORMAL_UNIT, np.float64)


def bulk(of: Ingredients, shape: Shape) -> Float64Array:
    """Standard normal entries."""
    return of.rng.standard_normal(shape)


def _signs(rng: np.random.Generator, shape: Shape) -> Float64Array:
    return np.asarray(2.0 * rng.integers(0, 2, shape) - 1.0, np.float64)


#: Simplest first, because that is the way examples shrink.
PATTERNS: tuple[Pattern, ...] = (
    tiled,
    zeros,
    single_entry,
    cube_corner,
    hot_channel,
    equal_kernels,
    near_ties,
    powers_of_two,
    subnormals,
    bulk,
)
