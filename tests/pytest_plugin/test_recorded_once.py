"""What a check contradicts stands in the document once, and can be tried again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from slth_verify.cli import run
from slth_verify.suite import Counterexample

Run = Callable[..., pytest.RunResult]
Written = Callable[[], dict[str, Any]]

SOLVER = """
import numpy as np

def search(columns, target, eps):
    return np.zeros(columns.shape[1] if columns.ndim > 1 else 0, dtype=bool)
"""
SUITE = """
    from hypothesis import Phase, settings
    from mysolver import search
    from slth_verify import Verdict
    from slth_verify.conformance import ConformanceFailure, check_mask, run_conformance

    FEW = settings(
        max_examples=20, derandomize=True, database=None, phases=[Phase.generate]
    )

    def test_mine(slth):
        slth.conformance(run_conformance(solver=search, settings=FEW)).require()

    def test_not_recorded_before(slth):
        run_conformance(solver=search, settings=FEW).require()

    def test_raised_again(slth):
        try:
            check_mask(lambda channels, block, *, kernel_size: [])
        except ConformanceFailure as failure:
            slth.verdict(failure, claim="a mask")
            raise

    def test_by_hand(slth):
        slth.verdict(Verdict.REFUTED, claim="one is two")

    def test_undecided(slth):
        def broken(columns, target, eps):
            raise OSError("no disk")

        run_conformance(solver=broken, settings=FEW).require()
"""


def test_each_refutation_is_recorded_once_and_tried_again(
    alone: Run,
    written: Written,
    pytester: pytest.Pytester,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytester.makepyfile(mysolver=SOLVER)
    assert alone(SUITE, "--slth-report=out.json").ret == 1
    document = written()
    tests = {test["id"].partition("::")[2]: test for test in document["tests"]}
    verdicts = {
        name: [r for r in test["records"] if r["kind"] == "verdict"]
        for name, test in tests.items()
    }
    mine = verdicts["test_mine"]
    assert [r["verdict"] for r in mine].count("REFUTED") == len(mine) > 0
    assert verdicts["test_not_recorded_before"] == mine
    for record in mine:
        assert Counterexample.from_word(record["replay"]).check
        assert "\\n" not in record["reason"]
        assert "slth1." not in record["reason"]
    assert "\\n" not in tests["test_mine"]["reason"]
    assert len(verdicts["test_raised_again"]) == 1
    assert {r["verdict"] for r in verdicts["test_undecided"]} == {"INCONCLUSIVE"}

    monkeypatch.chdir(pytester.path)
    capsys.readouterr()
    assert run(["replay", "out.json"]) == 0
    assert "replay out.json --run MODULE:NAME" in capsys.readouterr().out
    words = ["replay", "out.json", "--run", "mysolver:search"]
    assert run(words) == 1
    shown = capsys.readouterr().out
    assert "not tried again: one is two" in shown
    assert "again on mysolver:search: REFUTED" in shown
    assert run([*words, "--json"]) == 1
    again = json.loads(capsys.readouterr().out)["again"]
    assert None in again
    assert [found[0] for found in again if found].count("REFUTED") >= 2 * len(mine)
