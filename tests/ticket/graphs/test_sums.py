"""What kept filters add up to, and their weights, against plain loops of fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.graph import BatchNorm, Convolution, Input, TargetCNN
from slth_verify.graph.stages import Stage, stages_of
from slth_verify.network import RandomCNN
from slth_verify.strategies import target_graphs
from slth_verify.ticket.graphs import sums as sums_module
from slth_verify.ticket.graphs import weights as weights_module
from slth_verify.ticket.graphs.sums import KeptFilters, pair_sums
from slth_verify.ticket.graphs.weights import drawn_filters

F = Fraction
STAGED = target_graphs(max_side=3, kinds={"convolution", "dense", "batch-norm"})
WIDTH = 3

Sums = tuple[np.ndarray, np.ndarray, np.ndarray]


def kept_of(stage: Stage, seed: int) -> np.ndarray:
    """Some filters of every channel, and of the constant one."""
    count = 2 * WIDTH * stage.inputs
    return np.flatnonzero(np.random.default_rng(seed).random(count) < 0.6)


def drawn(stage: Stage, seed: int) -> KeptFilters:
    """As the search draws them."""
    network = RandomCNN(seed, (WIDTH,) * stage.number)
    filters = kept_of(stage, seed)
    owner = filters // (2 * WIDTH)
    plain = int((owner < stage.channels).sum())
    constant = stage.kernel_shape(stage.channels)
    return KeptFilters(
        filters,
        owner,
        network.own_scalars(stage.number, filters),
        network.kernels(stage.number, filters[:plain], stage.kernel_shape(0)),
        network.kernels(stage.number, filters[plain:], constant)[:, 0, 0],
    )


def odd(kept: KeptFilters, seed: int) -> KeptFilters:
    """The same filters with any weights that float32 holds, subnormal ones as well."""
    rng = np.random.default_rng(seed)

    def floats(shape: tuple[int, ...]) -> np.ndarray:
        exponents = rng.integers(-149, 127, shape)
        signs = rng.choice([-1, 1], shape)
        return np.ldexp(signs * (1 + rng.random(shape)), exponents).astype(np.float32)

    return KeptFilters(
        kept.filters,
        kept.owner,
        floats(kept.scalars.shape),
        floats(kept.kernels.shape),
        floats(kept.constants.shape),
    )


def known_sums(stage: Stage, exponent: int, kept: KeptFilters) -> Sums:
    """Filter by filter: ``h = max(u y, 0)``, times its kernel, into its group."""
    outputs, wide, rows, columns = shape = stage.layer.weight.shape
    per_group = outputs // stage.layer.groups
    halves = {1: np.full(shape, F(0), object), -1: np.full(shape, F(0), object)}
    bias = np.full(outputs, F(0), object)
    factor = F(2) ** exponent
    plain = len(kept.kernels)
    for position, channel in enumerate(kept.owner.tolist()):
        u = F(float(kept.scalars[position]))
        if channel == stage.channels:
            for o in range(outputs):
                v = F(float(kept.constants[position - plain, o]))
                bias[o] += factor * max(u, F(0)) * v
            continue
        for i, j, o in np.ndindex(rows, columns, per_group):
            v = F(float(kept.kernels[position, i, j, o]))
            at = (channel // wide * per_group + o, channel % wide, i, j)
            halves[1][at] += factor * max(u, F(0)) * v
            halves[-1][at] += factor * max(-u, F(0)) * v
    return halves[1], halves[-1], bias


def differing(module: ModuleType, stage: Stage, exponent: int, kept: Any) -> bool:
    found = module.pair_sums(stage, exponent, kept)
    unit = F(1, 2**found.bits)
    numbers = found.positive, found.negative, found.bias
    known = known_sums(stage, exponent, kept)
    return not all(
        np.array_equal(part * unit, wanted)
        for part, wanted in zip(numbers, known, strict=True)
    )


@given(STAGED, st.integers(0, 999), st.sampled_from([0, 1, -1, 40, -1024, 1024]))
def test_sums_are_exact(graph: TargetCNN, seed: int, exponent: int) -> None:
    for stage in stages_of(graph):
        kept = drawn(stage, seed)
        assert not differing(sums_module, stage, exponent, kept)
        assert not differing(sums_module, stage, exponent, odd(kept, seed))


@given(STAGED, st.integers(0, 999))
def test_a_finer_unit_changes_nothing(graph: TargetCNN, seed: int) -> None:
    for stage in stages_of(graph):
        one = pair_sums(stage, 3, drawn(stage, seed))
        other = one.over(one.bits + 7)
        assert np.array_equal(other.positive, one.positive * 128)
        assert np.array_equal(other.negative, one.negative * 128)
        assert np.array_equal(other.bias, one.bias * 128)


@given(STAGED, st.integers(0, 2**64 - 1))
def test_the_checker_draws_what_the_search_draws(graph: TargetCNN, seed: int) -> None:
    for stage in stages_of(graph):
        assert same(drawn(stage, seed), weights_module, stage, seed)


def same(known: KeptFilters, module: Any, stage: Stage, seed: int) -> bool:
    found = module.drawn_filters(seed, stage, WIDTH, known.filters)
    return all(
        np.array_equal(getattr(found, name), getattr(known, name))
        for name in ("filters", "owner", "scalars", "kernels", "constants")
    )


def test_no_filters_and_only_constant_ones() -> None:
    graph = examples()["norms"]
    (stage,) = stages_of(graph)
    for filters in (np.empty(0, np.int64), np.array([2 * WIDTH * stage.channels])):
        kept = drawn_filters(5, stage, WIDTH, filters)
        assert len(kept.kernels) == 0
        assert not differing(sums_module, stage, 0, kept)


def examples() -> dict[str, TargetCNN]:
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((4, 2, 2, 3)).astype(np.float32)
    ones = np.ones(4, np.float32)
    image = Input(name="image", shape=(4, 3, 3), low=(-1,) * 4, high=(1,) * 4)
    layer = Convolution(name="conv", sources=("image",), weight=weight, groups=2)
    norm = BatchNorm(
        name="norm",
        sources=("conv",),
        scale=ones,
        shift=ones,
        mean=ones,
        variance=ones,
        epsilon=F(1, 2),
    )
    return {
        "plain": TargetCNN((image, layer)),
        "norms": TargetCNN((image, layer, norm)),
    }


SUMS = {
    "signs swapped": ("for sign in (1, -1):", "for sign in (-1, 1):"),
    "both signs alike": ("np.sign(scalars) == sign", "np.abs(scalars) > 0"),
    "groups mixed up": (
        "sums.reshape(groups, wide, rows, columns, outputs // groups)",
        "sums.reshape(groups, wide, rows, columns, outputs // groups)[::-1]",
    ),
    "rows and columns swapped": (
        ".transpose(0, 4, 1, 2, 3)",
        ".transpose(0, 4, 1, 3, 2)",
    ),
    "outputs before places": (
        "sums.reshape(groups, wide, rows, columns, outputs // groups)\n"
        "            .transpose(0, 4, 1, 2, 3)",
        "sums.reshape(groups, wide, outputs // groups, rows, columns)\n"
        "            .transpose(0, 2, 1, 3, 4)",
    ),
    "constant channel's negative filters counted": (
        "kept.scalars[~plain], kept.constants, constant",
        "np.abs(kept.scalars[~plain]), kept.constants, constant",
    ),
    "exponent with the wrong sign": (
        "PRODUCT_BITS - exponent + excess",
        "PRODUCT_BITS + exponent + excess",
    ),
    "exponent of kernels only": (
        "part << excess for part in (*parts, bias[0])",
        "part for part in (*parts, bias[0])",
    ),
    "rounded sums": (
        "sums[channel] = exact_column_sums(products)",
        "sums[channel] = [int(x * 2.0**PRODUCT_BITS) for x in products.sum(axis=0)]",
    ),
    "the first filter of a channel forgotten": (
        "starts[channel] : starts[channel + 1]",
        "starts[channel] + 1 : starts[channel + 1]",
    ),
}
WEIGHTS = {
    "channel of the block before": (
        "scalar_words(seed, stage.number, channel,",
        "scalar_words(seed, stage.number, max(channel - 1, 0),",
    ),
    "stages counted from 0": (
        "kernel_words(seed, number,",
        "kernel_words(seed, number - 1,",
    ),
    "blocks of n": ("filters // (2 * width)", "filters // width"),
    "numbered within the block": (
        "channel, filters[start:end])",
        "channel, filters[start:end] % (2 * width))",
    ),
    "constant kernels as large as others": (
        "stage.kernel_shape(stage.channels)[2:]",
        "stage.kernel_shape(0)[2:]",
    ),
    "chunks start again": ("filters[start : start + step]", "filters[0:step]"),
}

Liar = Callable[[ModuleType, str, str], Any]


@pytest.mark.parametrize("lie", SUMS)
def test_lies_about_sums_are_seen(lie: str, mutant: Liar) -> None:
    wrong = mutant(sums_module, *SUMS[lie])
    seen = False
    for graph in examples().values():
        (stage,) = stages_of(graph)
        for exponent in (3, 300):
            kept = drawn(stage, 1)
            assert not differing(sums_module, stage, exponent, kept)
            seen |= differing(wrong, stage, exponent, kept)
    assert seen


@pytest.mark.parametrize("lie", WEIGHTS)
def test_lies_about_weights_are_seen(
    lie: str, mutant: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights_module, "_CHUNK", 40)
    wrong = mutant(weights_module, *WEIGHTS[lie])
    wrong._CHUNK = 40
    seen = False
    for graph in examples().values():
        (stage,) = stages_of(graph)
        known = drawn(stage, 1)
        assert same(known, weights_module, stage, 1)
        try:
            seen |= not same(known, wrong, stage, 1)
        except (ValueError, IndexError):  # numbers that do not fit
            seen = True
    assert seen
