"""Necessary widths of one layer: the hard kernels, the bound, simulation, lies."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binomtest, chi2, norm

from slth_verify.bounds import network_width
from slth_verify.bounds.certificates.integrals.scale_integral import Box
from slth_verify.bounds.certificates.integrals.soft_box import SoftBox
from slth_verify.bounds.network import layer_necessary
from slth_verify.bounds.network.layer_necessary import (
    HardTarget,
    hard_targets,
    success_of_layer,
)
from slth_verify.bounds.network.layer_width import LayerShape
from slth_verify.enclosure import from_ball, to_ball, working_precision
from slth_verify.errors import InvalidParameterError

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
        assert sum(abs(residual) for residual in residuals[1:]) <= 2 * eps


def test_lie_zero_entries_within_eps() -> None:
    eps = F(1, 5)
    assert _error([F(1), F(0)], [1 + eps, -2 * eps]) <= eps
    # and the sum of moduli 2 eps is attained by both signs together
    assert _error([F(1), F(0), F(0)], [F(1), eps, -eps]) <= eps


def test_lie_entries_below_eps_are_seen() -> None:
    """An entry of at most eps may be left out altogether."""
    assert _error([F(1, 5)], [F(0)]) <= F(1, 5)
    assert _error([F(1, 5)], [F(-7)]) <= F(1, 5)
    shape = LayerShape(2, 1, 1, first=True)
    assert [target.nats for target in hard_targets(shape, F(1, 4))] == [3]
    assert [target.nats for target in hard_targets(shape, F(1, 5))] == [0, 3]
    assert hard_targets(shape, F(1)) == ()


def test_hard_targets_use_as_many_channels_as_they_can() -> None:
    targets = hard_targets(LayerShape(3, 1, 16, first=True), F(1, 100))
    full = next(one for one in targets if one.box.dim == 99)
    single = targets[-1]
    assert full.box.groups == ((F(1, 99), 99),)  # 11 channels of 9 entries
    assert single.box.groups == ((F(1, 16), 16),)
    assert (single.box.dim, single.box.eps, single.nats) == (144, F(1, 100), 128)
    only = hard_targets(LayerShape(1, 4, 3, first=False), F(1, 100))[-1]
    assert only.box.groups == ((F(1, 3), 3),)


SOFT = SoftBox(F(1, 5), ((F(1), 1),), soft=3, rate=F(15, 2))


@given(RESIDUALS, st.sampled_from([F(1, 10), F(1, 2)]))
def test_soft_sides_weigh_at_least_the_event(residuals, width) -> None:
    others = residuals[1:]
    rate = 3 / width
    if sum(abs(residual) for residual in others) <= width:
        weight = math.exp(3 - float(rate * sum(abs(r) for r in others)))
        assert weight >= 1 - 1e-12


@pytest.mark.parametrize("scale", [F(1, 1000), F(1, 10), F(1), F(50), F(10**5)])
def test_soft_sides_are_means_of_exponentials(scale) -> None:
    root = math.sqrt(scale)
    mean = quad(
        lambda x: 2 * norm.pdf(x) * math.exp(-7.5 * root * x),
        0,
        min(40.0, 90 / root),
        epsabs=0,
        limit=200,
    )[0]
    hard = norm.cdf(1.2 / root) - norm.cdf(0.8 / root)
    with working_precision(96):
        found = from_ball(SOFT.probability(to_ball(scale)))
    assert float(found.lower) == pytest.approx(hard * mean**3, rel=1e-6)


def test_soft_integral_against_quadrature() -> None:
    def value(log_scale: float) -> float:
        scale = math.exp(log_scale)
        with working_precision(64):
            weight = float(from_ball(SOFT.probability(to_ball(F(scale)))).upper)
        law = sum(
            math.comb(10, k) / 2**k * chi2.pdf(scale, k) * scale for k in range(1, 11)
        )
        return float(law) * weight

    exact = quad(value, -12, 6, epsabs=0, epsrel=1e-9, limit=400)[0]
    bound = float(success_of_layer(5, HardTarget(SOFT)))
    assert bound == pytest.approx(exact, rel=1e-6)
    priced = float(success_of_layer(5, HardTarget(SOFT, 1)))
    assert priced == pytest.approx(min(1, math.e * exact), rel=1e-6)


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
    bound = float(success_of_layer(n, HardTarget(box)))
    assert binomtest(hits, trials, bound, alternative="greater").pvalue > 1e-6
    # n in place of 2n filters is refuted
    lie = float(success_of_layer(n // 2, HardTarget(box)))
    assert binomtest(hits, trials, lie, alternative="greater").pvalue < 1e-6


def test_necessary_widths_are_the_last_that_fail() -> None:
    result = network_width((1, 2), (1, 2, 1), "0.05", "0.1", kind="necessary")
    assert result.statement == "der:layer-necessary"
    assert result.probability is None
    for layer in result.layers:
        targets = hard_targets(layer.shape, F(1, 20))
        assert min(success_of_layer(layer.n - 1, one) for one in targets) < F(9, 10)
        assert all(success_of_layer(layer.n, one) >= F(9, 10) for one in targets)
    assert network_width((1,), (1, 1), 2, "0.1", kind="necessary").widths == (0,)


def test_entries_close_to_eps_do_not_hide_a_better_kernel() -> None:
    shape, goal = LayerShape(2, 1, 6, first=True), F(9, 10)
    wide = network_width((2,), (1, 6), "0.16", "0.1", kind="necessary").widths[0]
    targets = hard_targets(shape, F(4, 25))
    failing = [one for one in targets if success_of_layer(wide - 1, one) < goal]
    assert failing
    assert targets[-1] not in failing


def test_the_bound_grows_with_n() -> None:
    box = Box.around([F(1, 2), F(1, 2)], F(1, 10))
    values = [success_of_layer(n, HardTarget(box)) for n in range(1, 9)]
    assert values == sorted(values)


def test_a_kernel_that_takes_too_long_leaves_the_answer_of_the_others(
    monkeypatch,
) -> None:
    honest = layer_necessary._expected_hits
    asked = (2,), (1, 4), "0.02", "0.1"

    def only_hard(n: int, target: HardTarget) -> Fraction | None:
        if target.nats:
            raise InvalidParameterError("too many samples")
        return honest(n, target)

    def width() -> int:
        return network_width(*asked, kind="necessary").layers[0].n

    def words() -> str:
        return network_width(*asked, kind="necessary").layers[0].ledger[0].text

    full = width()
    assert "takes too long" not in words()
    monkeypatch.setattr(layer_necessary, "_expected_hits", only_hard)
    assert 1 < width() <= full
    assert "takes too long" in words()
    monkeypatch.setattr(layer_necessary, "_expected_hits", lambda *_: None)
    assert width() == 1  # no filter at all gives the zero network
