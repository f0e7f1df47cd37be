"""Wrong columns, and wrong laws of their sums."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.conformance import (
    hit_probability,
    joint_hit_probability,
    pool_columns,
    random_cnn_filters,
)

honest_columns = cache(pool_columns)


def _filters(
    seed: int, layer: int, channel: int, sign: int, count: int, dim: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Moduli of scalars, and kernels, of ``count`` filters of one sign."""
    u, v = random_cnn_filters(seed, layer, channel, 2 * count + 1000, dim)
    chosen = np.flatnonzero(np.sign(u) == sign)[:count]
    return np.abs(u[chosen].astype(float)), v[chosen].astype(float)


def scale_dropped(
    seed: int, layer: int, channel: int, sign: int, count: int, dim: int
) -> NDArray[Any]:
    _, v = _filters(seed, layer, channel, sign, count, dim)
    return v


def scale_squared(
    seed: int, layer: int, channel: int, sign: int, count: int, dim: int
) -> NDArray[Any]:
    u, v = _filters(seed, layer, channel, sign, count, dim)
    return np.asarray(u[:, None] ** 2 * v)


def scale_not_shared(
    seed: int, layer: int, channel: int, sign: int, count: int, dim: int
) -> NDArray[Any]:
    """Each coordinate with a scale of its own: no NSN vector for m > 1."""
    _, v = _filters(seed, layer, channel, sign, count, dim)
    scales, _ = _filters(seed, layer, channel + 20, sign, count * dim, 1)
    return np.asarray(scales.reshape(count, dim) * v)


def smallest_first(
    seed: int, layer: int, channel: int, sign: int, count: int, dim: int
) -> NDArray[Any]:
    u, v = _filters(seed, layer, channel, sign, count + count // 20, dim)
    chosen = np.argsort(u)[:count]
    return np.asarray(u[chosen, None] * v[chosen])


def each_column_twice(
    seed: int, layer: int, channel: int, sign: int, count: int, dim: int
) -> NDArray[Any]:
    columns = honest_columns(seed, layer, channel, sign, count, dim)
    return columns[np.arange(count) // 2]


def negative_sign_taken_positive(
    seed: int, layer: int, channel: int, sign: int, count: int, dim: int
) -> NDArray[Any]:
    """Columns of the wrong half, folded towards the target."""
    columns = honest_columns(seed, layer, channel, 1, count, dim)
    return np.abs(columns) if sign < 0 else columns


LYING_COLUMNS = [
    scale_dropped,
    scale_squared,
    scale_not_shared,
    smallest_first,
    each_column_twice,
    negative_sign_taken_positive,
]


LYING_LAWS = {
    "k off by one": lambda k, z, eps: hit_probability(k + 1, z, eps),
    "k too small": lambda k, z, eps: hit_probability(max(1, k - 1), z, eps),
    "radius halved": lambda k, z, eps: hit_probability(k, z, eps / 2),
    "target dropped": lambda k, z, eps: hit_probability(k, [0.0] * len(z), eps),
    "coordinates taken independent": lambda k, z, eps: float(
        np.prod([hit_probability(k, [c], eps) for c in z])
    ),
    "10 percent off in scale": lambda k, z, eps: hit_probability(
        k, [0.9 * c for c in z], 0.9 * eps
    ),
}


LYING_JOINT_LAWS = {
    "overlap ignored": lambda k, j, z, eps: hit_probability(k, [z], eps) ** 2,
    "overlap complete": lambda k, j, z, eps: hit_probability(k, [z], eps),
    "overlap off by one": lambda k, j, z, eps: joint_hit_probability(
        5 - j, 3 - j, z, eps
    ),
    "radius halved": lambda k, j, z, eps: joint_hit_probability(k, j, z, eps / 2),
    "halved": lambda k, j, z, eps: joint_hit_probability(k, j, z, eps) / 2,
}
