"""Planted lies: each must be seen."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

from slth_verify.graph import exact_values
from slth_verify.network import pruned_module
from slth_verify.report import Profile
from slth_verify.report.collect.cases.collapse import merging_is_exact
from slth_verify.report.collect.cases.examine import examine
from slth_verify.report.collect.cases.ticket_figures import certified_bound
from slth_verify.report.collect.passes.dense import dense_check
from slth_verify.report.collect.passes.networks import Networks
from slth_verify.report.collect.passes.observations import (
    equal_but_for_rounding,
    merged_and_pruned,
)
from slth_verify.report.collect.passes.rounding import Rounded, rounded_outputs
from slth_verify.report.collect.targets.generated import dense_subject
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
    other = dataclasses.replace(ticket, seed=ticket.seed + 1, eps=Fraction(10**6))
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
    networks = Networks(subject.target, ticket)
    good = merging_is_exact(networks, networks.pairs)
    assert good.verdict is Verdict.VERIFIED
    for lie in _one_unit_off(networks):
        assert merging_is_exact(networks, lie).verdict is Verdict.REFUTED


def _one_unit_off(networks):
    for stage, field, place, side in (
        (0, "positive", 0, np.inf),
        (0, "negative", -1, -np.inf),
        (1, "positive", -1, np.inf),
    ):
        name = networks.stages[stage].name
        pair = networks.pairs[name]
        wrong = getattr(pair, field).copy()
        wrong.flat[place] = np.nextafter(wrong.flat[place], side)
        lie = dataclasses.replace(pair, **{field: wrong})
        yield {**networks.pairs, name: lie}


def test_filter_that_was_not_removed_is_refuted(dense):
    subject, ticket, _ = dense
    networks = Networks(subject.target, ticket)
    images = np.random.default_rng(0).uniform(-1, 1, (9, *subject.target.input.shape))
    finding, seen = dense_check(networks, images)
    assert finding.verdict is Verdict.VERIFIED
    assert seen.outcome == "consistent"
    first, *others = ticket.stages
    fewer = dataclasses.replace(first, filters=first.filters[1:])
    other = dataclasses.replace(ticket, stages=(fewer, *others))
    wrong = pruned_module(subject.target, other, dtype="float64")
    finding, seen = dense_check(networks, images, wrong)
    assert finding.verdict is Verdict.REFUTED
    assert seen.outcome == "contradicted"


def test_rounding_of_passes_is_covered_and_no_more(dense):
    """What rounding may have done exceeds what it does, and a wrong sum exceeds it."""
    subject, ticket, _ = dense
    networks = Networks(subject.target, ticket)
    images = np.random.default_rng(0).uniform(-1, 1, (20, *subject.target.input.shape))
    honest = merged_and_pruned(networks, images)
    assert honest.outcome == "consistent"
    outputs = rounded_outputs(subject.target, images)
    for image, value, error in zip(images, outputs.values, outputs.errors, strict=True):
        low, high = exact_values(subject.target, image)
        gap = np.abs(np.vectorize(Fraction, otypes=[object])(value) - low)
        assert (low == high).all()
        assert (gap <= np.vectorize(Fraction, otypes=[object])(error)).all()
    off = Rounded(outputs.values + 1e-9, outputs.errors)
    assert equal_but_for_rounding("x", 20, outputs, off).outcome == "contradicted"


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
