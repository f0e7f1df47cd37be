"""Every requirement on a stored answer refuses one that misses it alone."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest

from slth_verify import bounds
from slth_verify.bounds.rechecking import mrss, recheck_all
from slth_verify.verdict import Verdict

Document = dict[str, Any]

_DOCUMENTS: dict[str, Document] = json.loads(
    (files("slth_verify.strategies") / "answers.json").read_text(encoding="utf-8")
)


def _with(document: Document, changes: dict[str, Any]) -> Document:
    """A copy with other values at places such as ``ledger.0.values.n``."""
    changed = copy.deepcopy(document)
    for place, value in changes.items():
        *way, last = (int(key) if key.isdigit() else key for key in place.split("."))
        inner: Any = changed
        for key in way:
            inner = inner[key]
        inner[last] = value
    return changed


#: A stored answer, what is changed, and a part of the reason.
_WIDTHS: list[tuple[str, dict[str, Any], str]] = [
    ("weighted moment", {"inputs.eps": 0}, "out of range"),
    ("weighted moment", {"inputs.target_norm": -1}, "out of range"),
    ("weighted moment", {"inputs.dim": 0}, "dim=0"),
    ("weighted moment", {"inputs.prob": 0}, "not between 0 and 1"),
    ("weighted moment", {"inputs.prob": 1}, "not between 0 and 1"),
    ("weighted moment", {"inputs.eps": "99/1000"}, "another question"),
    ("weighted moment", {"inputs.target_norm": "1001/1000"}, "another question"),
    ("weighted moment", {"n": 17}, "derivation is for n=16"),
    ("weighted moment", {"size": 8}, "size is another one"),
    ("weighted moment", {"probability.upper": "0.999"}, "may be 1"),
    ("weighted moment", {"probability.lower": "0.6"}, "only"),
    ("weighted moment", {"probability.lower": "0.4"}, "belong together"),
    ("weighted moment", {"inputs.prob": "51/100"}, "asked for is not reached"),
    ("weighted moment", {"ledger.0.values.bits": "81"}, "bits"),
    ("weighted moment", {"inputs.universal": True, "inputs.ball": "one-norm"}, "ball"),
    ("blocks", {"ledger.1.values.blocks": "1"}, "no repetition"),
    ("blocks", {"ledger.1.values.n": "29"}, "blocks times"),
    ("two sides", {"inputs.target_norm": "1001/1000"}, "another question"),
    ("two sides", {"inputs.eps": "499/1000"}, "another question"),
    ("two sides", {"ledger.1.values.radius": "-1"}, "negative"),
    ("two sides", {"ledger.1.values.n": "1442"}, "both sides"),
    ("two sides", {"ledger.0.values.kappa": "[0, 0.06]"}, "kappa"),
    ("net", {"inputs.target_norm": "1001/1000"}, "another question"),
    ("net", {"ledger.2.values.points": "6"}, "points"),
    ("net", {"ledger.0.values.norm": "1"}, ""),
    ("first moment", {"ledger.0.statement": "der:first-moment"}, "were expected"),
    ("first moment", {"ledger.0.values": {"n": "1"}}, "nothing uses n"),
    ("first moment", {"inputs.prob": "39/100"}, "34 samples may succeed"),
    ("first moment", {"inputs.prob": "0.6"}, "another probability"),
    ("first moment", {"ledger.1.values.n": "33"}, "another n"),
    ("first moment", {"probability.lower": "0.1"}, "may be 0"),
    ("first moment", {"probability.upper": "0.3"}, "follows"),
    ("success", {"n": 9}, "not the one asked for"),
    ("success", {"size": 4}, "another n or size"),
    ("success", {"ledger.1.statement": "der:crude-moment"}, "another upper bound"),
    ("success", {"statement": "der:crude-moment"}, "statement"),
    ("success", {"ledger.0.values.n": "11"}, ""),
    ("success", {"ledger.0.values.eps": "101/1000"}, "coarser"),
    ("success", {"ledger.0.values.eps": "0"}, "eps > 0"),
    ("success", {"ledger.0.values.eps": "1/20"}, "follows"),
    ("success", {"size": 0}, "no sample"),
    ("success", {"probability.upper": "0.999"}, "follows"),
    ("success of a size", {"size": 8}, "size is another one"),
    ("success of a size", {"ledger.0.values.size": "8"}, "size is another one"),
    (
        "success of a size",
        {"statement": "der:net", "ledger.0.statement": "der:net"},
        "no lower bound",
    ),
    ("success of nothing", {"inputs.target_norm": "11/100"}, "does not count or hit"),
    ("success of nothing", {"size": 1}, "does not count or hit"),
    ("success of nothing", {"inputs.size": 1, "size": 1}, "does not count or hit"),
]

_ONE_DIM: list[tuple[str, dict[str, Any], str]] = [
    ("rss programme", {"inputs.eps": 0}, "not between 0 and 1"),
    ("rss programme", {"inputs.eps": 1}, "not between 0 and 1"),
    ("rss programme", {"inputs.delta": 0}, "not between 0 and 1"),
    ("rss programme", {"inputs.delta": 1}, "not between 0 and 1"),
    ("rss programme", {"inputs.delta": "0.16"}, "exceeds delta"),
    ("rss programme", {"inputs.eps": "0.19"}, "another question"),
    ("rss programme", {"ledger.0.values.e1": "0"}, "not positive"),
    ("rss programme", {"ledger.0.values.e2": "-1/20"}, "not positive"),
    ("rss programme", {"ledger.0.values.e1": "2"}, "too large"),
    ("rss programme", {"ledger.0.values.e2": "2"}, "too large"),
    ("rss programme", {"ledger.0.values.e2": "1e-16"}, "too small to be followed"),
    ("rss programme", {"inputs.method": "closed"}, "law is another one"),
    ("rss programme", {"ledger.0.values.samples": "501"}, "from 0 to 500"),
    ("rss programme", {"n": 19}, "derivation is for n=18"),
    ("rss programme", {"probability.upper": "0.99"}, "may be 1"),
    ("rss programme", {"probability.lower": "0.9"}, "follows"),
    ("rss programme", {"statement": "der:rss-explicit"}, "was expected"),
    ("rss half", {"ledger.0.values.e1": "51/100"}, "too large"),
    ("rss half", {"inputs.half": False}, "was expected"),
    ("rss half", {"inputs.half": False, "inputs.method": "reserve"}, "were expected"),
    ("rss reserve", {"ledger.1.values.failure": "0.07"}, "follows"),
    ("rss reserve", {"ledger.1.values.samples": "5001"}, "from 0 to 5000"),
    ("rss reserve", {"inputs.half": True}, "another question"),
    ("rss necessary", {"inputs.delta": "0.27"}, "7 samples may succeed"),
    ("rss necessary", {"ledger.0.values.samples": "8"}, "was expected"),
    ("rss necessary", {"probability.lower": "0.1"}, "may be 0"),
    ("rss necessary", {"probability.upper": "0.7"}, "follows"),
    ("rss necessary", {"n": 101}, "from 0 to 100"),
]

_NETWORKS: list[tuple[str, dict[str, Any], str]] = [
    ("network", {"inputs.eps": "0.499"}, "exceed eps"),
    ("network", {"inputs.delta": "0.15"}, "exceeds delta"),
    ("network", {"inputs.eps": -1}, "inputs"),
    ("network", {"inputs.budget": "equal"}, "not equal"),
    ("network", {"probability.upper": "0.9"}, "may be 1"),
    ("network", {"probability.lower": "0.9"}, "follows"),
    ("network", {"layers.0.n": 46, "layers.0.filters": 184, "filters": 262}, ""),
    ("network", {"layers.0.ledger.2.statement": "der:net"}, "no step for the signs"),
    ("network", {"layers.0.ledger.2.values.signs": "1"}, "signs"),
    ("network", {"layers.0.failure": "0.13"}, "follows"),
    ("network", {"filters": 267}, "filters does not fit"),
    ("network", {"layers.0.ledger.0.values.norm": "99/100"}, ""),
    ("network", {"hypotheses": []}, "hypotheses are other ones"),
    ("network", {"ledger.0.values.eps": "1"}, "eps does not fit"),
    ("network", {"layers.0.ledger": []}, "ledger or share"),
    ("network necessary", {"layers.0.error_share": "1/3"}, ""),
    ("network necessary", {"layers.0.ledger": []}, "were expected"),
    ("network necessary", {"layers.0.ledger.0.values.entries": "2"}, "no such kernel"),
    ("network necessary", {"inputs.delta": "0.4"}, "may succeed"),
    ("network necessary", {"filters": 20}, "filters does not fit"),
    (
        "network necessary",
        {"layers.0.n": 10_001, "layers.0.filters": 40_004, "filters": 40_010},
        "too large to be counted",
    ),
    (
        "network necessary",
        {"inputs.kernel": "400,1", "layers.0.kernel": 400, "layers.0.dim": 160_000},
        "too large a kernel",
    ),
]

_MISSED = _WIDTHS + _ONE_DIM + _NETWORKS


@pytest.mark.parametrize("number", range(len(_MISSED)))
def test_each_requirement_refuses(number: int, monkeypatch) -> None:
    name, changes, reason = _MISSED[number]
    monkeypatch.setattr(mrss, "is_refuted", lambda question, n: False)
    found = bounds.recheck(_with(_DOCUMENTS[name], changes))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert reason in found.reason


#: Answers at the edge of what they may say.
_HELD: list[tuple[str, dict[str, Any]]] = [
    ("weighted moment", {"inputs.target_norm": 0}),
    ("weighted moment", {"inputs.prob": "50924131969/100000000000"}),
    ("net", {"inputs.ball": "euclidean"}),  # in one dimension balls agree
    ("two sides", {"inputs.ball": "one-norm"}),
    ("rss necessary", {"inputs.delta": "0.26"}),
    ("success of nothing", {"inputs.target_norm": "1/20"}),
    ("rss programme", {"schema_version": 1}),
]


@pytest.mark.parametrize("number", range(len(_HELD)))
def test_what_just_holds_is_verified(number: int) -> None:
    name, changes = _HELD[number]
    found = bounds.recheck(_with(_DOCUMENTS[name], changes))
    assert found.verdict is Verdict.VERIFIED, found.reason


@pytest.mark.parametrize("name", ["success", "success of a size", "success of nothing"])
def test_the_claim_tells_the_probability_that_was_proved(name: str) -> None:
    document = _DOCUMENTS[name]
    claim = bounds.recheck(document).claim
    told = claim.split("succeed with [")[1].split("]")[0].split(", ")
    lower, upper = (
        Fraction(document["probability"][end]) for end in ("lower", "upper")
    )
    assert abs(Fraction(told[0]) - lower) <= Fraction(1, 10**6) * lower
    assert abs(Fraction(told[1]) - upper) <= Fraction(1, 10**6) * upper


def test_what_is_hit_more_closely_is_hit() -> None:
    """Success at a coarse accuracy may rest on a finer one, and says so."""
    document: Document = bounds.mrss_success(4, 30, None, 1, 5).to_json()
    assert bounds.recheck(document).verdict is Verdict.VERIFIED
    values = document["ledger"][0]["values"]
    assert 0 < Fraction(values.pop("eps")) < 1
    found = bounds.recheck(document)  # as if the accuracy asked for proved as much
    assert found.verdict is Verdict.INCONCLUSIVE, found.reason


def test_another_schema_is_not_read() -> None:
    document = _DOCUMENTS["weighted moment"] | {"schema_version": 2}
    found = bounds.recheck(document)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "schema_version" in found.reason


def test_the_size_may_be_left_out() -> None:
    document = copy.deepcopy(_DOCUMENTS["weighted moment"])
    del document["size"]
    assert bounds.recheck(document).verdict is Verdict.VERIFIED


def test_no_samples_are_refuted_unless_nothing_hits() -> None:
    document = _DOCUMENTS["weighted moment"] | {"n": 0}
    assert bounds.recheck(document).verdict is Verdict.REFUTED
    near = _with(document, {"inputs.target_norm": "1/10"})
    assert bounds.recheck(near).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("error", [MemoryError(), ArithmeticError("no digits left")])
def test_a_proof_that_gives_up_is_inconclusive(error, monkeypatch) -> None:
    def give_up(*arguments: Any) -> Any:
        raise error

    monkeypatch.setattr(mrss, "crude_lower", give_up)
    found = bounds.recheck(_DOCUMENTS["success of a size"])
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason == (str(error) or "MemoryError")


def test_several_are_proved_in_their_order() -> None:
    asked = [_DOCUMENTS["rss half"], {}, _DOCUMENTS["first moment"]]
    verdicts = [found.verdict for found in recheck_all(asked)]
    assert verdicts == [Verdict.VERIFIED, Verdict.INCONCLUSIVE, Verdict.VERIFIED]
