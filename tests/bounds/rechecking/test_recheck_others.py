"""Rechecking Theorem H, the paper's form, and documents that are no answers."""

import json
from fractions import Fraction
from typing import Any

import pytest

from slth_verify import bounds
from slth_verify.verdict import Verdict

F = Fraction

Document = dict[str, Any]


@pytest.mark.parametrize("kind", ["paper-form", "paper"])
def test_the_paper_claims_no_number(kind) -> None:
    paper = {
        "statement": "thm:rss",
        "kind": kind,
        "inputs": {"eps": "0.1", "delta": "0.1", "half": False},
        "expression": "C*log(10)",
        "direction": "upper",
        "evidence": "exact",
    }
    assert bounds.recheck(paper).verdict is Verdict.VACUOUS


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        None,
        "text",
        {"kind": 3},
        {"kind": "certified", "statement": "der:net", "inputs": {}},
        {"kind": "certified", "statement": "der:net", "inputs": [], "n": float("nan")},
    ],
)
def test_anything_else_is_inconclusive(document) -> None:
    finding = bounds.recheck(document)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason


@pytest.mark.nightly
@pytest.mark.parametrize("lie", [None, "n", "share", "stages", "failure", "norm"])
def test_two_stages(lie) -> None:
    document = _two_stages()
    values = document["ledger"][1]["values"]
    if lie == "stages":
        stages = json.loads(values["stages"])
        stages[-1][1] -= 1
        values["stages"] = json.dumps(stages)
    elif lie == "failure":
        values["failure"] = "[0, 0.0001]"
    elif lie == "n":
        document["n"] -= 1
        values["n"] = str(document["n"])
    elif lie is not None:
        values[lie] = str(F(values[lie]) * F(9, 10))
    finding = bounds.recheck(document)
    assert (finding.verdict is Verdict.VERIFIED) == (lie is None), finding.reason


_KEPT: list[str] = []


def _two_stages() -> Document:
    if not _KEPT:
        answer = bounds.mrss_width(9, "1/100", "999/1000").to_json()
        _KEPT.append(json.dumps(answer))
    document: Document = json.loads(_KEPT[0])
    assert document["statement"] == "der:high-probability"
    return document
