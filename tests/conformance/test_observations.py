"""Drawn cases as lines of JSON, in the format of Hypothesis' observability."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings

from slth_verify import conformance
from slth_verify.conformance import (
    ConformanceFailure,
    check_claims,
    check_filters,
    check_joint_law,
    check_success_rate,
    check_sum_law,
    observations_to,
    pool_columns,
    random_cnn_filters,
    run_conformance,
)
from slth_verify.conformance.lies.statements import LYING_STATEMENTS
from slth_verify.conformance.running.checks import CHECKS
from slth_verify.statements import statement
from slth_verify.subset_sum import MeetInTheMiddle

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


#: The checks that draw no cases, on the package's own code.
STATISTICAL: dict[str, Callable[[], None]] = {
    "check_filters": lambda: check_filters(random_cnn_filters, trials=200),
    "check_sum_law": lambda: check_sum_law(pool_columns, trials=200),
    "check_joint_law": lambda: check_joint_law(pool_columns, trials=200),
    "check_success_rate": lambda: check_success_rate(
        MeetInTheMiddle(), pool_columns, trials=20
    ),
}


@pytest.mark.parametrize("name", STATISTICAL)
def test_each_statistical_test_has_a_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with observations_to(path):
        STATISTICAL[name]()
    STATISTICAL[name]()
    found = lines(path)
    assert len(found) >= 4
    for line in found:
        assert set(line) == {"type", "run_start", "property", "title", "content"}
        assert (line["type"], line["property"]) == ("info", name)
        assert line["content"]["p_value"] >= line["content"]["threshold"]
        assert line["content"]["hits"] <= line["content"]["trials"]
    assert len({line["title"] for line in found}) == len(found)


def test_a_rejected_test_is_an_alert(tmp_path: Path) -> None:
    def ones(*place: int) -> Any:
        *_, trials, dim = place
        return np.ones(trials), np.ones((trials, dim))

    path = tmp_path / "out.jsonl"
    with observations_to(path), pytest.raises(ConformanceFailure):
        check_filters(ones, trials=200)
    told = {line["title"]: line["type"] for line in lines(path)}
    assert told["scalar > 0"] == "alert"
    assert "observations_to" in dir(conformance)


def test_every_check_without_drawn_cases_is_tried_here() -> None:
    drawing = {
        name
        for name, check in CHECKS.items()
        if "settings" in inspect.signature(check).parameters
    }
    assert set(STATISTICAL) == set(CHECKS) - drawing
