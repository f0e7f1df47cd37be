"""The fitted law is a function of its points: not of their order, nor of a library."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from slth_verify.subset_sum import SearchPoint, _search_law, fit_search_law

Fit = Callable[[Sequence[SearchPoint]], tuple[float, float]]


def drawn(seed: int) -> list[SearchPoint]:
    """Points near the law, in many dimensions and widths."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(40):
        dim, width = int(rng.integers(1, 65)), int(rng.integers(40, 10**6))
        residual = 0.4 * dim**1.5 / width * math.exp(rng.normal(0, 0.3))
        found.append(SearchPoint(dim, width, residual))
    return found


def shuffled(points: Sequence[SearchPoint], times: int = 30) -> list[list[SearchPoint]]:
    rng = np.random.default_rng(1)
    return [[points[i] for i in rng.permutation(len(points))] for _ in range(times)]


def by_lapack(points: Sequence[SearchPoint]) -> tuple[float, float]:
    """As it was once fitted: sums in the order of memory and of blocks."""
    logs = np.log([(p.dim, p.residual, p.width) for p in points])
    design = np.column_stack([logs[:, 0], -logs[:, 1], np.ones(len(points))])
    found = np.linalg.lstsq(design, logs[:, 2])[0]
    return float(found[0]), float(found[1])


def answers(fit: Fit, points: Sequence[SearchPoint]) -> set[tuple[float, float]]:
    return {fit(some) for some in shuffled(points)}


@pytest.mark.parametrize("seed", range(3))
def test_no_digit_depends_on_the_order_of_points(seed: int) -> None:
    points = drawn(seed)
    whole = {fit_search_law(some) for some in shuffled(points)}
    assert len(whole) == 1
    law = whole.pop()
    dim, accuracy = by_lapack(points)
    assert law.dim_exponent == pytest.approx(dim, rel=1e-9)
    assert law.accuracy_exponent == pytest.approx(accuracy, rel=1e-9)


def test_lie_sums_in_the_order_of_memory_are_seen() -> None:
    assert len(answers(_search_law._exponents, drawn(0))) == 1
    assert len(answers(by_lapack, drawn(0))) > 1


def test_a_law_without_noise_is_met_exactly() -> None:
    """Powers of two: all logarithms are multiples of one, up to their rounding."""
    points = [
        SearchPoint(4**i, 2**j, 2.0 ** (3 * i - j)) for i in range(4) for j in (9, 12)
    ]
    law = fit_search_law(points)
    assert abs(law.dim_exponent - 1.5) <= 4 * np.spacing(1.5)
    assert abs(law.accuracy_exponent - 1.0) <= 4 * np.spacing(1.0)
