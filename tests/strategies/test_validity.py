"""What is drawn keeps every promise of its strategy."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from handmade.kernel_targets import kernels_of
from hypothesis import given
from hypothesis import strategies as st

from slth_verify import strategies as slst
from slth_verify.graph import TargetCNN
from slth_verify.network import RandomCNN
from slth_verify.strategies import Architecture
from slth_verify.subset_sum import FilterBudget, Problem


@given(slst.seeds())
def test_seeds_are_those_of_the_generator(seed: int) -> None:
    assert RandomCNN(seed=seed, widths=(1,)).seed == seed


@given(
    slst.architectures(
        min_depth=2, max_depth=3, min_channels=2, max_channels=4, kernel_sizes=(2, 5)
    )
)
def test_architectures_keep_their_options(shape: Architecture) -> None:
    assert 2 <= shape.depth <= 3
    assert all(2 <= c <= 4 for c in shape.channels)
    assert set(shape.kernel_sizes) <= {2, 5}


@given(slst.random_networks(min_depth=2, max_depth=2, min_width=7, max_width=1 << 40))
def test_networks_keep_their_options(network: RandomCNN) -> None:
    assert len(network.widths) == 2
    assert min(network.widths) >= 7


@given(slst.target_networks(max_depth=3, max_channels=2, min_side=2, max_side=3))
def test_targets_are_of_the_papers_class(target: TargetCNN) -> None:
    assert target.in_papers_class
    kernels = kernels_of(target)
    assert len(kernels) <= 3
    assert max(max(kernel.shape[:2]) for kernel in kernels) <= 2
    assert set(target.input.shape[1:]) <= {2, 3}
    assert {kernel.dtype for kernel in kernels} == {np.dtype(np.float32)}


@given(slst.target_networks(max_depth=2))
def test_targets_survive_a_file(
    tmp_path_factory: pytest.TempPathFactory, target: TargetCNN
) -> None:
    path = tmp_path_factory.mktemp("target") / "target.safetensors"
    target.save(path)
    assert TargetCNN.from_file(path).sha256 == target.sha256


@given(slst.channel_blocked_masks(min_channels=2, max_block=3, min_kernel_size=2))
def test_masks_come_with_their_numbers(item: slst.BlockedMask) -> None:
    d, filters = item.kernel_size, item.channels * item.block
    assert item.mask.shape == (d, d, item.channels, filters)
    assert item.mask.sum() == d * d * filters
    assert item.channels >= 2
    assert item.block <= 3
    assert d >= 2


@given(slst.nsn_vectors(min_size=2, max_size=5, min_dim=2, max_dim=3))
def test_vectors_are_exact_products_of_the_filters(sample: slst.NsnSample) -> None:
    size, dim = sample.vectors.shape
    assert 2 <= size <= 5
    assert 2 <= dim <= 3
    for scalar, kernel, vector in zip(
        sample.scalars, sample.kernels, sample.vectors, strict=True
    ):
        for entry, value in zip(kernel, vector, strict=True):
            assert Fraction(float(value)) == abs(Fraction(float(scalar))) * Fraction(
                float(entry)
            )
    assert sample.scalars.all()


@given(slst.subset_sum_problems(min_size=1, max_size=5, min_dim=2, max_dim=4))
def test_problems_keep_their_options(problem: Problem) -> None:
    assert 1 <= problem.source.size <= 5
    assert 2 <= problem.source.dim <= 4
    assert problem.target.shape == (problem.source.dim,)
    if isinstance(problem.tolerance, FilterBudget):
        assert problem.source.dim % problem.tolerance.filters == 0
    assert np.isfinite(problem.tolerance.score(-problem.target))


@given(st.data(), st.tuples(*[st.integers(1, 4)] * 3))
def test_inputs_lie_in_the_box(
    data: st.DataObject, shape: tuple[int, int, int]
) -> None:
    image = data.draw(slst.extreme_inputs(shape))
    assert image.shape == shape
    assert image.dtype == np.float64
    assert np.abs(image).max() <= 1.0


@pytest.mark.parametrize("kind", [Architecture, TargetCNN, RandomCNN])
def test_types_are_registered(kind: type) -> None:
    seen = []

    @given(st.from_type(kind))
    def collect(value: object) -> None:
        seen.append(isinstance(value, kind))

    collect()
    assert seen
    assert all(seen)


def test_strategies_cost_nothing_until_imported() -> None:
    code = (
        "import sys, slth_verify; assert 'hypothesis' not in sys.modules; "
        "slth_verify.strategies.seeds(); assert 'hypothesis' in sys.modules; "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
