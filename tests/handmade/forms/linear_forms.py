"""Fixtures: linear forms of two networks, and what exact fractions say of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from slth_verify.forms import Interval, NetworkPair, StageEnds
from slth_verify.graph import TargetCNN

F = Fraction


def _dyadic(values: Any, bits: int) -> np.ndarray:
    """Fractions as integers times ``2^-bits``."""
    whole = np.empty(np.shape(values), object)
    for at in np.ndindex(*whole.shape):
        scaled = F(np.asarray(values)[at]) * 2**bits
        assert scaled.denominator == 1
        whole[at] = int(scaled)
    return whole


def _network_pair(graph: TargetCNN, stages: dict[str, Any]) -> NetworkPair:
    """Both networks, from the fractions that `pair_of` makes."""

    def ends(stage: Any) -> StageEnds:
        shape, outputs = stage.layer.weight.shape, len(stage.layer.weight)
        positive, negative, bias = stages[stage.name]
        bias = np.full(outputs, F(0)) if bias is None else bias
        numbers = [*np.ravel(positive), *np.ravel(negative), *np.ravel(bias)]
        bits = max(F(x).denominator.bit_length() - 1 for x in numbers)
        return StageEnds.of_sums(
            _dyadic(positive, bits).reshape(shape),
            _dyadic(negative, bits).reshape(shape),
            _dyadic(bias, bits),
            bits,
        )

    return NetworkPair.of(graph, ends)


def _outside(low: Any, high: Any, least: Any, most: Any) -> bool:
    """Whether numbers between two fractions leave floats; NaN says nothing."""
    ends = zip(*map(np.ravel, (low, high, least, most)), strict=True)
    return any(
        bottom == np.inf
        or top == -np.inf
        or (np.isfinite(bottom) and F(float(bottom)) > b)
        or (np.isfinite(top) and F(float(top)) < a)
        for bottom, top, a, b in ends
    )


def _rows(shape: tuple[int, ...], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of five rows, with zeros, large and small ones; the last cancel."""
    rng = np.random.default_rng(seed)
    signs = rng.integers(-1, 2, (2, *shape, 4)).astype(float)
    scaled = signs * 2.0 ** rng.choice([0, 0, 3, -40, 200], signs.shape)
    last = np.resize([2.0**60, 1.0, -(2.0**60)], (2, *shape, 1))
    target, gap = np.concatenate([scaled, last], axis=-1)
    return target, gap


def _least(row: tuple[Any, Any], low: Any, high: Any, y: Any) -> Fraction:
    """What ``a x + d (y - x)`` is at least, for x between two ends."""
    total = F(0)
    for a, d, *ends, of_y in zip(*map(np.ravel, (*row, low, high, y)), strict=True):
        of_x = F(float(a)) - F(float(d))
        total += F(float(d)) * of_y + min(of_x * end for end in ends)
    return total


def _broken(
    found: Any, *images: dict[str, Any], seed: int = 0, joint: bool = False
) -> list[str]:
    """Whatever the bounds say of both networks that is not so for some images."""
    gaps = [found.gap()]
    target, given = _rows(gaps[0].low.shape, seed)
    zero = np.zeros_like(target)
    bounds = [
        (found.upper(a, d), zero if a is None else a, zero if d is None else d)
        for a, d in ((target, None), (None, given), (target, given))
    ]
    if joint:
        gaps.append(found.joint_gap())
        bounds.append((found.joint_upper(target, given), target, given))
    return [
        what for values in images for what in _broken_by(found, gaps, bounds, values)
    ]


def _broken_by(
    found: Any,
    gaps: list[Interval],
    bounds: list[Any],
    values: dict[str, Any],
) -> list[str]:
    wrong = []
    for node in found.known.pair.nodes:
        name = getattr(node, "output", node.name)
        low, high, y = values[name]
        parts = found.known.intervals[node.name]
        for which, least, most in (
            ("target", low, high),
            ("pruned", y, y),
            ("difference", y - high, y - low),
        ):
            part = getattr(parts, which)
            if _outside(part.low, part.high, least, most):
                wrong.append(f"{which} of {name}")
    for gap in gaps:
        if _outside(gap.low, gap.high, y - high, y - low):
            wrong.append("gap")
    for rows, a, d in bounds:
        for number, bound in enumerate(rows):
            least = _least((a[..., number], d[..., number]), low, high, y)
            if _outside(-np.inf, bound, least, least):
                wrong.append(f"row {number}")
    return wrong


def _float_image(box: Interval, seed: int) -> np.ndarray:
    """A float image in a box: a corner, or any of its points, some with zeros."""
    rng = np.random.default_rng(seed)
    share = rng.random(box.low.shape)
    if seed % 2:
        image = np.where(share < 0.5, box.low, box.high)
    else:
        image = box.low * share + box.high * (1 - share)
    if seed % 3 == 2:
        image = np.where(rng.random(image.shape) < 0.4, 0.0, image)
    return np.clip(image, box.low, box.high)


@pytest.fixture(scope="session")
def network_pair() -> Callable[..., NetworkPair]:
    return _network_pair


@pytest.fixture(scope="session")
def outside() -> Callable[..., bool]:
    return _outside


@pytest.fixture(scope="session")
def broken() -> Callable[..., list[str]]:
    return _broken


@pytest.fixture(scope="session")
def float_image() -> Callable[[Interval, int], np.ndarray]:
    return _float_image
