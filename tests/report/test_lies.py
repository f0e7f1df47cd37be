"""Planted lies: each must be seen."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

from slth_verify.report import Profile
from slth_verify.report.collect.collapse import merging_is_exact
from slth_verify.report.collect.examine import examine
from slth_verify.report.collect.passes.dense import dense_check
from slth_verify.report.collect.passes.networks import Networks
from slth_verify.report.collect.summaries import certified_bound
from slth_verify.report.collect.targets import dense_subject
from slth_verify.report.model.observations import finding_of, observe
from slth_verify.ticket import Ticket, check
from slth_verify.verdict import Verdict

_PROFILE = Profile(name="lies", uniform_inputs=8, corner_inputs=8)


@pytest.fixture(scope="module")
def dense(made):
    subject = dense_subject(0)
    ticket = Ticket.load(made.folder / "tickets" / "dense.slth.safetensors")
    return subject, ticket, check(ticket, subject.target)


def _findings(dense, **changes):
    subject, ticket, result = dense
    result = dataclasses.replace(result, **changes)
    return examine(subject, ticket, result, _PROFILE, lambda done, total: None)


def test_honest_bound_is_not_contradicted(dense):
    seen = _findings(dense)
    assert {item.outcome for item in seen.observations} == {"consistent"}
    assert {item.verdict for item in seen.findings} == {Verdict.VERIFIED}


def test_bound_above_the_claim_is_still_a_bound(dense):
    _, _, result = dense
    tight = check(dense[1], dense[0].target, eps=result.error_upper_bound / 2)
    assert tight.verdict is not Verdict.VERIFIED
    assert certified_bound(tight) == result.error_upper_bound


def test_refuted_weights_leave_no_bound(dense):
    subject, ticket, _ = dense
    other = dataclasses.replace(ticket, seed=ticket.seed + 1)
    refuted = check(other, subject.target)
    assert refuted.error_upper_bound is not None
    assert certified_bound(refuted) is None


def test_bound_below_the_observed_error_is_refuted(dense):
    honest = _findings(dense).observations[0]
    lie = Fraction(honest.difference.lower) / 2
    seen = _findings(dense, error_upper_bound=lie)
    assert "contradicted" in {item.outcome for item in seen.observations}
    refuted = [item for item in seen.findings if item.verdict is Verdict.REFUTED]
    assert refuted
    assert "target and pruned network" in refuted[0].claim


def test_ticket_of_another_seed_is_refuted(dense):
    subject, ticket, result = dense
    other = dataclasses.replace(ticket, seed=ticket.seed + 1)
    seen = examine(subject, other, result, _PROFILE, lambda done, total: None)
    assert Verdict.REFUTED in {item.verdict for item in seen.findings}


def test_missing_bound_gives_nothing(dense):
    seen = _findings(dense, error_upper_bound=None)
    assert seen.findings == ()
    assert seen.observations == ()


def test_merged_weight_one_unit_off_is_refuted(dense):
    subject, ticket, _ = dense
    networks = Networks.of(subject.target, ticket)
    good = merging_is_exact(networks.pairs, networks.positive, networks.negative_first)
    assert good.verdict is Verdict.VERIFIED
    for lie in _one_unit_off(networks):
        assert merging_is_exact(networks.pairs, *lie).verdict is Verdict.REFUTED


def _one_unit_off(networks):
    first, *rest = (kernel.copy() for kernel in networks.positive)
    first.flat[0] = np.nextafter(first.flat[0], np.inf)
    yield (first, *rest), networks.negative_first
    negative = networks.negative_first.copy()
    negative.flat[-1] = np.nextafter(negative.flat[-1], -np.inf)
    yield networks.positive, negative


def test_filter_that_was_not_removed_is_refuted(dense):
    subject, ticket, _ = dense
    networks = Networks.of(subject.target, ticket)
    images = np.ones((2, *subject.target.input_shape))
    finding, seen = dense_check(networks, images)
    assert finding.verdict is Verdict.VERIFIED
    assert seen.outcome == "consistent"
    fewer = (networks.kept[0][1:], *networks.kept[1:])
    lie = Networks.of(
        subject.target,
        dataclasses.replace(
            ticket,
            layers=(
                dataclasses.replace(ticket.layers[0], filters=fewer[0]),
                *ticket.layers[1:],
            ),
        ),
    )
    wrong = dataclasses.replace(networks, pruned=lie.pruned)
    with pytest.raises(RuntimeError, match="size"):
        dense_check(dataclasses.replace(networks, kept=fewer), images[:, :1])
    assert dense_check(wrong, images)[0].verdict is Verdict.REFUTED


@pytest.mark.parametrize(
    ("difference", "rounding", "limit", "outcome", "verdict"),
    [
        (0.5, 0.0, 1, "consistent", None),
        (1.0, 0.0, 1, "consistent", None),
        (1.25, 0.25, 1, "consistent", None),
        (1.25, 0.125, 1, "contradicted", Verdict.REFUTED),
        (float("nan"), 0.0, 1, "undecided", Verdict.INCONCLUSIVE),
        (float("inf"), 0.0, 1, "undecided", Verdict.INCONCLUSIVE),
        (2.0, float("inf"), 1, "undecided", Verdict.INCONCLUSIVE),
    ],
)
def test_observations(difference, rounding, limit, outcome, verdict):
    seen = observe("a and b", "images", 3, difference, rounding, Fraction(limit))
    assert seen.outcome == outcome
    finding = finding_of(seen)
    assert (None if finding is None else finding.verdict) is verdict
