"""Joint bounds of rivals' leads: no image of the ball is beyond them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from slth_verify.comparison import leads
from slth_verify.comparison.local import Ball, certified_near
from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.forms import Differences
from slth_verify.graph import Convolution, Input, Rectifier, TargetCNN
from slth_verify.verdict import Verdict

RADIUS = Fraction(1, 8)


@cache
def networks() -> ComparedNetworks:
    """Three classes, and a copy of other weights."""
    rng = np.random.default_rng(3)
    low, high = (Fraction(0),), (Fraction(1),)
    first = Input(name="image", shape=(1, 4, 4), low=low, high=high)
    kernels = [rng.standard_normal(shape) for shape in ((4, 1, 3, 3), (3, 4, 3, 3))]
    nodes: list[Any] = [first]
    for name, kernel in zip(("one", "two"), kernels, strict=True):
        weight = kernel.astype(np.float32)
        source = nodes[-1].name
        nodes.append(
            Convolution(
                name=name, sources=(source,), weight=weight, padding=(1, 1, 1, 1)
            )
        )
        nodes.append(Rectifier(name=f"open {name}", sources=(name,)))
    graph = TargetCNN(tuple(nodes[:-1]))
    moved = tuple(
        replace(node, weight=(node.weight * 1.25).astype(np.float32))
        if isinstance(node, Convolution)
        else node
        for node in graph.nodes
    )
    return ComparedNetworks.of_graphs(graph, TargetCNN(moved))


def balls() -> list[tuple[Any, Ball]]:
    images = np.random.default_rng(0).integers(0, 9, (6, 1, 4, 4)) / 8
    return [(image, Ball.around(networks(), image, RADIUS)) for image in images]


def refuted(module: ModuleType) -> bool:
    """Whether an image of a ball is beyond a bound, exactly."""
    rng = np.random.default_rng(1)
    for image, ball in balls():
        differences = Differences.over(networks().pair, ball.floats())
        found = module.Leads.of(differences, networks().target.output_shape, 0)
        found = found.closer([0, 1])
        for _ in range(12):
            signs = rng.choice([-1.0, 1.0], image.shape)
            some = ball.inside(image + float(RADIUS) * signs)
            for ends, most in zip(networks().exact(some), found.most, strict=True):
                sums = ends[0].reshape(3, -1).sum(axis=1)
                for number, bound in enumerate(most):
                    if sums[1 + number] - sums[0] > Fraction(float(bound)):
                        return True
    return False


def test_no_image_is_beyond_a_bound() -> None:
    assert not refuted(leads)


LIES = {
    "g is f": ("above(target[numbers] + gap)", "target[numbers]"),
    "the other side": ("joint_upper(rows, None)", "joint_upper(-rows, None)"),
    "other rivals": (
        "rows = self.rows[..., numbers]",
        "rows = self.rows[..., numbers[::-1]]",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_seen(lie: str, mutant: Callable[..., ModuleType]) -> None:
    assert refuted(mutant(leads, *LIES[lie]))


def test_joint_bounds_are_sharper() -> None:
    sharper = 0
    for _, ball in balls():
        differences = Differences.over(networks().pair, ball.floats())
        found = leads.Leads.of(differences, networks().target.output_shape, 0)
        closer = found.closer([0, 1])
        for old, new in zip(found.most, closer.most, strict=True):
            assert (new <= old).all()
            sharper += int((new < 0.99 * np.abs(old) + old - np.abs(old)).sum())
    assert sharper > 6


def test_images_are_proved_that_linear_forms_leave_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def verified() -> int:
        results = [
            certified_near(networks(), image, Fraction(radius, 64))
            for image in np.random.default_rng(0).integers(0, 9, (12, 1, 4, 4)) / 8
            for radius in range(8, 33, 3)
        ]
        return sum(result.verdict is Verdict.VERIFIED for result in results)

    most = verified()
    monkeypatch.setattr(leads.Leads, "closer", lambda self, _: self)
    assert verified() < most


class _Lost:
    """Differences whose floats were left, on the side that would prove most."""

    def joint_upper(self, rows: Any, gaps: Any) -> np.ndarray[Any, Any]:
        return np.array([-np.inf, np.nan])

    def upper(self, rows: Any, gaps: Any) -> np.ndarray[Any, Any]:
        return np.array([-np.inf, np.nan])


def _proves_nothing(module: Any) -> bool:
    most = np.array([1.0, 2.0])
    before = module.Leads(_Lost(), np.zeros((3, 2)), (most, most))
    with np.errstate(invalid="ignore"):
        found = before.closer([0, 1]).most
    return all(np.array_equal(part, most) for part in found)


def test_floats_that_were_left_prove_nothing(mutant: Callable[..., Any]) -> None:
    assert _proves_nothing(leads)
    for bound in (
        "self.differences.joint_upper(rows, None)",
        "self.differences.upper(None, rows)",
    ):
        assert not _proves_nothing(mutant(leads, f"_finite({bound})", bound))
