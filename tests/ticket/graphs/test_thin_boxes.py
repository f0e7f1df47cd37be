"""Boxes that no float lies in: what is shown is shown of an image inside."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.graph import Dense, Input, TargetCNN
from slth_verify.graph.stages import stages_of
from slth_verify.network import GENERATOR
from slth_verify.ticket import StageTicket
from slth_verify.ticket.graphs import witness

THIRD = Fraction(1, 3)
BOXES = [(THIRD, THIRD), (-THIRD, -THIRD), (THIRD, THIRD + Fraction(1, 10**30))]


def _line(low: Fraction, high: Fraction) -> TargetCNN:
    image = Input(name="image", shape=(1,), low=(low,), high=(high,))
    one = np.ones((1, 1), np.float32)
    return TargetCNN((image, Dense(name="d", sources=("image",), weight=one)))


def _nothing_kept(graph: TargetCNN, eps: Fraction) -> sv.Ticket:
    """The pruned network computes 0, so the error is the largest modulus of f."""
    parts = tuple(
        StageTicket(stage.name, 1, 0, np.empty(0, np.int64))
        for stage in stages_of(graph)
    )
    target = {"name": "", "sha256": graph.sha256}
    return sv.Ticket(target, GENERATOR, 1, parts, eps, "1")


def _refuted(graph: TargetCNN, eps: Fraction) -> bool:
    return sv.check(_nothing_kept(graph, eps), graph).verdict is sv.Verdict.REFUTED


@pytest.mark.parametrize("box", BOXES)
def test_a_claim_that_just_holds_is_not_refuted(
    box: tuple[Fraction, Fraction], monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, largest = _line(*box), max(map(abs, box))
    assert not _refuted(graph, largest)
    assert _refuted(graph, largest * (1 - Fraction(1, 10**12)))

    def beside(graph: TargetCNN, image: np.ndarray) -> np.ndarray:
        return np.nextafter(image, np.copysign(1, image))

    monkeypatch.setattr(witness, "inside", beside)
    assert _refuted(graph, largest)  # the lie


@given(st.fractions(-2, 2), st.fractions(0, 2), st.lists(st.floats(-9, 9), min_size=1))
def test_images_are_moved_into_the_box(
    low: Fraction, width: Fraction, entries: list[float]
) -> None:
    shape = (1, 1, len(entries))
    image = Input(name="image", shape=shape, low=(low,), high=(low + width,))
    found = witness.inside(TargetCNN((image,)), np.array(entries).reshape(shape))
    for entry, moved in zip(entries, found.ravel(), strict=True):
        assert low <= moved <= low + width
        assert moved == entry or moved in (low, low + width)
