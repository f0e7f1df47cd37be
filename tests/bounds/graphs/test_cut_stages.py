"""What a stage needs whatever the others are: paths, signs, lies."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from slth_verify.bounds import target_widths
from slth_verify.bounds.graphs.cut_stages import least_width, on_every_path
from slth_verify.graph import Dense, Input, Node, Rectifier, Sum, TargetCNN
from slth_verify.graph.stages import Stage, staged
from slth_verify.graph.walk import walk
from slth_verify.strategies import target_graphs

F = Fraction


def dense(name: str, source: str, *rows: list[float]) -> Dense:
    return Dense(name=name, sources=(source,), weight=np.array(rows, np.float32))


def image(low: str = "-1", high: str = "1", channels: int = 1) -> Input:
    ends = (low,) * channels, (high,) * channels
    return Input(name="image", shape=(channels,), low=ends[0], high=ends[1])


def chain(low: str = "-1", *, channels: int = 1) -> TargetCNN:
    """Two stages with a ReLU between; the second sees two channels of one sign."""
    return TargetCNN(
        (
            image(low, channels=channels),
            dense("a", "image", [1.0] * channels, [-1.0] * channels),
            Rectifier(name="relu", sources=("a",)),
            dense("b", "relu", [1.0, -1.0]),
        )
    )


def widths(graph: TargetCNN, eps: str = "1/100", delta: str = "1/10") -> tuple:
    return target_widths(graph, eps, delta, kind="necessary").widths


@given(target_graphs(min_steps=2, max_side=2))
def test_paths_are_those_that_lead_past_no_other_stage(graph) -> None:
    nodes = staged(graph)
    found = on_every_path(nodes)
    for stage in (node for node in nodes if isinstance(node, Stage)):
        assert (stage.name in found) == (not reached_without(nodes, stage.name))


def reached_without(nodes: tuple[Node, ...], closed: str) -> bool:
    """Whether the output is reached from the input without a node."""
    first = nodes[0].name
    *_, (_, last) = walk(
        nodes,
        True,
        lambda node, sources: (
            node.name != closed and (node.name == first or any(sources))
        ),
    )
    return last


@pytest.mark.parametrize("signs", [(1,), (2,), (2, 2, 1), (1, 1)])
def test_signs_are_counted(signs) -> None:
    """Exactly, for all signs of few filters."""

    def chance(n: int) -> F:
        found = F(1)
        for count in signs:
            blocks = list(itertools.product((0, 1), repeat=2 * n))
            good = sum(set(range(count)) <= set(some) for some in blocks)
            found *= F(good, len(blocks))
        return found

    for delta in (F(1, 2), F(1, 10), F(1, 100)):
        n = least_width(signs, delta)
        assert chance(n) >= 1 - delta
        assert n == 0 or chance(n - 1) < 1 - delta


def test_each_stage_of_a_chain_has_a_width() -> None:
    found = target_widths(chain(), "1/100", "1/10", kind="necessary")
    assert found.widths == (3, 1)  # 2 / 4^n and 1 / 16^n are at most 1/10
    assert widths(chain("0")) == (2, 1)
    assert widths(chain(), delta="1/1000") == (6, 3)
    assert widths(chain(channels=3)) == (3, 1)  # (62/64)^3 is above 9/10
    assert widths(chain(channels=4)) == (4, 1)
    assert found.filters >= 2 * (3 + 2)
    assert "must be read" in found.stages[0].reason
    assert "positive" in found.stages[1].reason


def test_nothing_is_said_of_stages_that_a_path_leads_past() -> None:
    nodes = (
        image(),
        dense("a", "image", [1.0]),
        dense("b", "a", [0.0]),
        Sum(name="sum", sources=("a", "b")),
    )
    found = target_widths(TargetCNN(nodes), "1/100", "1/10", kind="necessary")
    assert found.widths == (3, None)
    assert "past" in found.stages[1].reason


def test_nothing_is_said_of_targets_that_hardly_vary() -> None:
    assert widths(chain(), "1") == (None, None)
    assert widths(chain(), "999/1000") != (None, None)


def test_images_that_others_read_too_need_no_sign_here() -> None:
    nodes = (
        image(),
        dense("a", "image", [1.0]),
        Sum(name="sum", sources=("a", "image")),
    )
    assert "must be read" not in _reasons(TargetCNN((*nodes, dense("b", "sum", [1.0]))))


def _reasons(graph: TargetCNN) -> str:
    found = target_widths(graph, "1/100", "1/10", kind="necessary")
    return " ".join(stage.reason for stage in found.stages)


# -- planted lies: what a sign less would be, in networks that are drawn


def fails(n: int, rng: np.random.Generator, kept: Callable) -> bool:
    """Whether no mask of the first pair can tell 0 from 1, or 0 from -1."""
    first = rng.standard_normal(2 * n)
    return not all(any(kept(first * sign)) for sign in (1, -1))


def test_lie_one_sign_forgotten() -> None:
    """With the n of one sign, networks that need both fail too often."""
    rng = np.random.default_rng(3)
    lie = least_width((1,), F(1, 10))
    true = least_width((2,), F(1, 10))

    def rate(n: int) -> float:
        return float(np.mean([fails(n, rng, lambda u: u > 0) for _ in range(4000)]))

    assert lie < true
    assert rate(lie) > 0.1 > rate(true)


def test_lie_a_stage_past_which_a_path_leads() -> None:
    """The sum of a tensor and a stage of zeros is had without the stage."""
    nodes = staged(
        TargetCNN(
            (
                image(),
                dense("a", "image", [0.0]),
                Sum(name="sum", sources=("a", "image")),
            )
        )
    )
    assert on_every_path(nodes) == set()
    assert reached_without(nodes, "a")


def test_lie_one_sign_where_sources_may_be_negative() -> None:
    """Three linear stages for x in [0, 1]: two filters in the middle are enough."""
    nodes = (image("0"), dense("a", "image", [1.0]), dense("b", "a", [1.0]))
    graph = TargetCNN((*nodes, dense("c", "b", [1.0])))
    cut = [stage.n for stage in _needed(graph, F(1, 5)).stages]
    lie = least_width((1,), F(1, 5))
    rng = np.random.default_rng(4)
    rate = np.mean([_middle_is_enough(rng) for _ in range(150)])
    assert cut[1] == 1 < lie == 2
    assert rate > 0.9 > 1 - 4.0**-1


def _needed(graph: TargetCNN, delta: Fraction):
    return target_widths(graph, "1/20", delta, kind="necessary")


def _middle_is_enough(rng: np.random.Generator) -> bool:
    """Whether wide stages around a narrow one have masks within 1/20 of x."""
    scalars, kernels = rng.standard_normal((2, 2))
    best = int(np.abs(scalars * kernels).argmax())
    u, v = scalars[best], kernels[best]
    first = np.maximum(rng.standard_normal(40), 0) * rng.standard_normal(40)
    slope = np.maximum(first * np.sign(u), 0).sum() * abs(u) * v  # of the middle
    last = np.maximum(rng.standard_normal(40) * np.sign(v), 0)
    products = (last * rng.standard_normal(40))[last > 0] * abs(slope)
    sums = np.zeros(1)
    for product in products:
        sums = np.unique(np.concatenate([sums, sums + product]).round(3))
    return bool(np.abs(sums - 1).min() < 1 / 25)  # and what is rounded
