"""Drawn cases as lines of JSON, in the format of Hypothesis' observability."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from slth_verify.conformance import ConformanceFailure, check_claims, run_conformance
from slth_verify.conformance.lies.statements import LYING_STATEMENTS
from slth_verify.conformance.recording.observations import observations_to
from slth_verify.statements import statement

FEW = settings(
    max_examples=5,
    phases=(Phase.generate,),
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
#: What Hypothesis documents of a line about a test case.
KEYS = {
    "type",
    "run_start",
    "property",
    "status",
    "status_reason",
    "representation",
    "arguments",
    "how_generated",
    "features",
    "coverage",
    "timing",
    "metadata",
}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_case_has_a_line_with_its_ratio(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with observations_to(path):
        check_claims(statement("der:local"), settings=FEW)
    check_claims(statement("der:local"), settings=FEW)
    found = lines(path)
    assert len(found) == 5
    for line in found:
        assert set(line) == KEYS
        assert (line["type"], line["property"]) == ("test_case", "der:local")
        assert line["status"] == "passed"
        assert 0 <= line["features"]["difference / bound"] <= 1
        assert line["timing"]["execute:test"] > 0
        assert "Fraction" in line["arguments"]["point"]


def test_a_contradiction_is_a_failed_case(tmp_path: Path) -> None:
    path, name = tmp_path / "out.jsonl", "der:rss-counting"
    false = LYING_STATEMENTS[name]["eps halved"](statement(name))
    with observations_to(path), pytest.raises(ConformanceFailure):
        check_claims(false, settings=FEW)
    failed = [line for line in lines(path) if line["status"] == "failed"]
    assert failed
    assert "is seen, and at most" in failed[0]["status_reason"]


def test_a_conformance_run_writes_them(tmp_path: Path) -> None:
    def bound(*, dim: int, eps: Fraction, prob: Fraction) -> int:
        return 0

    path = tmp_path / "out.jsonl"
    result = run_conformance(bound=bound, settings=FEW, observations=path)
    with pytest.raises(ConformanceFailure):
        result.require()
    assert {line["property"] for line in lines(path)} == {"check_width"}
