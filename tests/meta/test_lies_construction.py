"""Planted lies for ``check_construction``: wrong tickets, and wrong checkers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from handmade.kernel_targets import kernels_of
from handmade.nightly import nightly_but
from hypothesis import settings

from slth_verify.conformance import ConformanceFailure, check_construction
from slth_verify.construction import prune
from slth_verify.errors import NoTicketFoundError
from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import stages_of
from slth_verify.network import RandomCNN
from slth_verify.strategies import target_networks
from slth_verify.ticket import (
    CheckResult,
    StoredWeights,
    Ticket,
    check,
    output_spread,
    with_weights,
)
from slth_verify.verdict import Finding, Verdict

TARGETS = target_networks(max_depth=2, max_channels=2)


def honest(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    return prune(target, network, eps=eps, time_limit=5.0)


def _with_first(ticket: Ticket, **changes: Any) -> Ticket:
    first, *others = ticket.stages
    return replace(ticket, stages=(replace(first, **changes), *others))


def _stored(
    target: TargetCNN, ticket: Ticket, change: Callable[[StoredWeights], Any]
) -> Ticket:
    """The ticket with its weights, those of the first layer changed."""
    carrying = with_weights(ticket, target)
    weights = carrying.stages[0].weights
    assert weights is not None
    return _with_first(carrying, weights=replace(weights, **change(weights)))


def reused_filter(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    ticket = honest(target, network, eps=eps)
    filters = ticket.stages[0].filters
    if not len(filters):
        return ticket
    return _with_first(ticket, filters=np.insert(filters, 1, filters[0]))


def swapped_sign(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    ticket = honest(target, network, eps=eps)
    return _stored(target, ticket, lambda w: {"scalars": -w.scalars})


def weight_two_ulps_off(
    target: TargetCNN, network: RandomCNN, *, eps: Fraction
) -> Ticket:
    def moved(weights: StoredWeights) -> dict[str, Any]:
        kernels = weights.kernels.copy()
        for _ in range(2):
            kernels[:1] = np.nextafter(kernels[:1], np.float32(np.inf))
        return {"kernels": kernels}

    return _stored(target, honest(target, network, eps=eps), moved)


def weights_made_up(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    """Filters with exactly the weights that the target needs, and a claim to match."""
    ticket = honest(target, network, eps=eps)
    stages = []
    for stage, part in zip(stages_of(target), ticket.stages, strict=True):
        kernel = stage.layer.weight[:, 0].transpose(1, 2, 0).astype(np.float32)
        weights = StoredWeights(
            np.array([1.0, -1.0], dtype=np.float32),
            np.stack([kernel, -kernel]),
            np.empty((0, len(stage.layer.weight)), np.float32),
        )
        filters = np.array([0, 1])
        stages.append(replace(part, filters=filters, exponent=0, weights=weights))
    return replace(ticket, stages=tuple(stages))


def wrong_seed(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    other = RandomCNN(seed=network.seed ^ 1, widths=network.widths)
    return replace(honest(target, other, eps=eps), seed=network.seed)


def other_seed_told(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    """A right ticket, but not of the network that was asked for."""
    other = RandomCNN(seed=network.seed ^ 1, widths=network.widths)
    return honest(target, other, eps=eps)


def wider_than_asked(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    widths = tuple(2 * width for width in network.widths)
    return honest(target, RandomCNN(seed=network.seed, widths=widths), eps=eps)


def eps_loosened(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    return honest(target, network, eps=4 * eps)


def mask_not_blocked(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    """Filters whose scalar is read from the other channel."""
    ticket = honest(target, network, eps=eps)
    filters, block = ticket.stages[0].filters, network.block(1)
    owner = (filters // block + 1) % target.input.shape[0]
    scalars = np.array(
        [
            network.scalars(1, int(channel), filters[row : row + 1])[0]
            for row, channel in enumerate(owner)
        ],
        dtype=np.float32,
    )
    return _stored(target, ticket, lambda w: {"scalars": scalars})


def last_filter_dropped(
    target: TargetCNN, network: RandomCNN, *, eps: Fraction
) -> Ticket:
    ticket = honest(target, network, eps=eps)
    return _with_first(ticket, filters=ticket.stages[0].filters[:-1])


def one_weight_changed(
    target: TargetCNN, network: RandomCNN, *, eps: Fraction
) -> Ticket:
    """A ticket for a neighbour of the target."""
    kernels = [kernel.copy() for kernel in kernels_of(target)]
    kernels[-1][0, 0, 0, 0] += np.float32(kernels[-1].max() / 2 + 2.0**-20)
    return honest(
        TargetCNN.from_kernels(tuple(kernels), target.input.shape), network, eps=eps
    )


def negated_target(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    """The sign of the last layer swapped throughout."""
    *kernels, final = kernels_of(target)
    kernels.append(-final)
    ticket = honest(
        TargetCNN.from_kernels(kernels, target.input.shape), network, eps=eps
    )
    return replace(ticket, target={**ticket.target, "sha256": target.sha256})


def gives_up(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    raise NoTicketFoundError("eps was not reached", 1.0)


def keeps_nothing(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    """Finds only those tickets that need no filter."""
    ticket = honest(target, network, eps=eps)
    if any(ticket.kept):
        raise NoTicketFoundError("eps was not reached", 1.0)
    return ticket


LIES = [
    reused_filter,
    swapped_sign,
    weight_two_ulps_off,
    weights_made_up,
    wrong_seed,
    other_seed_told,
    wider_than_asked,
    eps_loosened,
    mask_not_blocked,
    last_filter_dropped,
    one_weight_changed,
    negated_target,
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_lying_construction_is_caught(lie: object, hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match="thm:structured-slth"):
        check_construction(lie, targets=TARGETS, settings=hunt)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "lie",
    nightly_but([gives_up], [gives_up, keeps_nothing]),
    ids=lambda lie: lie.__name__,
)
def test_run_without_real_tickets_is_no_pass(lie: object, hunt: settings) -> None:
    few = settings(hunt, max_examples=20)
    with pytest.raises(ConformanceFailure, match="no ticket with filters in 20 cases"):
        check_construction(lie, targets=TARGETS, settings=few)  # type: ignore[arg-type]


def bound_halved(ticket: Path, target: Path) -> CheckResult:
    result = check(ticket, target)
    assert result.error_upper_bound is not None
    return replace(result, error_upper_bound=result.error_upper_bound / 2)


def last_layer_error_only(ticket: Path, target: Path) -> CheckResult:
    """The accumulation off by one: earlier layers taken to be exact."""
    result = check(ticket, target)
    return replace(result, error_upper_bound=result.per_stage[-1].own_error)


def no_bound(ticket: Path, target: Path) -> CheckResult:
    return replace(check(ticket, target), error_upper_bound=None)


def beyond_what_was_asked(ticket: Path, target: Path) -> CheckResult:
    result = check(ticket, target)
    assert result.eps is not None
    return replace(result, error_upper_bound=2 * result.eps)


def inconclusive(ticket: Path, target: Path) -> CheckResult:
    return replace(check(ticket, target), verdict=Verdict.INCONCLUSIVE)


LYING_CHECKERS = [
    bound_halved,
    last_layer_error_only,
    no_bound,
    beyond_what_was_asked,
    inconclusive,
]


@pytest.mark.parametrize("lie", LYING_CHECKERS, ids=lambda lie: lie.__name__)
def test_lying_checker_is_caught(lie: object, hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match="thm:structured-slth"):
        check_construction(
            honest,
            checker=lie,  # type: ignore[arg-type]
            targets=TARGETS,
            settings=hunt,
        )


def credulous(ticket: Path, target: Path) -> CheckResult:
    """Believes what the ticket claims, and knows only which claims are trivial."""
    claim = Ticket.load(ticket).eps
    if output_spread(TargetCNN.from_file(target)).widest <= 2 * claim:
        trivial = Finding("the claim is not trivial", Verdict.VACUOUS, "it is")
        return CheckResult(Verdict.VACUOUS, claim, claim, (), (trivial,))
    return CheckResult(Verdict.VERIFIED, claim, claim, (), ())


@pytest.mark.parametrize(
    "lie",
    [negated_target, wrong_seed, weights_made_up, last_filter_dropped],
    ids=lambda lie: lie.__name__,
)
def test_credulous_checker_does_not_save_a_lying_construction(
    lie: object, hunt: settings
) -> None:
    """The forward passes see what a checker waves through."""
    with pytest.raises(ConformanceFailure, match="forward passes differ"):
        check_construction(
            lie,  # type: ignore[arg-type]
            checker=credulous,  # type: ignore[arg-type]
            targets=TARGETS,
            settings=hunt,
        )
