"""Necessary widths of one layer: the hard kernels, the bound, simulation, lies."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from slth_verify.bounds import network_width
from slth_verify.bounds._layer_necessary import (
    hard_targets,
    success_of_layer,
)
from slth_verify.bounds._layer_width import LayerShape
from slth_verify.bounds._scale_integral import Box

F = Fraction


def _error(kernel: list[Fraction], pruned: list[Fraction]) -> Fraction:
    """Largest error of one output after ReLU, over images of pixels 0 and 1."""
    return max(
        abs(
            max(F(0), sum((k for k, x in zip(kernel, image, strict=True) if x), F(0)))
            - max(F(0), sum((p for p, x in zip(pruned, image, strict=True) if x), F(0)))
        )
        for image in itertools.product((0, 1), repeat=len(kernel))
    )


RESIDUALS = st.lists(
    st.fractions(F(-1, 2), F(1, 2), max_denominator=40), min_size=4, max_size=4
)


@given(RESIDUALS)
def test_a_good_filter_sum_lies_in_the_box_of_equal_entries(residuals) -> None:
    eps, entry = F(1, 5), F(1, 4)
    pruned = [entry + residual for residual in residuals]
    if _error([entry] * 4, pruned) <= eps:
        assert all(abs(residual) <= eps for residual in residuals)


@given(RESIDUALS)
def test_a_good_filter_sum_lies_in_the_box_of_one_entry(residuals) -> None:
    eps = F(1, 5)
    kernel = [F(1), F(0), F(0), F(0)]
    pruned = [k + residual for k, residual in zip(kernel, residuals, strict=True)]
    if _error(kernel, pruned) <= eps:
        assert abs(residuals[0]) <= eps
        assert all(abs(residual) <= 2 * eps for residual in residuals)


def test_lie_zero_entries_within_eps() -> None:
    eps = F(1, 5)
    assert _error([F(1), F(0)], [1 + eps, -2 * eps]) <= eps


def test_lie_entries_below_eps_are_seen() -> None:
    """An entry of at most eps may be left out altogether."""
    assert _error([F(1, 5)], [F(0)]) <= F(1, 5)
    assert _error([F(1, 5)], [F(-7)]) <= F(1, 5)
    shape = LayerShape(2, 1, 1, first=True)
    assert [box.eps for box in hard_targets(shape, F(1, 4))] == [F(1, 2)]
    assert [box.eps for box in hard_targets(shape, F(1, 5))] == [F(1, 5), F(2, 5)]
    assert hard_targets(shape, F(1)) == ()


def test_hard_targets_use_as_many_channels_as_they_can() -> None:
    full, single = hard_targets(LayerShape(3, 1, 16, first=True), F(1, 100))
    assert full.groups == ((F(1, 99), 99),)  # 11 channels of 9 entries
    assert (single.reach, single.dim, single.eps) == (F(1, 16), 144, F(1, 50))
    (only,) = hard_targets(LayerShape(1, 4, 3, first=False), F(1, 100))
    assert only.groups == ((F(1, 3), 3),)


@pytest.mark.parametrize(("n", "eps"), [(2, 0.1), (3, 0.2), (4, 0.05)])
def test_no_layer_succeeds_more_often(n, eps) -> None:
    """One channel, one pixel: exhaustive search over the filters of positive sign."""
    rng, trials, hits = np.random.default_rng(n), 4000, 0
    masks = ((np.arange(1, 4**n)[:, None] >> np.arange(2 * n)) & 1).astype(float)
    for _ in range(trials):
        first, second = rng.standard_normal((2, 2 * n))
        sums = masks @ (np.maximum(first, 0) * second)
        hits += bool((np.abs(sums - 1) <= eps).any())
    box = Box.around([F(1)], F(str(eps)))
    bound = float(success_of_layer(n, box))
    assert binomtest(hits, trials, bound, alternative="greater").pvalue > 1e-6
    # n in place of 2n filters is refuted
    lie = float(success_of_layer(n // 2, box))
    assert binomtest(hits, trials, lie, alternative="greater").pvalue < 1e-6


def test_necessary_widths_are_the_last_that_fail() -> None:
    result = network_width((1, 2), (1, 2, 1), "0.05", "0.1", kind="necessary")
    assert result.statement == "der:first-moment"
    assert result.probability is None
    for layer in result.layers:
        boxes = hard_targets(layer.shape, F(1, 20))
        assert min(success_of_layer(layer.n - 1, box) for box in boxes) < F(9, 10)
        assert all(success_of_layer(layer.n, box) >= F(9, 10) for box in boxes)
    assert network_width((1,), (1, 1), 2, "0.1", kind="necessary").widths == (0,)


def test_the_bound_grows_with_n() -> None:
    box = Box.around([F(1, 2), F(1, 2)], F(1, 10))
    values = [success_of_layer(n, box) for n in range(1, 9)]
    assert values == sorted(values)
