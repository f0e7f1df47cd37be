"""The oracles of the properties, against plainer ones."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
import torch
from handmade.kernel_targets import kernels_of
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.conformance.oracles.exhaustive import (
    MAX_COLUMNS,
    best_score,
    exact_residuals,
    rounded_residual,
)
from slth_verify.conformance.oracles.forward import largest_difference
from slth_verify.conformance.oracles.integer import (
    apply_pair,
    convolve,
    kept_filters,
    vertices,
)
from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import stages_of
from slth_verify.network import GENERATOR
from slth_verify.strategies import subset_sum_problems, target_networks
from slth_verify.subset_sum import DenseColumns, MaxTolerance, Problem
from slth_verify.ticket import StageTicket, Ticket


@given(subset_sum_problems(max_size=6))
def test_every_subset_occurs_once_with_its_exact_residual(problem: Problem) -> None:
    seen = dict(exact_residuals(problem))
    assert sorted(seen) == list(range(1 << problem.source.size))
    rows = problem.source.columns(np.arange(problem.source.size)).tolist()
    for chosen, residual in seen.items():
        for c, value in enumerate(residual):
            terms = [Fraction(r[c]) for i, r in enumerate(rows) if chosen >> i & 1]
            assert value == sum(terms, -Fraction(float(problem.target[c])))


def test_best_score_is_that_of_the_best_subset() -> None:
    columns = np.array([[0.5], [0.25], [1.0]])
    problem = Problem(DenseColumns(columns), np.array([1.3]), MaxTolerance(0.1))
    assert best_score(problem) == pytest.approx(0.5)  # 1.25 is 0.05 away
    assert rounded_residual(problem, np.array([1, 2])) == [1.25 - 1.3]


def test_large_pools_are_refused() -> None:
    columns = np.ones((MAX_COLUMNS + 1, 1))
    problem = Problem(DenseColumns(columns), np.array([1.0]), MaxTolerance(0.1))
    with pytest.raises(ValueError, match="n=17 columns"):
        best_score(problem)


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.filterwarnings(
    # torch remarks that it copies the input in order to pad it on one side only
    "ignore:Using padding='same' with even kernel"
)
def test_integer_convolution_is_that_of_torch(size: int) -> None:
    rng = np.random.default_rng(size)
    images = rng.integers(-4, 5, (3, 2, 4, 3))
    kernel = rng.integers(-4, 5, (3, 2, size, size))
    expected = torch.nn.functional.conv2d(
        torch.from_numpy(images.astype(np.float64)),
        torch.from_numpy(kernel.astype(np.float64)),
        padding="same",
    )
    assert np.array_equal(convolve(images, kernel), expected.numpy())


def test_integer_pair_is_two_layers_with_a_relu_between() -> None:
    # u = -1/8 sees -x+, V = 3/8: |u| V = 3/64 times x-
    kept = kept_filters([-0.125], np.full((1, 1, 1, 1), 0.375), [0])
    images = np.array([-2, 0, 2]).reshape(3, 1, 1, 1)
    out = apply_pair(images, kept, 64)
    assert out.ravel().tolist() == [6, 0, 0]


def test_vertices_are_all_vertices() -> None:
    seen = {tuple(image.ravel().tolist()) for image in vertices(-1, (1, 2, 2))}
    assert seen == set(itertools.product((-1, 0, 1), repeat=4))
    assert len(vertices(0, (2, 1, 1))) == 4


@settings(max_examples=15)
@given(target_networks(max_depth=2, max_channels=2), st.integers(0, 99))
def test_difference_to_an_empty_network_is_the_target_itself(
    target: TargetCNN, seed: int
) -> None:
    parts = tuple(
        StageTicket(stage.name, 4, 0, np.empty(0, np.int64))
        for stage in stages_of(target)
    )
    named = {"name": "", "sha256": target.sha256}
    ticket = Ticket(named, GENERATOR, seed, parts, Fraction(1), "1")
    images = np.random.default_rng(seed).integers(-1, 2, (6, *target.input.shape))
    seen = largest_difference(target, ticket, images.astype(np.float64))
    x = torch.from_numpy(images.astype(np.float64))
    for kernel in kernels_of(target):
        left, right = (kernel.shape[2] - 1) // 2, kernel.shape[2] // 2
        x = torch.nn.functional.pad(x, (left, right, left, right))
        weight = torch.from_numpy(kernel.astype(np.float64))
        x = torch.nn.functional.conv2d(x, weight).relu()
    assert seen.error >= float(x.abs().max()) - seen.allowance
    norms = [float(np.abs(kernel).sum()) for kernel in kernels_of(target)]
    assert seen.allowance <= 1e-11 * float(np.prod(norms))
