"""Faults planted in the installed checker of tickets: the self-test notices."""

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
from slth_verify.selftest import run
from slth_verify.selftest.tickets import judged_tickets
from slth_verify.ticket import check
from slth_verify.ticket.graphs import check as checker
from slth_verify.ticket.graphs import difference, findings, weights
from slth_verify.ticket.graphs.pair import Ends
from slth_verify.verdict import Finding, Verdict

_Patch = pytest.MonkeyPatch
_Plant = Callable[[_Patch], None]


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
