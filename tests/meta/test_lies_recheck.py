"""Planted lies for ``check_recheck``: readers that believe what nothing proved."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from slth_verify.bounds import recheck
from slth_verify.bounds.rechecking import (
    all_targets,
    mrss,
    network,
    one_dim,
    one_target,
)
from slth_verify.bounds.rechecking.proved import ProvedBall, ProvedTarget
from slth_verify.bounds.rechecking.reader import Fields
from slth_verify.conformance import ConformanceFailure, check_recheck
from slth_verify.conformance.oracles.remembered import evaluated_once
from slth_verify.strategies import built_answers, forged_answers
from slth_verify.verdict import Finding, Verdict

#: Fixed cases: a lie must be found among them, on every run.
_CASES = settings(
    max_examples=3000,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

_Patch = pytest.MonkeyPatch

_SOURCE = files("slth_verify.strategies") / "answers.json"
_STORED: dict[str, dict[str, Any]] = json.loads(_SOURCE.read_text(encoding="utf-8"))


def _reach_is_read(patch: _Patch) -> None:
    """The norm that two sides rest on is read from the step before."""
    genuine = one_target.prove_repetition

    def reads(values: Fields, one: ProvedTarget) -> ProvedTarget:
        stored = values._left.pop("norm", None)
        proved = genuine(values, one)
        return proved if stored is None else replace(proved, norm=Fraction(stored))

    patch.setattr(one_target, "prove_repetition", reads)


def _question_not_compared(patch: _Patch) -> None:
    """Accuracy and norm of the certificate are not compared with those asked for."""
    patch.setattr(mrss.WidthQuestion, "is_answered_by", lambda self, proved: True)


def _recorded_is_believed(patch: _Patch) -> None:
    """The recorded probability of a block is used, not the one of its certificate."""
    genuine = one_target.prove_block

    def believes(values: Fields, dim: int) -> ProvedTarget:
        recorded = Fields("", {"probability": values.peek("probability")})
        proved = genuine(values, dim)
        return replace(proved, failure=1 - recorded.at_least("probability"))

    patch.setattr(one_target, "prove_block", believes)
    patch.setattr(one_target, "require_lower", _nothing)
    patch.setattr(mrss, "require_lower", _nothing)


def _net_reaches_everything(patch: _Patch) -> None:
    """Points of the net may be farther than what was proved, and count once."""
    genuine = all_targets.prove_net

    def everywhere(values: Fields, one: ProvedTarget) -> ProvedBall:
        proved = genuine(values, replace(one, norm=Fraction(10**9)))
        return replace(proved, failure=one.failure)

    patch.setattr(all_targets, "prove_net", everywhere)
    patch.setattr(mrss, "require_lower", _nothing)


def _long_targets_forgotten(patch: _Patch) -> None:
    """Two sides without the targets beyond the norm that was proved."""
    genuine = all_targets.prove_two_sides

    def short(values: Fields, one: ProvedTarget, **given: int) -> ProvedBall:
        return genuine(values, replace(one, norm=Fraction(10**9)), **given)

    patch.setattr(all_targets, "prove_two_sides", short)
    patch.setattr(all_targets, "require_upper", _nothing)
    patch.setattr(mrss, "require_lower", _nothing)


def _goal_forgotten(patch: _Patch) -> None:
    """Whether the probability asked for is reached is not decided."""
    patch.setattr(mrss, "require", _nothing)


def _delta_forgotten(patch: _Patch) -> None:
    """The failure probability of Theorem 1 is not compared with delta."""
    patch.setattr(one_dim, "require", _nothing)


def _needed_believed(patch: _Patch) -> None:
    """That fewer are not enough is not decided."""
    patch.setattr(one_dim, "require", _nothing)
    patch.setattr(one_dim, "require_upper", _nothing)


def _layers_believed(patch: _Patch) -> None:
    """The number of filters of a layer is not what its derivation is for."""
    patch.setattr(network, "require", _nothing)
    patch.setattr(network, "require_upper", _nothing)
    patch.setattr(network, "require_lower", _nothing)
    patch.setattr(network, "_same", lambda fields, key, own: fields.number(key))


def _nothing(*_: object) -> None:
    """Demand nothing."""


def _samples(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Changes of the genuine answers whose inputs have one of these names."""
    wanted = [x for x in _STORED.values() if set(names) <= set(x["inputs"])]
    return forged_answers(st.sampled_from(wanted).map(copy.deepcopy))


def _forged_reach() -> dict[str, Any]:
    """288 samples for all targets of norm 1000: success is below 1e-245.

    One block is certified at norm 0, its repetition carries a norm that nobody proved,
    and the numbers recorded for two sides fit that norm.
    """
    path = Path(__file__).with_name("forged_reach.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


LIES: list[tuple[Callable[[_Patch], None], st.SearchStrategy[dict[str, Any]]]] = [
    (_reach_is_read, st.builds(_forged_reach)),
    (_question_not_compared, forged_answers(built_answers(["target"]))),
    (_recorded_is_believed, built_answers(["target"])),
    (_net_reaches_everything, built_answers(["net"])),
    (_long_targets_forgotten, built_answers(["stages"])),
    (_goal_forgotten, forged_answers(built_answers(["target"]))),
    (_delta_forgotten, _samples("half", "method")),
    (_needed_believed, _samples("half", "method")),
    (_layers_believed, _samples("kernel", "budget")),
]


def _gives_up(answer: Any) -> Finding:
    """A reader that demands too little may stumble later."""
    try:
        return recheck(answer)
    except (LookupError, TypeError, AttributeError) as error:
        return Finding("", Verdict.INCONCLUSIVE, repr(error))


#: Are found among many drawn answers only.
SLOW = (_question_not_compared, _long_targets_forgotten)


@pytest.mark.parametrize(
    ("lie", "answers"),
    [pytest.param(*x, marks=[pytest.mark.nightly] * (x[0] in SLOW)) for x in LIES],
)
def test_a_reader_that_believes_is_caught(
    lie: Any, answers: Any, monkeypatch: _Patch
) -> None:
    lie(monkeypatch)
    with evaluated_once(), pytest.raises(ConformanceFailure, match="verified"):
        check_recheck(_gives_up, answers=answers, settings=_CASES)


def test_a_reach_that_nothing_proved_is_refused_with_all_its_variants() -> None:
    assert recheck(_forged_reach()).verdict is Verdict.REFUTED
    with evaluated_once():
        counts = check_recheck(answers=forged_answers(st.builds(_forged_reach)))
    assert counts.verdicts["VERIFIED"] == 0


def test_no_forged_answer_is_confirmed() -> None:
    with evaluated_once():
        counts = check_recheck()
    assert counts.verdicts["VERIFIED"] > 0
    assert counts.compared > 0
