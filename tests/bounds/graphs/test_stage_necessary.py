"""What a stage alone needs: admissible pairs, consistency, simulation, labels, lies."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from slth_verify.bounds.graphs.error_sums import ErrorSums
from slth_verify.bounds.graphs.joint_volume import Box, Problem, hit_bound
from slth_verify.bounds.graphs.stage_necessary import (
    error_box,
    group_problems,
    seen_blocks,
    stage_need,
)
from slth_verify.graph import Convolution, Dense, Input, Range, TargetCNN
from slth_verify.graph.stages import Stage, StageKernel, stages_of
from slth_verify.statements import statement

F = Fraction


# -- admissible pairs: what the volume and the norms rest on


def convolution(
    weight: np.ndarray,
    side: int = 3,
    *,
    ends: tuple[str, str] = ("-1", "2"),
    more: dict | None = None,
) -> TargetCNN:
    """One convolution on the image."""
    given = more or {}
    channels = weight.shape[1] * given.get("groups", 1)
    image = Input(
        name="image",
        shape=(channels, side, side),
        low=(ends[0],) * channels,
        high=(ends[1],) * channels,
    )
    node = Convolution(
        name="conv", sources=("image",), weight=weight.astype(np.float32), **given
    )
    return TargetCNN((image, node))


GEOMETRIES = [
    {},
    {"padding": (1, 1, 1, 1)},
    {"padding": (3, 0, 3, 0), "stride": (2, 2)},
    {"padding": (1, 2, 1, 2), "dilation": (2, 1)},
    {"padding": (1, 1, 1, 1), "padding_mode": "circular"},
    {"groups": 2, "padding": (0, 1, 1, 0)},
]


def worst_error(stage: Stage, pair: tuple[np.ndarray, ...], source: Range) -> float:
    """Largest error over the box, place by place and entry of the image by entry.

    An entry's terms add up before its worst value is taken, so that copies may cancel.
    """
    plus, minus, shift = pair
    unit = 2.0 ** -kernel_of(stage).bits
    kernel = kernel_of(stage).least.astype(float) * unit
    ends = np.array([source.lower, source.upper], float)
    channels, rows, columns = stage.shape
    worst = 0.0
    basis = np.zeros((channels * rows * columns, *stage.shape))
    basis.reshape(len(basis), -1)[:] = np.eye(len(basis))
    above = stage.applied(plus - kernel, basis).reshape(channels, rows * columns, -1)
    below = stage.applied(minus + kernel, basis).reshape(channels, rows * columns, -1)
    low, high = ends[0][:, None, None], ends[1][:, None, None]
    values = [
        above * np.maximum(y, 0) + below * np.maximum(-y, 0)
        for y in (low, high, np.clip(0, low, high))
    ]
    outputs = len(kernel)
    for pick, sign in ((np.max, 1), (np.min, -1)):
        total = pick(values, axis=0).sum(axis=(0, 1)).reshape(outputs, -1)
        worst = max(worst, float((sign * (total + shift[:, None])).max()))
    return worst


def kernel_of(stage: Stage) -> StageKernel:
    return stage.kernel()


def broken(graph: TargetCNN, seed: int, wrong: Callable | None = None) -> str:
    """What a drawn pair with the share of its own error breaks; empty if nothing.

    Args:
        graph: One stage on the image.
        seed: Of the pair.
        wrong: Changes stage, kernel, blocks, source and share: a planted lie.
    """
    stage = stages_of(graph)[0]
    blocks, kernel = seen_blocks(stage), stage.kernel()
    source = Range(graph.input.low, graph.input.high)
    rng = np.random.default_rng(seed)
    weights = kernel.least.astype(float) * 2.0**-kernel.bits
    size = rng.choice([0, 0.01, 1, 3])
    noise = size * rng.standard_normal((2, *weights.shape))
    noise *= rng.random(noise.shape) < rng.choice([0.1, 0.5, 1])
    if rng.random() < 0.3:  # nothing kept
        noise[:] = -weights, weights
    plus, minus = weights + noise[0], noise[1] - weights
    share = worst_error(stage, (plus, minus, np.zeros(len(weights))), source)
    share = F(share * (1 + 1e-9) + 1e-12)
    asked = (stage, kernel, blocks, source, share)
    if wrong is not None:
        asked = wrong(*asked)
    return _broken(asked, stage, (plus, minus))


def _broken(asked: tuple, stage: Stage, pair: tuple[np.ndarray, np.ndarray]) -> str:
    known, kernel, blocks, source, share = asked
    box = error_box(known, blocks, source, share)
    wide = stage.layer.weight.shape[1]
    for problems in group_problems(known, kernel, blocks, source, box):
        used = np.zeros((box.outputs, len(blocks)))
        for problem in itertools.chain(*problems):
            group, place = divmod(problem.channel, wide)
            rows = slice(group * box.outputs, (group + 1) * box.outputs)
            weight = pair[problem.sign < 0][rows, place]
            norm = sum(float((weight[:, block] ** 2).sum()) for block in blocks)
            if norm < problem.missed * (1 - F(1, 10**9)):
                return f"norm of channel {problem.channel}"
            exact = kernel.least[rows, place].astype(float) * 2.0**-kernel.bits
            errors = np.abs(weight - problem.sign * exact) * float(problem.step)
            used += (
                [[row[block].sum() for block in blocks] for row in errors]
                if (len(problems[0]) == 1 or problem.sign > 0)
                else 0
            )
        if (used > 2 * float(share) * (1 + 1e-9)).any():
            return "sum of errors"
    return ""


@given(
    st.sampled_from(GEOMETRIES),
    st.sampled_from([("-1", "2"), ("0", "1"), ("1", "3"), ("-3", "-1")]),
    st.integers(0, 999),
)
def test_admissible_pairs_are_in_the_volume(more, ends, seed) -> None:
    rng = np.random.default_rng(seed)
    weight = rng.standard_normal((4, 2, 3, 3)) * rng.choice([0.1, 1, 4], (4, 2, 1, 1))
    graph = convolution(weight, ends=ends, more=more)
    if seen_blocks(stages_of(graph)[0]) is not None:
        assert broken(graph, seed) == ""


def wider(stage, kernel, blocks, source, share):
    """The range of the source forgotten: a wider one stands for it."""
    return (
        stage,
        kernel,
        blocks,
        Range(tuple(10 * x for x in source.lower), tuple(10 * x for x in source.upper)),
        share,
    )


def regrouped(stage, kernel, blocks, source, share):
    """Groups mixed up: each reads the kernels of the other."""
    mixed = np.roll(kernel.least, len(kernel.least) // 2, axis=0)
    return stage, replace(kernel, least=mixed, most=mixed), blocks, source, share


def longer(stage, kernel, blocks, source, share):
    """The norm of another stage."""
    other = kernel.least * 3
    return stage, replace(kernel, least=other, most=other), blocks, source, share


def poorer(stage, kernel, blocks, source, share):
    """The share of eps of another stage."""
    return stage, kernel, blocks, source, share / 10


def unseen(stage, kernel, blocks, source, share):
    """Taps that no place sees are counted."""
    return stage, kernel, [np.ones((3, 3), bool)], source, share


@pytest.mark.parametrize(
    ("lie", "more", "side"),
    [
        (wider, {}, 3),
        (regrouped, {"groups": 2}, 3),
        (longer, {}, 3),
        (poorer, {}, 3),
        (unseen, {"padding": (1, 1, 1, 1)}, 1),
        (unseen, {"padding": (1, 1, 1, 1), "padding_mode": "circular"}, 1),
    ],
    ids=lambda x: getattr(x, "__name__", None),
)
def test_lies_about_a_stage_are_caught(lie, more, side) -> None:
    sizes = np.array([1, 1, 20, 20]).reshape(4, 1, 1, 1)
    weight = np.random.default_rng(5).standard_normal((4, 2, 3, 3)) * sizes
    graph = convolution(weight, side, more=more)
    assert any(broken(graph, seed, lie) for seed in range(40))
    if seen_blocks(stages_of(graph)[0]) is not None:
        assert not any(broken(graph, seed) for seed in range(40))


# -- blocks


def test_blocks_are_the_taps_that_places_see() -> None:
    ones = np.ones((1, 1, 3, 3))

    def sizes(side: int, **more: object) -> list[int] | None:
        graph = convolution(ones, side, more=more)
        blocks = seen_blocks(stages_of(graph)[0])
        return blocks and [int(block.sum()) for block in blocks]

    assert sizes(3) == [9]
    assert sizes(2, padding=(1, 1, 1, 1)) == [4, 2, 2, 1]
    assert sizes(1, padding=(1, 1, 1, 1)) == [1]
    far = convolution(ones, 3, more={"padding": (3, 0, 3, 0), "stride": (7, 7)})
    assert seen_blocks(stages_of(far)[0]) == []
    around = {"padding": (1, 1, 1, 1), "padding_mode": "circular"}
    assert sizes(3, **around) == [9]
    assert sizes(2, **around) is None


def need_of(graph: TargetCNN, share: str = "1/100") -> tuple[int | None, str]:
    known = ErrorSums.of(stages_of(graph)[0])
    source = Range(graph.input.low, graph.input.high)
    found = stage_need(known, source, F(share), F(9, 10))
    return found.n, found.reason


def test_nothing_is_said_where_copies_may_cancel() -> None:
    around = {"padding": (1, 1, 1, 1), "padding_mode": "circular"}
    n, reason = need_of(convolution(np.ones((1, 1, 3, 3)), 2, more=around))
    assert n is None
    assert "copies" in reason
    # a kernel that sums to 0 does nothing there, and needs no filter
    zero = np.zeros((1, 1, 3, 3))
    zero[..., 0], zero[..., 1] = 5, -5
    image = np.full((1, 1, 1, 1), 3.0)
    stage = stages_of(convolution(zero, 1, more=around))[0]
    assert not stage.applied(zero, image).any()


def test_free_and_still_stages_need_nothing() -> None:
    ones = np.ones((1, 1, 3, 3))
    far = {"padding": (3, 0, 3, 0), "stride": (7, 7)}
    assert need_of(convolution(ones, more=far))[0] == 0
    assert need_of(convolution(ones, ends=("1", "1")))[0] == 0
    assert need_of(convolution(ones), "1000")[0] == 0
    assert need_of(convolution(ones))[0] > need_of(convolution(ones), "1/10")[0] > 0


def test_a_bias_alone_is_needed(line) -> None:
    assert need_of(line([[0.0]], "-1", "1", [1.0]))[0] > 0
    assert need_of(line([[0.0]], "-1", "1", [0.0]))[0] == 0
    assert need_of(line([[0.0]], "1", "2", [1.0]))[0] == 0  # no image shows it alone


# -- the number


@pytest.mark.parametrize(("single", "double"), [(1, 0), (3, 0), (0, 2), (2, 1)])
def test_the_bound_is_the_statements(single, double) -> None:
    box = Box(outputs=2, taps=(3,), share=F(1, 7), exact_at_zero=False)
    one = Problem(0, 1, F(3, 2), F(5, 4))
    found = hit_bound(box, [(one,)] * single + [(one, one)] * double)
    names = {"w": 3, "c_out": 2, "K_1": single, "K_2": double, "e_i": "1/7"}
    asked = statement("der:stage-necessary").bound(
        "masks", n=1, S="3/2", t="5/4", check=False, **names
    )
    masks = single * math.log(9 / 4) + double * math.log(4)
    nats = masks - math.log(float(asked))
    assert float(found.lower) == pytest.approx(nats, rel=1e-9)


@pytest.mark.parametrize(("n", "share"), [(1, 0.2), (2, 0.05), (3, 0.01)])
def test_no_stage_alone_succeeds_more_often(n, share) -> None:
    """Two outputs, a channel of both signs: exhaustive search over the filters."""
    rng, trials, hits = np.random.default_rng(n), 2000, 0
    target = np.array([1.0, -0.5])
    masks = np.array(list(itertools.product((0, 1), repeat=2 * n)))
    for _ in range(trials):
        first, second = rng.standard_normal(2 * n), rng.standard_normal((2 * n, 2))
        plus = masks @ (np.maximum(first, 0)[:, None] * second) - target
        minus = masks @ (np.maximum(-first, 0)[:, None] * second) + target
        hits += all(
            bool((np.abs(part) <= share).all(axis=1).any()) for part in (plus, minus)
        )
    known = ErrorSums.of(stages_of(pair_of_outputs())[0])
    source, e = Range((F(-1),), (F(1),)), F(str(share))
    blocks = seen_blocks(known.stage)
    box = error_box(known.stage, blocks, source, e)
    kernel = known.stage.kernel()
    (channels,) = group_problems(known.stage, kernel, blocks, source, box)
    nats = float(hit_bound(box, channels).lower)
    bound = min(1.0, 4.0**n * math.exp(-nats))
    assert binomtest(hits, trials, bound, alternative="greater").pvalue > 1e-6


def pair_of_outputs() -> TargetCNN:
    image = Input(name="image", shape=(1,), low=("-1",), high=("1",))
    weight = np.array([[1.0], [-0.5]], np.float32)
    return TargetCNN((image, Dense(name="dense", sources=("image",), weight=weight)))
