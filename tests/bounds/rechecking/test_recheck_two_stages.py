"""Answers by two stages and by two sides of them, and those of the empty subset.

The certificates are for few samples and a wide cube, so that they cost little.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from slth_verify.bounds import mrss_width, recheck
from slth_verify.bounds.certificates import label_event
from slth_verify.bounds.certificates.integrals import laplace
from slth_verify.bounds.certificates.two_sides import Sides, failure_by_reach
from slth_verify.bounds.certificates.two_stage import Stage, TwoStageCertificate
from slth_verify.verdict import Verdict

F = Fraction
Document = dict[str, Any]

_TINY = TwoStageCertificate(
    n=36,
    dim=1,
    eps=F(3, 4),
    norm=F(1),
    share=F(8, 15),
    slope=F(5, 17),
    cap=F(46),
    stages=(Stage(13, 3, (F(7, 2), F(150)), (F(5, 2), F(35)), (F(1, 40), F(26))),),
)
_SIDES = Sides(1, F(1, 4), F(1))
_RADIUS = F(1, 100)


@pytest.fixture(scope="module")
def failure() -> Any:
    """Of the certificate, with a weaker bound at once; as long as this file is read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(label_event, "_LEVELS", 16)
        patch.setattr(laplace, "_MOST_NODES", 1 << 10)
        yield _TINY.failure()


def _answer(
    statement: str, failure: Fraction, steps: list[Document], **more: Any
) -> Document:
    return {
        "statement": statement,
        "kind": "certified",
        "direction": "upper",
        "evidence": "enclosed",
        "probability": {"lower": str(1 - failure), "upper": "1"},
        "ledger": [{"text": "", **step} for step in steps],
        **more,
    }


def _stages(failure: Fraction) -> list[Document]:
    values = _TINY.values() | {"bits": "128", "failure": f"[0, {failure}]"}
    return [
        {"statement": "der:multiset-borell"},
        {"statement": "der:high-probability", "values": values},
    ]


def _one_target(failure: Fraction) -> Document:
    inputs = {"dim": 1, "eps": "3/4", "target_norm": 1, "prob": "4/5"}
    return _answer(
        "der:high-probability",
        failure,
        _stages(failure),
        inputs=inputs | {"universal": False},
        n=36,
        size=3,
    )


def _all_targets(failure: Fraction) -> Document:
    both = failure_by_reach(_SIDES, failure, _TINY.norm, 1, _RADIUS)
    values = {
        "radius": str(_RADIUS), "tau": "1/4", "slope": "1", "n": "72",
        "failure": f"[0, {both}]",
    }  # fmt: skip
    inputs = {"dim": 1, "eps": "3/2", "target_norm": "1/100", "prob": "3/5"}
    return _answer(
        "der:two-blocks",
        both,
        [*_stages(failure), {"statement": "der:two-blocks", "values": values}],
        inputs=inputs | {"universal": True, "ball": "euclidean"},
        n=72,
        size=3,
    )


def test_both_are_proved_again(failure: Fraction) -> None:
    for make in (_one_target, _all_targets):
        found = recheck(make(failure))
        assert found.verdict is Verdict.VERIFIED, found.reason


_LIES: list[tuple[Callable[[Fraction], Document], str, str]] = [
    (_one_target, "inputs.prob 9/10", "asked for is not reached"),
    (_one_target, "inputs.eps 7/10", "another question"),
    (_one_target, "inputs.target_norm 101/100", "another question"),
    (_one_target, "n 35", "derivation is for n=36"),
    (_one_target, "size 4", "size is another one"),
    (_one_target, "ledger.0.statement der:net", "no derivation"),
    (_one_target, "ledger.1.values.n 35", ""),
    (_one_target, "ledger.1.values.bits 64", "bits"),
    (_one_target, "ledger.1.values.failure [0,0.19]", "follows"),
    (_one_target, "ledger.1.values.failure [0,0.2]", "belong together"),
    (_one_target, "ledger.1.values.failure [0.1,0.2]", "begin at 0"),
    (_one_target, "ledger.1.values.norm 101/100", ""),
    (_one_target, "ledger.1.values.stages []", "rows"),
    (_all_targets, "inputs.prob 61/100", "asked for is not reached"),
    (_all_targets, "inputs.eps 149/100", "another question"),
    (_all_targets, "inputs.target_norm 2/100", "another question"),
    (_all_targets, "n 36", "derivation is for n=72"),
    (_all_targets, "ledger.2.values.n 71", "both sides"),
    (_all_targets, "ledger.2.values.n 36", "both sides"),
    (_all_targets, "ledger.2.values.radius -1/100", "negative"),
    (_all_targets, "ledger.2.values.radius 2/100", ""),
    (_all_targets, "ledger.2.values.tau 1/8", ""),
    (_all_targets, "ledger.2.values.tau 0", "positive"),
    (_all_targets, "ledger.2.values.failure [0,0.39]", "follows"),
]


@pytest.mark.parametrize("number", range(len(_LIES)))
def test_each_lie_is_refused(number: int, failure: Fraction) -> None:
    make, change, reason = _LIES[number]
    document: Any = make(failure)
    place, value = change.split(" ")
    *way, last = (int(key) if key.isdigit() else key for key in place.split("."))
    inner = document
    for key in way:
        inner = inner[key]
    assert last in inner
    inner[last] = int(value) if last in ("n", "size") and not way else value
    found = recheck(document)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert reason in found.reason


def test_a_step_without_numbers_has_none(failure: Fraction) -> None:
    document = _one_target(failure)
    document["ledger"][0]["values"] = {"n": "36"}
    assert recheck(document).verdict is Verdict.INCONCLUSIVE


def test_the_empty_subset_hits_all_that_is_near() -> None:
    found = mrss_width(2, 1, "1/2", "9/10", universal=True).to_json()
    assert found["n"] == 0
    assert recheck(found).verdict is Verdict.VERIFIED
    at_most = copy.deepcopy(found)
    at_most["inputs"]["target_norm"] = "1"
    assert recheck(at_most).verdict is Verdict.VERIFIED
    at_most["inputs"]["target_norm"] = "10001/10000"
    assert recheck(at_most).verdict is not Verdict.VERIFIED
    for key, value in (("size", "1"), ("probability", "[0.5, 1]")):
        lie = copy.deepcopy(found)
        lie["ledger"][0]["values"][key] = value
        assert recheck(lie).verdict is not Verdict.VERIFIED


def test_answers_about_graphs_lack_their_weights() -> None:
    found = recheck({"kind": "certified", "inputs": {"sha256": "0" * 64}})
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "weights" in found.reason
