"""Local certificates: no image of a ball contradicts one, and refutations replay."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.comparison.balls import Ball
from slth_verify.comparison.classes import Scores
from slth_verify.comparison.local import LocalResult, certified_near
from slth_verify.comparison.networks import ComparedNetworks, largest_gap
from slth_verify.errors import InvalidParameterError, InvalidTicketError
from slth_verify.graph import Dense, Input, TargetCNN
from slth_verify.verdict import Verdict

RADII = [Fraction(0), Fraction(1, 255), Fraction(1, 16), Fraction(1, 2)]


def contradictions(
    networks: ComparedNetworks, result: LocalResult, image: Any, ball: Ball
) -> list[str]:
    """What is wrong with a result, as one exact image of the ball shows it."""
    assert (ball.low <= image).all()
    assert (image <= ball.high).all()
    ends = networks.exact(image)
    found = []
    least = Fraction(max(largest_gap(ends)[0].ravel()))
    if result.difference is not None and least > result.difference:
        found.append(f"the outputs differ by {float(least)}")
    if result.verdict is Verdict.VERIFIED:
        tops = {Scores.of(part).top for part in ends}
        if tops != set(result.classes):
            found.append(f"classes {tops}")
        for margin, part in zip(result.margins or (), ends, strict=True):
            if Scores.of(part).lead() < margin:
                found.append("a lead is smaller")
    return found


@pytest.mark.parametrize("radius", RADII)
@settings(max_examples=12, deadline=None)
@given(index=st.integers(0, 11), seed=st.integers(0, 2**32 - 1))
def test_no_image_of_the_ball_contradicts(
    networks: ComparedNetworks,
    images: np.ndarray,
    radius: Fraction,
    index: int,
    seed: int,
) -> None:
    image = images[index]
    result = certified_near(networks, image, radius)
    ball = Ball.around(networks, image, radius)
    rng = np.random.default_rng(seed)
    for share in (0.0, 0.5, 1.0):
        floats = image + float(radius) * rng.choice([-1.0, 1.0], image.shape) * (
            share + (1 - share) * rng.random(image.shape)
        )
        assert contradictions(networks, result, ball.inside(floats), ball) == []


def of_one_entry(*weights: list[float]) -> ComparedNetworks:
    """Two networks of one entry x in [-1, 1], whose outputs are multiples of it."""
    box = Input(name="x", shape=(1,), low=(Fraction(-1),), high=(Fraction(1),))
    f, g = (
        TargetCNN((box, Dense(name="y", sources=("x",), weight=np.array([one]).T)))
        for one in weights
    )
    return ComparedNetworks.of_graphs(f, g)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("radius", RADII)
@pytest.mark.parametrize(
    ("weights", "classes"),
    [
        ([[1.0, 1.0], [2.0, 2.0]], (None, None)),
        ([[1.0, 0.0], [2.0, 2.0]], (0, None)),
        ([[1.0, 1.0], [2.0, 1.0]], (None, 0)),
        ([[1.0, 0.0], [1.0, 2.0]], (0, 1)),
        ([[1.0, 0.0], [2.0, 1.0]], (0, 0)),
    ],
)
def test_differences_hold_all_over_the_ball_whatever_the_classes(
    weights: list[list[float]],
    classes: tuple[int | None, int | None],
    radius: Fraction,
    exact: bool,
) -> None:
    networks, image = of_one_entry(*weights), np.array([0.25])
    result = certified_near(networks, image, radius, exact=exact)
    assert result.classes == classes
    ball = Ball.around(networks, image, radius)
    for end in (ball.low, ball.high):
        assert contradictions(networks, result, end, ball) == []


def test_a_difference_of_the_image_alone_is_seen() -> None:
    networks, image = of_one_entry([1.0, 1.0], [2.0, 2.0]), np.array([0.25])
    result = certified_near(networks, image, Fraction(1, 2))
    ball = Ball.around(networks, image, Fraction(1, 2))
    lie = replace(result, difference=Fraction(1, 4))  # true of the image
    assert contradictions(networks, lie, ball.centre, ball) == []
    assert contradictions(networks, lie, ball.high, ball)


def test_refuted_images_replay(networks: ComparedNetworks, images: np.ndarray) -> None:
    refuted = 0
    for image in images:
        result = certified_near(networks, image, Fraction(1, 4))
        if result.verdict is not Verdict.REFUTED:
            continue
        refuted += 1
        assert result.witness is not None
        witness = np.array(result.witness, object).reshape(image.shape)
        assert np.abs(witness - image).max() <= Fraction(1, 4)
        assert witness.min() >= 0
        assert witness.max() <= 1
        f, g = (Scores.of(ends).top for ends in networks.exact(witness))
        assert f is not None
        assert g is not None
        assert f != g
    assert refuted


def test_the_image_itself_is_decided_exactly(
    classifier: TargetCNN, ticket: sv.Ticket, images: np.ndarray
) -> None:
    report = sv.certify(ticket, classifier, images)
    assert report.radius == 0
    assert [result.index for result in report.results] == list(range(12))
    assert report.count(Verdict.VERIFIED) + report.count(Verdict.REFUTED) == 12
    for result in report.results:
        assert all(score.low == score.high for score in result.scores)


def test_processes_give_the_same_report(
    classifier: TargetCNN, ticket: sv.Ticket, images: np.ndarray
) -> None:
    seen: list[tuple[int, int]] = []
    one, two = (
        sv.certify(
            ticket,
            classifier,
            images,
            "1/64",
            workers=workers,
            progress=lambda done, total: seen.append((done, total)),
        )
        for workers in (1, 2)
    )
    assert one == two
    assert seen == [(8, 12), (12, 12)] * 2


def test_a_network_that_ignores_its_input_is_refuted_or_equal(
    classifier: TargetCNN, ticket: sv.Ticket, images: np.ndarray
) -> None:
    """Filters left out: the network is another one, and some image shows it."""
    stages = list(ticket.stages)
    stages[-1] = replace(stages[-1], filters=stages[-1].filters[:0])
    empty = replace(ticket, stages=tuple(stages))
    report = sv.certify(empty, classifier, images)
    assert report.count(Verdict.VERIFIED) == 0
    assert {result.classes[1] for result in report.results} == {None}  # all are equal


@pytest.mark.parametrize(
    ("images", "radius", "said"),
    [
        (np.full((1, 1, 6, 6), 2.0), 0, "outside the target's box"),
        (np.full((1, 1, 6, 6), np.nan), 0, "finite numbers"),
        (np.zeros((1, 5, 6)), 0, "is required"),
        (np.zeros((1, 1, 6, 6)), -1, "radius=-1"),
        (np.array(["x"]), 0, "numbers"),
    ],
)
def test_bad_input_is_refused(
    classifier: TargetCNN,
    ticket: sv.Ticket,
    images: np.ndarray,
    radius: int,
    said: str,
) -> None:
    with pytest.raises(InvalidParameterError, match=said):
        sv.certify(ticket, classifier, images, radius)


def test_a_ticket_of_another_target_is_refused(
    classifier: TargetCNN, ticket: sv.Ticket, images: np.ndarray
) -> None:
    other = TargetCNN((*classifier.nodes[:-2],), "shorter")
    with pytest.raises(InvalidTicketError, match="made for"):
        sv.certify(ticket, other, images)
