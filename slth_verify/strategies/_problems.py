"""Adversarial subset-sum problems."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

from slth_verify.arrays import Float64Array
from slth_verify.strategies._options import check_range
from slth_verify.strategies._patterns import Ingredients, ingredients, tiled
from slth_verify.strategies._vectors import nsn_sample
from slth_verify.subset_sum import DenseColumns, FilterBudget, MaxTolerance, Problem

_Pool = Callable[[Ingredients, int, int], Float64Array]
_MAX_SIZE = 1024
_MAX_DIM = 64
#: Sums of such numbers and eighths are exact in float64, and are not in float32.
_LARGE = 2.0**26
#: How near to the edge of what is allowed a sum may lie, in parts of it.
_EDGE = 2.0**-20


def _literal(of: Ingredients, size: int, dim: int) -> Float64Array:
    return tiled(of, (size, dim))


def _zeros(of: Ingredients, size: int, dim: int) -> Float64Array:
    return np.zeros((size, dim))


def _nsn(of: Ingredients, size: int, dim: int) -> Float64Array:
    return nsn_sample(of.seed, size, dim).vectors


def _equal(of: Ingredients, size: int, dim: int) -> Float64Array:
    return np.repeat(_literal(of, 1, dim), size, axis=0)


def _cancelling(of: Ingredients, size: int, dim: int) -> Float64Array:
    half = _nsn(of, -(-size // 2), dim)
    return np.concatenate([half, -half])[:size]


def _binary(of: Ingredients, size: int, dim: int) -> Float64Array:
    exponents = -np.arange(size, dtype=np.int32)
    return np.repeat(np.ldexp(1.0, exponents)[:, None], dim, axis=1)


def _ill_scaled(of: Ingredients, size: int, dim: int) -> Float64Array:
    exponents = of.rng.integers(-60, 61, size).astype(np.int32)
    if size > 1:  # scales as far apart as they may be, somewhere
        exponents[of.rng.choice(size, 2, replace=False)] = -60, 60
    return _nsn(of, size, dim) * np.ldexp(1.0, exponents)[:, None]


def _collinear(of: Ingredients, size: int, dim: int) -> Float64Array:
    return _nsn(of, size, 1) * np.arange(1.0, dim + 1.0)


def _subnormal(of: Ingredients, size: int, dim: int) -> Float64Array:
    return _literal(of, size, dim) * 2.0**-1060


def _far_apart(of: Ingredients, size: int, dim: int) -> Float64Array:
    """Eighths on top of numbers so large that float32 has no place for them."""
    signs = np.resize([_LARGE, -_LARGE], size)
    eighths = of.rng.integers(-8, 9, (size, dim)) / 8.0
    return np.asarray(eighths + signs[:, None])


#: Simplest first, because that is the way examples shrink.
_POOLS: tuple[_Pool, ...] = (
    _literal,
    _zeros,
    _nsn,
    _equal,
    _cancelling,
    _binary,
    _ill_scaled,
    _collinear,
    _subnormal,
    _far_apart,
)
#: The half widths are the largest entry times 2^-places, for places in such a range;
#: where entries are large, so much less that eighths are told apart.
_PLACES, _FURTHER = 24, 27
#: Simplest first; in front those that take no subset, and so fit any pool.
_TARGETS = ("zero", "beyond", "fractions", "sum", "half", "inside", "outside")


@st.composite
def subset_sum_problems(
    draw: st.DrawFn,
    *,
    min_size: int = 0,
    max_size: int = 12,
    min_dim: int = 1,
    max_dim: int = 3,
) -> Problem:
    """Subset-sum problems with adversarial columns, targets and tolerances.

    Columns: small fractions, zeros, normally-scaled normal, all equal, cancelling
    pairs, powers of two, ill-scaled, collinear, subnormal, fractions on top of large
    numbers that cancel. Targets: zero, reachable sums, halves of sums, sums that miss
    it by a little more or less than is allowed, beyond every sum, small fractions.

    Args:
        min_size: Fewest columns; an empty pool is a pool.
        max_size: Most columns; up to 1024.
        min_dim: Smallest dimension m.
        max_dim: Largest dimension; up to 64.

    Source:
        def:subset-sum-number.
    """
    check_range("size", min_size, max_size, least=0, most=_MAX_SIZE)
    check_range("dim", min_dim, max_dim, least=1, most=_MAX_DIM)
    size = draw(_often_the_most(min_size, max_size))
    dim = draw(_often_the_most(min_dim, max_dim))
    pool = draw(st.sampled_from(_POOLS))
    columns = pool(draw(ingredients()), size, dim)
    target, edge = _target(draw, columns)
    scale = float(np.abs(np.concatenate([columns, target[None]])).max(initial=0.0))
    further = _FURTHER if pool is _far_apart and size else 0
    places = further + draw(st.integers(0, _PLACES))
    width = max(scale, 2.0**-1050) * 2.0**-places
    target[0] += edge * width
    divisors = [number for number in range(1, dim + 1) if dim % number == 0]
    filters = draw(st.sampled_from((0, *divisors)))
    tolerance = FilterBudget(width, filters) if filters else MaxTolerance(width)
    return Problem(DenseColumns(columns), target, tolerance)


def _often_the_most(least: int, most: int) -> st.SearchStrategy[int]:
    """Numbers of a range, of which every third draw or so is the largest.

    All take two choices: Hypothesis prefers few choices to small ones, so a strategy
    without any, as `st.just` of the largest, would be what examples shrink to.
    """
    drawn = st.tuples(st.integers(0, 2), st.integers(least, most))
    return drawn.map(lambda pair: most if pair[0] == 2 else pair[1])


def _target(draw: st.DrawFn, columns: Float64Array) -> tuple[Float64Array, float]:
    """A target, and how far off it is to be moved, in what will be allowed."""
    size, dim = columns.shape
    kind = draw(st.sampled_from(_TARGETS))
    if kind == "zero":
        return np.zeros(dim), 0.0
    if kind == "fractions":
        return _literal(draw(ingredients()), 1, dim)[0].copy(), 0.0
    if kind == "beyond":
        return np.asarray(2.0 * np.abs(columns).sum(axis=0) + 1.0), 0.0
    chosen = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    total = np.asarray(columns[np.array(chosen, dtype=bool)].sum(axis=0))
    if kind in ("inside", "outside"):
        part = 1.0 - _EDGE if kind == "inside" else 1.0 + _EDGE
        return total, -part if draw(st.booleans()) else part
    return np.asarray(total / 2.0) if kind == "half" else total, 0.0
