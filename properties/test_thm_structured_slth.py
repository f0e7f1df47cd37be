"""thm:structured-slth (Theorem 2): from a drawn target to a checked ticket."""

from fractions import Fraction

import pytest
from hypothesis import settings

from slth_verify.conformance import check_construction, check_torch_import
from slth_verify.construction import prune
from slth_verify.graph import TargetCNN
from slth_verify.network import RandomCNN
from slth_verify.strategies import target_networks
from slth_verify.ticket import Ticket

pytestmark = pytest.mark.slth(statement="thm:structured-slth")


def _reference(
    target: TargetCNN, random_network: RandomCNN, *, eps: Fraction
) -> Ticket:
    return prune(target, random_network, eps=eps, time_limit=5.0)


def test_tickets_are_verified_and_never_beaten() -> None:
    few = settings(max_examples=20)  # pruning and checking take half a second for each
    check_construction(_reference, settings=few)


@pytest.mark.nightly
def test_many_tickets_are_verified_and_never_beaten() -> None:
    check_construction(_reference)


@pytest.mark.nightly
def test_tickets_of_larger_targets_are_verified_and_never_beaten() -> None:
    targets = target_networks(max_channels=6, max_side=8)
    check_construction(_reference, targets=targets, max_width=1 << 20)


def test_modules_are_imported_as_what_they_compute() -> None:
    few = settings(max_examples=8)  # torch.export takes most of a second for each
    check_torch_import(TargetCNN.from_torch, settings=few)


@pytest.mark.nightly
def test_many_modules_are_imported_as_what_they_compute() -> None:
    check_torch_import(TargetCNN.from_torch)
