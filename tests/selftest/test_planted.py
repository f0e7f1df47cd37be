"""Faults planted in the installed code that verdicts rest on: the self-test notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from handmade.nightly import nightly_but

from slth_verify.conformance import ConformanceFailure, _checker, check_checker
from slth_verify.conformance.lies import masks
from slth_verify.conformance.oracles.told_tickets import told_tickets
from slth_verify.enclosure import Enclosure, NonFiniteError, _decide
from slth_verify.enclosure.quantiles import proved
from slth_verify.selftest import enclosures, environment, run
from slth_verify.selftest.tickets import judged_tickets
from slth_verify.ticket import check
from slth_verify.ticket.graphs import check as checker
from slth_verify.ticket.graphs import difference, findings, weights
from slth_verify.ticket.graphs.pair import Ends
from slth_verify.verdict import Finding, Verdict

_Patch = pytest.MonkeyPatch
_Plant = Callable[[_Patch], None]


def _middle(number: Enclosure) -> Enclosure:
    return Enclosure.exact((number.lower + number.upper) / 2)


def _midpoints_compared(patch: _Patch) -> None:
    true = _decide._compare

    def compare(left: Enclosure, relation: Any, right: Enclosure) -> Verdict:
        return true(_middle(left), relation, _middle(right))

    patch.setattr(_decide, "_compare", compare)


def _ends_at_the_middle(patch: _Patch) -> None:
    true = enclosures.from_ball
    patch.setattr(enclosures, "from_ball", lambda ball: _middle(true(ball)))


def _lower_end_alone(patch: _Patch) -> None:
    true = enclosures.from_ball
    patch.setattr(enclosures, "from_ball", lambda x: Enclosure.exact(true(x).lower))


def _one_end_compared(patch: _Patch) -> None:
    true = _decide._compare

    def compare(left: Enclosure, relation: Any, right: Enclosure) -> Verdict:
        return true(Enclosure.exact(left.lower), relation, right)

    patch.setattr(_decide, "_compare", compare)


def _strict_is_not_strict(patch: _Patch) -> None:
    true = _decide._compare

    def compare(left: Enclosure, relation: Any, right: Enclosure) -> Verdict:
        return true(left, {"<": "<=", ">": ">="}.get(relation, relation), right)

    patch.setattr(_decide, "_compare", compare)


def _what_is_not_finite_is_nothing(patch: _Patch) -> None:
    true = enclosures.from_ball

    def read(ball: Any) -> Enclosure:
        return true(ball) if ball.is_finite() else Enclosure.exact(0)

    patch.setattr(enclosures, "from_ball", read)


def _what_is_not_finite_holds(patch: _Patch) -> None:
    true = enclosures.decide

    def decide(lhs: Any, *others: Any, **options: Any) -> Verdict:
        try:
            if callable(lhs):
                lhs(64)
        except NonFiniteError:
            return Verdict.VERIFIED
        return true(lhs, *others, **options)

    patch.setattr(enclosures, "decide", decide)


def _middle_of(name: str) -> _Plant:
    """A function of balls is evaluated at the middle of the ball."""

    def plant(patch: _Patch) -> None:
        true = getattr(enclosures, name)
        table = [
            (label, lambda x, f=function: f(x.mid()), *others)
            for label, function, *others in enclosures._IMAGES
            if function is true
        ]
        assert table
        patch.setattr(enclosures, "_IMAGES", tuple(table))

    return plant


def _ball_of_one_end(patch: _Patch) -> None:
    patch.setattr(enclosures, "hull", lambda low, high: low)


def _division_without_radius(patch: _Patch) -> None:
    true = enclosures.to_ball
    patch.setattr(enclosures, "to_ball", lambda value: true(value).mid())


def _decimals_to_nearest(patch: _Patch) -> None:
    nearest = lambda value, digits, *, up: f"{float(value):.{digits}f}"  # noqa: E731
    patch.setattr(enclosures, "plain_decimal", nearest)


def _quantiles_rounded(side: float) -> _Plant:
    """Floats propose, and where they cannot tell, rounding goes one way."""

    def plant(patch: _Patch) -> None:
        def rounded(words: Any) -> Any:
            found = proved.proposed_quantiles(words)
            return np.nextafter(found, np.float32(side))

        patch.setattr(proved, "nearest_normal_quantiles", rounded)

    return plant


def _midpoints_are_nearest(patch: _Patch) -> None:
    every = lambda words, values: np.ones(len(words), bool)  # noqa: E731
    patch.setattr(proved, "_surely_nearest", every)


@pytest.mark.parametrize(
    "plant",
    [
        _midpoints_compared,
        _one_end_compared,
        _strict_is_not_strict,
        _ends_at_the_middle,
        _lower_end_alone,
        _what_is_not_finite_is_nothing,
        _what_is_not_finite_holds,
        _middle_of("normal_quantile"),
        _middle_of("normal_cdf"),
        _middle_of("log_gamma"),
        _ball_of_one_end,
        _division_without_radius,
        _decimals_to_nearest,
        _quantiles_rounded(np.inf),
        _quantiles_rounded(-np.inf),
        _midpoints_are_nearest,
    ],
)
def test_a_fault_of_enclosures_is_noticed(plant: _Plant, monkeypatch: _Patch) -> None:
    assert {x.name for _, x, _ in environment.look()} == {"NOT_REJECTED"}
    plant(monkeypatch)
    assert "REFUTED" in {x.name for _, x, _ in environment.look()}


def _believed(name: str) -> _Plant:
    """One kind of finding is VERIFIED whatever it finds, as by `if False`."""

    def plant(patch: _Patch) -> None:
        true = getattr(checker, name)

        def believed(*given: Any) -> Finding:
            return replace(true(*given), verdict=Verdict.VERIFIED)

        patch.setattr(checker, name, believed)

    return plant


def _error_believed(patch: _Patch) -> None:
    true = checker._within

    def within(*given: Any) -> tuple[Finding, None]:
        finding, _ = true(*given)
        return replace(finding, verdict=Verdict.VERIFIED), None

    patch.setattr(checker, "_within", within)


def _no_carry(patch: _Patch) -> None:
    """The recurrence forgets the error from before."""
    true = difference.pair_ends

    def ends(*given: Any) -> Any:
        found = true(*given)
        return replace(found, difference=found.own)

    patch.setattr(difference, "pair_ends", ends)


def _no_own_error(patch: _Patch) -> None:
    """And the other part of the recurrence."""
    true = difference.pair_ends

    def ends(*given: Any) -> Any:
        found = true(*given)
        return replace(found, difference=found.carried)

    patch.setattr(difference, "pair_ends", ends)


def _lower_ends_alone(patch: _Patch) -> None:
    true = difference.pair_ends

    def ends(*given: Any) -> Any:
        found = true(*given)
        return replace(found, difference=Ends(found.own.lower * 0, found.own.upper * 0))

    patch.setattr(difference, "pair_ends", ends)


def _sharper_is_nothing(patch: _Patch) -> None:
    patch.setattr(checker.Sharper, "error", lambda forms, walked: Fraction(0))


def _fewer_sums(**wrong: float) -> _Plant:
    """Some of the exact sums are left out."""

    def plant(patch: _Patch) -> None:
        true = checker.pair_sums

        def sums(*given: Any) -> Any:
            found = true(*given)
            parts = {name: getattr(found, name) * x for name, x in wrong.items()}
            return replace(found, **parts)

        patch.setattr(checker, "pair_sums", sums)

    return plant


def _other_weights(patch: _Patch) -> None:
    true = weights.normal_quantiles
    patch.setattr(
        weights,
        "normal_quantiles",
        lambda words: np.nextafter(true(words), np.float32(np.inf)),
    )


FAULTS = [
    *map(_believed, ("identity", "fits", "filters_exist", "stored_weights")),
    *map(_believed, ("scale", "stated_error")),
    _error_believed,
    _no_carry,
    _no_own_error,
    _lower_ends_alone,
    _sharper_is_nothing,
    *(_fewer_sums(**{part: 0}) for part in ("positive", "negative", "bias")),
    _other_weights,
]


#: The others run nightly.
QUICK = [FAULTS[3], _error_believed, _no_carry, FAULTS[-4], _other_weights]


@pytest.mark.parametrize("plant", nightly_but(QUICK, FAULTS))
def test_a_fault_of_the_checker_is_noticed(plant: _Plant, monkeypatch: _Patch) -> None:
    plant(monkeypatch)
    found = [x.name for _, x, _ in judged_tickets(check, quick=True)]
    assert "REFUTED" in found or "INCONCLUSIVE" in found
    assert found.count("NOT_REJECTED") >= 1


@pytest.mark.nightly  # the quick self-test judges one of each kind
def test_the_recorded_tickets_are_judged_rightly() -> None:
    found = list(judged_tickets(check, quick=False))
    assert {verdict.name for _, verdict, _ in found} == {"NOT_REJECTED"}
    assert len(found) == len(told_tickets())


@pytest.mark.parametrize(
    "name", nightly_but(["stored_weights"], ["identity", "stored_weights"])
)
def test_a_checker_is_not_compared_with_itself(name: str, monkeypatch: _Patch) -> None:
    """The truth is another's, though the checker under test is the package's own."""
    _believed(name)(monkeypatch)
    with pytest.raises(ConformanceFailure, match="VERIFIED, but"):
        check_checker(check, settings=run._settings(2, shrink=False))


def test_the_oracle_finds_drawn_tickets_false(monkeypatch: _Patch) -> None:
    """Without the recorded tickets, and with a checker that agrees with itself."""
    monkeypatch.setattr(_checker, "told_tickets", lambda: ())
    _error_believed(monkeypatch)
    _believed("stated_error")(monkeypatch)
    with pytest.raises(ConformanceFailure, match="false: "):
        check_checker(check, settings=run._settings(60, shrink=False))


def test_a_mask_that_blocks_nothing_is_noticed(monkeypatch: _Patch) -> None:
    for lie in masks.LIES:
        part = run._sampled("check_mask", (lie,), {}, run._SAMPLE[0])
        assert part.verdict is Verdict.REFUTED


def test_findings_are_named_as_in_the_ledger() -> None:
    """The names under which faults are planted are those that the checker calls."""
    for name in ("identity", "fits", "filters_exist", "stored_weights"):
        assert getattr(checker, name) is getattr(findings, name)
