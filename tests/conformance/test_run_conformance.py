"""All checks in one call, with anybody's code."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from handmade.nightly import nightly_but
from hypothesis import Phase, settings

from slth_verify.bounds import mrss_width
from slth_verify.conformance import (
    ConformanceFailure,
    _checker,
    run_again,
    run_conformance,
)
from slth_verify.conformance.oracles.told_tickets import told_tickets
from slth_verify.conformance.running.checks import CHECKS, STATEMENTS
from slth_verify.construction import prune
from slth_verify.errors import InvalidParameterError
from slth_verify.statements import statement
from slth_verify.subset_sum import MeetInTheMiddle
from slth_verify.suite import Recorder
from slth_verify.ticket import check
from slth_verify.verdict import Statistical, Verdict

FEW = settings(max_examples=8, derandomize=True, database=None, deadline=None)
MORE = settings(FEW, max_examples=200, phases=(Phase.generate, Phase.target))


def honest(columns: Any, target: Any, eps: float) -> Sequence[int] | None:
    """Every subset in floats."""
    for chosen in product((False, True), repeat=len(columns)):
        if np.abs(columns[list(chosen)].sum(axis=0) - target).max() <= eps * (1 - 1e-9):
            return np.flatnonzero(chosen)  # type: ignore[return-value]
    return None


def never(columns: Any, target: Any, eps: float) -> Sequence[int] | None:
    return None


def twice(columns: Any, target: Any, eps: float) -> Sequence[int] | None:
    found = honest(columns, target, eps)
    return None if found is None else [*found, *found]


def beyond(columns: Any, target: Any, eps: float) -> Sequence[int] | None:
    return [len(columns)]


def far(columns: Any, target: Any, eps: float) -> Sequence[int] | None:
    return list(range(len(columns)))


def writes(columns: Any, target: Any, eps: float) -> Sequence[int] | None:
    """What it is given is its own."""
    columns *= 0
    target *= 0
    return None


def breaks(columns: Any, target: Any, eps: float) -> Sequence[int] | None:
    raise RuntimeError("no licence \x1b[2J")


def _certified(*, dim: int, eps: Fraction, prob: Fraction) -> int:
    """Certified for one half; for more by as many independent pools as are needed."""
    if eps >= 1:
        return 0
    pools = 1 if prob <= Fraction(1, 2) else 7
    return pools * (mrss_width(dim=dim, eps="1/100", prob="1/2").n or 0)


def test_every_check_is_about_a_statement() -> None:
    assert set(STATEMENTS) == set(CHECKS) - {"check_claims"}  # about any
    for name in STATEMENTS.values():
        assert statement(name).id == name


@pytest.mark.parametrize("cases", nightly_but([2], [2, 8]))
def test_right_code_is_not_contradicted_and_proves_nothing(
    cases: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = told_tickets()[::4] if cases == 2 else told_tickets()
    monkeypatch.setattr(_checker, "told_tickets", lambda: recorded)
    result = run_conformance(
        solver=MeetInTheMiddle(),
        checker=check,
        bound=_certified,
        settings=settings(FEW, max_examples=cases),
    )
    names = [item.check for item in result.checks]
    wanted = ["solver", "success_rate", "checker", "width"]
    assert names == [f"check_{name}" for name in wanted]
    assert result.verdict is Statistical.NOT_REJECTED
    assert all(0 < worst <= 1 for worst in result.worst_ratios.values())
    assert "check_width" in result.worst_ratios
    result.require()
    assert result.to_text().count("proves nothing") == 4


def test_a_construction_is_checked() -> None:
    def construct(target: Any, network: Any, *, eps: Fraction) -> Any:
        return prune(target, network, eps=eps, time_limit=5.0)

    result = run_conformance(construction=construct, settings=FEW)
    assert [item.statement for item in result.checks] == ["thm:structured-slth"]
    result.require()


@pytest.mark.parametrize("solver", [honest, never, writes])
def test_functions_that_claim_little_are_right(solver: Any) -> None:
    asked = ["def:subset-sum-number"]
    run_conformance(solver=solver, statements=asked, settings=FEW).require()


@pytest.mark.parametrize(
    ("solver", "told"),
    [
        (twice, "not distinct"),
        (beyond, "out of range: 0; indices are none: there are no columns"),
        (far, "miss the target"),
    ],
)
def test_functions_that_claim_too_much_are_caught(solver: Any, told: str) -> None:
    result = run_conformance(solver=solver, settings=MORE)
    assert result.verdict is Verdict.REFUTED
    with pytest.raises(ConformanceFailure, match=told):
        result.require()
    first = result.checks[0]
    assert first.check == "check_solver"
    assert first.counterexample is not None
    assert first.counterexample.command in result.to_text()


def test_a_function_that_claims_to_be_exact_must_be() -> None:
    def lazy(columns: Any, target: Any, eps: float) -> Sequence[int] | None:
        return None

    lazy.exact = True  # type: ignore[attr-defined]
    (outcome,) = run_conformance(
        solver=lazy, statements=["def:subset-sum-number"], settings=MORE
    ).checks
    assert outcome.verdict is Verdict.REFUTED
    found = outcome.counterexample
    assert found is not None
    assert found.options == {"exact": True, "max_size": 10}
    assert run_again(found, lazy).verdict is Verdict.REFUTED
    assert run_again(found, honest).verdict is Verdict.INCONCLUSIVE


def test_a_statistical_check_rejects() -> None:
    def lazy(columns: Any, target: Any, eps: float) -> Sequence[int] | None:
        return None

    lazy.exact = True  # type: ignore[attr-defined]
    (outcome,) = run_conformance(solver=lazy, statements=["thm:mrss-nsn"]).checks
    assert outcome.verdict is Statistical.REJECTED
    assert outcome.counterexample is not None
    again = run_again(outcome.counterexample, lazy)
    assert again.verdict is Statistical.REJECTED
    assert "threshold" in again.reason


def test_code_that_breaks_is_inconclusive() -> None:
    result = run_conformance(solver=breaks, settings=FEW)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "no licence" in result.to_text()
    assert "\x1b" not in result.to_text()
    with pytest.raises(ConformanceFailure, match="it fails"):
        result.require()


def test_statements_that_nothing_is_checked_against_are_inconclusive() -> None:
    result = run_conformance(solver=never, statements=["lem:nsn-sum"], settings=FEW)
    (outcome,) = result.checks
    assert (outcome.statement, outcome.verdict) == ("lem:nsn-sum", Verdict.INCONCLUSIVE)
    with pytest.raises(ConformanceFailure):
        result.require()


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(InvalidParameterError, match="something to check"):
        run_conformance()
    with pytest.raises(InvalidParameterError, match="ids look like"):
        run_conformance(solver=never, statements=["thm:nonsense"])


def test_results_have_no_truth_value() -> None:
    result = run_conformance(solver=never, statements=["lem:nsn-sum"])
    with pytest.raises(TypeError):
        bool(result)


def test_recorders_take_results() -> None:
    recorder = Recorder()
    result = run_conformance(solver=never, bound=lambda **_: 1, settings=MORE)
    assert recorder.conformance(result) is result
    verdicts = [r for r in recorder.records if r["kind"] == "verdict"]
    assert [r["verdict"] for r in verdicts] == [x.verdict.name for x in result.checks]
    found = result.checks[-1].counterexample
    assert found is not None
    assert verdicts[-1]["replay"] == found.word
    assert any(r["kind"] == "ratio" for r in recorder.records)


def test_progress_names_the_checks() -> None:
    seen: list[str] = []
    asked = ["def:subset-sum-number"]
    run_conformance(solver=never, statements=asked, settings=FEW, progress=seen.append)
    assert seen == ["check_solver"]
