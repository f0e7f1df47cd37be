"""Recorded numbers that nothing proves, claims as they were proved, endless work."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest

from slth_verify.bounds import network_width, recheck
from slth_verify.bounds.rechecking import mrss
from slth_verify.bounds.rechecking.reader import Fields
from slth_verify.processes.bounded import run_bounded
from slth_verify.verdict import Verdict

_SOURCE = files("slth_verify.strategies") / "answers.json"
SAMPLES: dict[str, dict[str, Any]] = json.loads(_SOURCE.read_text(encoding="utf-8"))


def _intervals(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Every ``"[low, high]"`` of a document, with the object that holds it."""
    items = value.values() if isinstance(value, dict) else value
    for key, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(inner, str) and inner.startswith("[") and inner.count(",") == 1:
            yield value, key
    for inner in items:
        if isinstance(inner, dict | list):
            yield from _intervals(inner)


def _with_other_ends(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number in range(sum(1 for _ in _intervals(answer))):
        for end, value in [(0, "-5"), (0, "7/8"), (1, "7"), (1, "1000"), (1, "1/16")]:
            forged = copy.deepcopy(answer)
            place, key = list(_intervals(forged))[number]
            ends = place[key].strip("[]").split(", ")
            ends[end] = value
            place[key] = f"[{ends[0]}, {ends[1]}]"
            yield forged


def _believed(name: str) -> list[dict[str, Any]]:
    return [
        forged
        for forged in _with_other_ends(SAMPLES[name])
        if recheck(forged).verdict is Verdict.VERIFIED
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_both_ends_of_what_is_recorded_are_looked_at(name: str, monkeypatch) -> None:
    monkeypatch.setattr(mrss, "is_refuted", lambda question, n: False)
    assert recheck(SAMPLES[name]).verdict is Verdict.VERIFIED
    assert _believed(name) == []


def test_an_end_that_is_not_looked_at_is_noticed(monkeypatch) -> None:
    """Planted lie: a probability ends where the document says."""
    monkeypatch.setattr(Fields, "at_least", lambda self, key: self.interval(key).lower)
    name = next(
        name
        for name, answer in SAMPLES.items()
        if answer["statement"] == "der:weighted-moment"
    )
    assert _believed(name)


def test_necessary_widths_of_several_layers_are_each_about_one() -> None:
    both = network_width((1, 1), (1, 8, 1), "1/10", "1/5", kind="necessary")
    found = recheck(both.to_json())
    assert found.verdict is Verdict.VERIFIED
    assert "for that layer alone and some kernel" in found.claim


_EMPTY = {
    "statement": "def:subset-sum-number",
    "text": "",
    "values": {"size": "0", "probability": "[1, 1]"},
}


def _net(dim: int, spacing: str, points: str) -> dict[str, Any]:
    values = {"h": spacing, "radius": "1", "points": points}
    return {
        "statement": "der:net",
        "kind": "certified",
        "inputs": {
            "dim": dim, "eps": "1000", "prob": "1/2", "target_norm": "1",
            "universal": True, "ball": "one-norm",
        },
        "n": 0,
        "size": 0,
        "probability": {"lower": "1", "upper": "1"},
        "direction": "upper",
        "evidence": "enclosed",
        "ledger": [_EMPTY, {"statement": "der:net", "text": "", "values": values}],
    }  # fmt: skip


def _growth(ends: str) -> dict[str, Any]:
    values = {
        "arithmetic": "exact", "e1": ends, "e2": ends, "law": "programme",
        "samples": "500",
    }  # fmt: skip
    return {
        "statement": "der:rss-whole",
        "kind": "certified",
        "inputs": {
            "eps": "1e-9",
            "delta": "1/10",
            "half": False,
            "method": "programme",
        },
        "n": 500,
        "probability": {"lower": "0.9", "upper": "1"},
        "direction": "upper",
        "evidence": "exact",
        "ledger": [{"statement": "der:rss-whole", "text": "", "values": values}],
    }


def _layer_with(
    found: dict[str, Any], leaving: int, share: str, accuracy: str
) -> dict[str, Any]:
    """An answer about one layer, for a kernel of 4096 rows and columns."""
    found["inputs"] |= {"kernel": "4096", "channels": f"1,{leaving}", "eps": share}
    found["layers"][0] |= {
        "kernel": 4096, "channels_out": leaving, "dim": 4096**2 * leaving,
        "error_share": share, "accuracy": accuracy,
    }  # fmt: skip
    return found


def _needed() -> dict[str, Any]:
    found = network_width((2,), (1, 1), "1/2", "1/4", kind="necessary").to_json()
    return _layer_with(found, 32, "1e-60", "1e-60")


def _enough() -> dict[str, Any]:
    """The empty subset hits the points of a net, which must be counted."""
    found: Any = network_width((1,), (1, 1), "1/2", "1/2", universal=True).to_json()
    accuracy = str(Fraction(10**40, 4096**2))
    found = _layer_with(found, 1 << 26, "1e40", accuracy)
    values = {"h": "1/1000", "radius": "1", "points": "1" * 999}
    net = {"statement": "der:net", "text": "", "values": values}
    found["layers"][0]["ledger"] = [_EMPTY, net, found["layers"][0]["ledger"][-1]]
    return found


ENDLESS = {
    "a net of many dimensions": _net(2000, "1e-900", "1"),
    "samples followed in tiny steps": _growth("1e-250"),
    "a kernel of many entries": _needed(),
    "a network of many dimensions": _enough(),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_no_document_costs_more_than_seconds(name: str) -> None:
    found = run_bounded(recheck, ENDLESS[name], seconds=20.0, memory=2 << 30)
    assert found.verdict is Verdict.INCONCLUSIVE
