"""Wrong random filters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from slth_verify.conformance import (
    random_cnn_filters,
)

Filters = tuple[NDArray[Any], NDArray[Any]]


def half_as_many_filters(
    seed: int, layer: int, channel: int, count: int, dim: int
) -> Filters:
    """Every filter is used twice."""
    u, v = random_cnn_filters(seed, layer, channel, count, dim)
    return u[np.arange(count) // 2], v[np.arange(count) // 2]


def antithetic_pairs(
    seed: int, layer: int, channel: int, count: int, dim: int
) -> Filters:
    u, v = half_as_many_filters(seed, layer, channel, count, dim)
    return u * (-1.0) ** np.arange(count), v


def uniform_scalars(
    seed: int, layer: int, channel: int, count: int, dim: int
) -> Filters:
    u, v = random_cnn_filters(seed, layer, channel, count, dim)
    return np.sqrt(3.0) * special.erf(u / np.sqrt(2.0)), v


def wider_kernels(seed: int, layer: int, channel: int, count: int, dim: int) -> Filters:
    u, v = random_cnn_filters(seed, layer, channel, count, dim)
    return u, 1.1 * v


def positive_scalars(
    seed: int, layer: int, channel: int, count: int, dim: int
) -> Filters:
    u, v = random_cnn_filters(seed, layer, channel, count, dim)
    return np.abs(u), v


def sign_leaks_into_kernel(
    seed: int, layer: int, channel: int, count: int, dim: int
) -> Filters:
    u, v = random_cnn_filters(seed, layer, channel, count, dim)
    v[:, 0] = np.abs(v[:, 0]) * np.sign(u)
    return u, v


def scale_leaks_into_kernel(
    seed: int, layer: int, channel: int, count: int, dim: int
) -> Filters:
    u, v = random_cnn_filters(seed, layer, channel, count, dim)
    v[:, 1] = np.abs(u) * np.sign(v[:, 1])
    return u, v


def scalar_repeats_a_kernel_entry(
    seed: int, layer: int, channel: int, count: int, dim: int
) -> Filters:
    _, v = random_cnn_filters(seed, layer, channel, count, dim)
    return v[:, 0], v


def channel_ignored(
    seed: int, layer: int, channel: int, count: int, dim: int
) -> Filters:
    return random_cnn_filters(seed, layer, 0, count, dim)


def layer_ignored(seed: int, layer: int, channel: int, count: int, dim: int) -> Filters:
    return random_cnn_filters(seed, 1, channel, count, dim)


def seed_reused(seed: int, layer: int, channel: int, count: int, dim: int) -> Filters:
    return random_cnn_filters(seed // 2, layer, channel, count, dim)


def lanes_repeat(seed: int, layer: int, channel: int, count: int, dim: int) -> Filters:
    """Filters 4 apart share their scalar: a counter that does not advance."""
    u, v = random_cnn_filters(seed, layer, channel, count, dim)
    index = np.arange(count)
    return u[index - 4 * (index // 4 % 2)], v


def small_scalars_rounded_to_zero(
    seed: int, layer: int, channel: int, count: int, dim: int
) -> Filters:
    u, v = random_cnn_filters(seed, layer, channel, count, dim)
    return np.where(np.abs(u) < 0.1, np.sign(u) * 0.1, u), v


LIES = [
    half_as_many_filters,
    antithetic_pairs,
    uniform_scalars,
    wider_kernels,
    positive_scalars,
    sign_leaks_into_kernel,
    scale_leaks_into_kernel,
    scalar_repeats_a_kernel_entry,
    channel_ignored,
    layer_ignored,
    seed_reused,
    lanes_repeat,
    small_scalars_rounded_to_zero,
]
