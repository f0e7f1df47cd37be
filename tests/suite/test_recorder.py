"""What a recorder takes, and what it refuses."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.errors import InvalidParameterError
from slth_verify.suite import Counterexample, Recorder
from slth_verify.verdict import Finding, Statistical, Verdict


def _only(recorder: Recorder) -> dict[str, Any]:
    (record,) = recorder.records
    return record


@pytest.mark.parametrize("verdict", [*Verdict, *Statistical])
def test_every_outcome_is_recorded_by_name(verdict: Verdict | Statistical) -> None:
    recorder = Recorder(statement="thm:rss")
    assert recorder.verdict(verdict, claim="it holds", reason="so") is verdict
    record = _only(recorder)
    assert record["verdict"] == verdict.name
    assert record["statement"] == "thm:rss"
    contradicted = verdict in (Verdict.REFUTED, Statistical.REJECTED)
    assert (record["replay"] is not None) == contradicted


@pytest.mark.parametrize("found", [True, None, "VERIFIED", 1, object(), [Verdict]])
def test_what_has_no_verdict_is_refused(found: object) -> None:
    recorder = Recorder()
    with pytest.raises(InvalidParameterError, match="has no verdict"):
        recorder.verdict(found, claim="it holds")
    assert recorder.records == []


def test_findings_speak_for_themselves() -> None:
    recorder = Recorder()
    recorder.verdict(Finding("one is two", Verdict.REFUTED, "one is one"))
    record = _only(recorder)
    assert (record["claim"], record["reason"]) == ("one is two", "one is one")
    found = Counterexample.from_word(record["replay"])
    assert (found.claim, found.reason) == ("one is two", "one is one")


def test_results_of_checkers_are_recorded_with_their_ratio() -> None:
    recorder = Recorder()
    wrong = Finding("the weights are drawn", Verdict.INCONCLUSIVE, "out of time")
    recorder.verdict(
        SimpleNamespace(
            verdict=Verdict.INCONCLUSIVE,
            eps=Fraction(1, 10),
            error_upper_bound=Fraction(1, 30),
            ledger=(Finding("it is read", Verdict.VERIFIED, ""), wrong),
        )
    )
    said, ratio = recorder.records
    assert said["claim"] == "the error is at most 0.1 for every input"
    assert said["reason"] == "the weights are drawn: out of time"
    assert Fraction(ratio["ratio"]) >= Fraction(1, 3)
    assert ratio["ratio"] == "0.333333333333333334"


def test_only_the_worst_ratio_of_a_claim_is_kept() -> None:
    recorder = Recorder()
    for seen in ("1/4", "1/2", "1/3"):
        recorder.ratio(seen, 1, claim="small")
    recorder.ratio("3/4", 1, claim="small", statement="thm:rss")
    assert [record["ratio"] for record in recorder.records] == ["0.5", "0.75"]


def test_more_than_is_allowed_refutes_however_little() -> None:
    recorder = Recorder()
    recorder.ratio(1 + Fraction(1, 10**40), 1, claim="at most 1")
    ratio, verdict = recorder.records
    assert Fraction(ratio["ratio"]) > 1
    assert verdict["verdict"] == "REFUTED"
    recorder = Recorder()
    recorder.ratio(1, 1, claim="at most 1")
    assert _only(recorder)["ratio"] == "1"


@pytest.mark.parametrize(
    ("seen", "most"),
    [(float("nan"), 1), (1, float("nan")), (float("inf"), 1), (1, 0), (-1, 1)],
)
def test_what_is_no_ratio_is_inconclusive(seen: float, most: float) -> None:
    recorder = Recorder()
    recorder.ratio(seen, most, claim="small")
    assert _only(recorder)["verdict"] == "INCONCLUSIVE"


@given(
    value=st.fractions(),
    direction=st.sampled_from(["upper", "lower"]),
)
def test_bounds_are_rounded_to_their_safe_side(value: Fraction, direction: str) -> None:
    recorder = Recorder()
    recorder.bound("b", value, direction=direction)
    stored = Fraction(_only(recorder)["value"])
    assert stored >= value if direction == "upper" else stored <= value
    assert abs(stored - value) <= abs(value) / 10**17


@pytest.mark.parametrize(
    "options",
    [
        {"value": "much"},
        {"value": float("nan")},
        {"value": 1, "direction": "sideways"},
        {"value": 1, "evidence": "hearsay"},
        {"value": 1, "statement": "thm:nonsense"},
    ],
)
def test_bounds_that_say_nothing_are_refused(options: dict[str, Any]) -> None:
    recorder = Recorder()
    with pytest.raises(InvalidParameterError):
        recorder.bound("b", **options)
    assert recorder.records == []


def test_unknown_statements_are_refused() -> None:
    with pytest.raises(InvalidParameterError, match="thm:rss"):
        Recorder().verdict(Verdict.VERIFIED, claim="x", statement="thm:rs")


def test_texts_cannot_steer_a_terminal() -> None:
    recorder = Recorder()
    recorder.verdict(Verdict.VERIFIED, claim="\x1b[2J", reason="\u202e" + "x" * 10_000)
    record = _only(recorder)
    assert record["claim"] == "\\x1b[2J"
    assert len(record["reason"]) < 5_000
