"""Attacks replay, and stay below what is certified."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

import slth_verify as sv
from slth_verify.comparison.networks import ComparedNetworks, largest_gap
from slth_verify.graph import TargetCNN


def test_the_bracket_holds(classifier: TargetCNN, ticket: sv.Ticket) -> None:
    found = sv.attack(ticket, classifier)
    checked = sv.check(ticket, classifier)
    assert isinstance(checked, sv.CheckResult)
    assert checked.error_upper_bound is not None
    assert 0 < found.difference <= checked.error_upper_bound
    assert checked.error_by_intervals is not None
    assert checked.error_upper_bound <= checked.error_by_intervals


def test_the_image_replays(
    networks: ComparedNetworks, classifier: TargetCNN, ticket: sv.Ticket
) -> None:
    found = sv.attack(ticket, classifier, seed=3)
    assert found == sv.attack(ticket, classifier, seed=3)
    image = np.array(found.image, object).reshape(found.shape)
    least, _ = largest_gap(networks.exact(image))
    assert least[found.entry] == found.difference
    assert all(Fraction(0) <= entry <= 1 for entry in found.image)
