"""Planted lies for ``check_construction``: wrong tickets, and wrong checkers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from slth_verify.conformance import ConformanceFailure, check_construction
from slth_verify.construction import prune
from slth_verify.errors import NoTicketFoundError
from slth_verify.network import RandomCNN, TargetCNN
from slth_verify.strategies import target_networks
from slth_verify.ticket import CheckResult, Ticket, TicketLayer, check
from slth_verify.verdict import Verdict

TARGETS = target_networks(max_depth=2, max_channels=2)


def honest(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    return prune(target, network, eps=eps, time_limit=5.0)


def _with_first_layer(ticket: Ticket, layer: TicketLayer) -> Ticket:
    return replace(ticket, layers=(layer, *ticket.layers[1:]))


def reused_filter(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    ticket = honest(target, network, eps=eps)
    first = ticket.layers[0]
    if not len(first.filters):
        return ticket
    rows = np.append(0, np.arange(len(first.filters)))
    return _with_first_layer(
        ticket,
        TicketLayer(first.filters[rows], first.scalars[rows], first.kernels[rows]),
    )


def swapped_sign(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    ticket = honest(target, network, eps=eps)
    first = ticket.layers[0]
    return _with_first_layer(ticket, replace(first, scalars=-first.scalars))


def weight_two_ulps_off(
    target: TargetCNN, network: RandomCNN, *, eps: Fraction
) -> Ticket:
    ticket = honest(target, network, eps=eps)
    first = ticket.layers[0]
    kernels = first.kernels.copy()
    for _ in range(2):
        kernels[:1] = np.nextafter(kernels[:1], np.float32(np.inf))
    return _with_first_layer(ticket, replace(first, kernels=kernels))


def weights_made_up(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    """One filter with exactly the weights that the target needs."""
    ticket = honest(target, network, eps=eps)
    layers = []
    for layer, kernel in enumerate(ticket.layers, start=1):
        wanted = target.normalised_kernel(layer)[:, :, 0].astype(np.float32)
        layers.append(
            TicketLayer(
                np.array([0, 1]),
                np.array([1.0, -1.0], dtype=np.float32),
                np.stack([wanted, -wanted]),
            )
        )
        assert kernel.kernels.shape[1:] == wanted.shape
    return replace(ticket, layers=tuple(layers))


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
    first, block = ticket.layers[0], network.block(1)
    channels = target.architecture.channels[0]
    owner = (first.filters // block + 1) % channels
    scalars = np.array(
        [
            network.scalars(1, int(channel), first.filters[row : row + 1])[0]
            for row, channel in enumerate(owner)
        ],
        dtype=np.float32,
    )
    return _with_first_layer(ticket, replace(first, scalars=scalars))


def last_filter_dropped(
    target: TargetCNN, network: RandomCNN, *, eps: Fraction
) -> Ticket:
    ticket = honest(target, network, eps=eps)
    first = ticket.layers[0]
    return _with_first_layer(
        ticket,
        TicketLayer(first.filters[:-1], first.scalars[:-1], first.kernels[:-1]),
    )


def one_weight_changed(
    target: TargetCNN, network: RandomCNN, *, eps: Fraction
) -> Ticket:
    """A ticket for a neighbour of the target."""
    kernels = [kernel.copy() for kernel in target.kernels]
    kernels[-1][0, 0, 0, 0] += np.float32(target.kernels[-1].max() / 2 + 2.0**-20)
    return honest(TargetCNN(tuple(kernels), target.input_shape), network, eps=eps)


def negated_target(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    """The sign of the last layer swapped throughout."""
    kernels = (*target.kernels[:-1], -target.kernels[-1])
    ticket = honest(TargetCNN(kernels, target.input_shape), network, eps=eps)
    return replace(ticket, target={**ticket.target, "sha256": target.sha256})


def gives_up(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    raise NoTicketFoundError("eps was not reached", 1.0)


def keeps_nothing(target: TargetCNN, network: RandomCNN, *, eps: Fraction) -> Ticket:
    """Finds only those tickets that need no filter."""
    ticket = honest(target, network, eps=eps)
    if any(len(layer.filters) for layer in ticket.layers):
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


@pytest.mark.parametrize("lie", [gives_up, keeps_nothing], ids=lambda lie: lie.__name__)
def test_run_without_real_tickets_is_no_pass(lie: object, hunt: settings) -> None:
    few = settings(hunt, max_examples=20)
    with pytest.raises(ConformanceFailure, match="no ticket with filters in 20 cases"):
        check_construction(lie, targets=TARGETS, settings=few)  # type: ignore[arg-type]


def bound_halved(ticket: Path, target: Path) -> CheckResult:
    result = check(ticket, target)
    assert result.error_upper_bound is not None
    return replace(result, error_upper_bound=result.error_upper_bound / 2)


def bound_of_the_ticket_unscaled(ticket: Path, target: Path) -> CheckResult:
    """The bound in normalised units."""
    result = check(ticket, target)
    assert result.error_upper_bound is not None
    scale = TargetCNN.from_file(target).output_scale
    return replace(result, error_upper_bound=result.error_upper_bound / scale)


def last_layer_error_only(ticket: Path, target: Path) -> CheckResult:
    """The accumulation off by one: earlier layers taken to be exact."""
    result = check(ticket, target)
    scale = TargetCNN.from_file(target).output_scale
    error = scale * result.per_layer[-1].layer_error * result.per_layer[-1].activation
    return replace(result, error_upper_bound=error)


def no_bound(ticket: Path, target: Path) -> CheckResult:
    return replace(check(ticket, target), error_upper_bound=None)


def closed_form_too_small(ticket: Path, target: Path) -> CheckResult:
    return replace(check(ticket, target), closed_form=Fraction(0))


def inconclusive(ticket: Path, target: Path) -> CheckResult:
    return replace(check(ticket, target), verdict=Verdict.INCONCLUSIVE)


LYING_CHECKERS = [
    bound_halved,
    bound_of_the_ticket_unscaled,
    last_layer_error_only,
    no_bound,
    closed_form_too_small,
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
    """Believes what the ticket claims."""
    claim = Ticket.load(ticket).eps
    return CheckResult(Verdict.VERIFIED, claim, claim, claim, (), (), None)


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
