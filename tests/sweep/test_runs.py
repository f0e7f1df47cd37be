"""Runs: what each kind answers, and how limits and lost processes end one."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from slth_verify import bounds
from slth_verify.errors import InvalidParameterError
from slth_verify.network import TargetCNN
from slth_verify.sweep import Answer, Limits, Run, load_plan
from slth_verify.sweep.answer import Slot, work

Write = Callable[[str], Path]

_SUCCESS: dict[str, int | str] = {
    "dimension": 1,
    "samples": 4,
    "eps": "1/4",
    "norm": "1",
    "trials": 20,
    "seed": 1,
}
_SEARCH: dict[str, int | str] = {
    "dimension": 2,
    "samples": 8,
    "eps": "1/100",
    "seed": 3,
    "solver": "exhaustive",
}
_PRUNE: dict[str, int | str] = {
    "target": "",
    "kernel": "1",
    "channels": "1,2,1",
    "depth": 0,
    "image": 3,
    "target_seed": 0,
    "widths": "",
    "eps": "5%",
    "seed": 1,
}


def _run(kind: str, inputs: dict[str, int | str], **limits: Any) -> Run:
    return Run.of(kind, tuple(inputs.items()), Limits(**limits))


def _answered(slot: Slot, run: Run) -> Answer:
    slot.begin(run)
    while (found := slot.answer()) is None:
        wait([slot.awaited()], timeout=slot.patience())
    return found


@pytest.fixture
def slot() -> Iterator[Slot]:
    made = Slot()
    yield made
    made.close()


def test_a_search_that_sees_every_subset_finds_the_nearest() -> None:
    found = work(_run("search", _SEARCH)).result
    far = work(_run("search", {**_SEARCH, "eps": "1"})).result
    assert far["found"]
    assert found["residual"] <= far["residual"]
    again = work(_run("search", {**_SEARCH, "solver": "auto"})).result
    assert again == found


def test_hits_lie_between_the_proved_ends() -> None:
    trials = 400
    hits = work(_run("success", {**_SUCCESS, "trials": trials})).result["hits"]
    names = ("dimension", "samples", "eps", "norm")
    ends = work(_run("success-bound", {name: _SUCCESS[name] for name in names})).result
    # Hoeffding: each side fails with probability below exp(-2 trials 0.1^2) < 4e-4
    assert float(ends["lower"]) - 0.1 <= hits / trials <= float(ends["upper"]) + 0.1
    other = work(_run("success", {**_SUCCESS, "trials": trials, "seed": 2})).result
    assert other["hits"] != hits


def test_widths_are_those_of_the_bounds() -> None:
    asked = {"dimension": 1, "eps": "1/2", "probability": "1/2", "norm": "1"}
    for side in ("certified", "necessary"):
        found = work(_run("width", {**asked, "side": side})).result
        assert found == {"width": bounds.mrss_width(1, "1/2", kind=side).n}
    shape = {
        "kernel": "1",
        "channels": "1",
        "depth": 2,
        "eps": "1",
        "side": "certified",
    }
    found = work(_run("bound", {**shape, "probability": "9/10"})).result
    answer = bounds.network_width((1, 1), (1, 1, 1), 1, Fraction(1, 10))
    assert found["widths"] == ",".join(map(str, answer.widths))
    assert found["widest"] == max(answer.widths)


def test_a_ticket_is_found_and_checked() -> None:
    found = work(_run("prune", _PRUNE)).result
    assert found["verdict"] == "VERIFIED"
    assert found["kept"] > 0
    assert 0 < found["certified_error"] < math.inf
    none = work(_run("prune", {**_PRUNE, "widths": "1,1"}))
    assert none.outcome == "done"
    assert none.result["found"] is False
    assert none.result["certified_error"] > found["certified_error"]


def test_a_target_file_that_has_changed_is_refused(
    write_plan: Write, tmp_path: Path
) -> None:
    path = tmp_path / "net"
    text = "[[runs]]\nkind='prune'\neps='1/10'\nseed=1\ntarget='net'\nwidths='50'"
    kernel = np.full((1, 1, 1, 1), 0.5, dtype=np.float32)
    TargetCNN.from_kernels((kernel,), (1, 2, 2)).save(path)
    (run,) = load_plan(write_plan(text)).runs
    assert work(run).result["verdict"] == "VERIFIED"
    TargetCNN.from_kernels((kernel / 2,), (1, 2, 2)).save(path)
    assert work(run).outcome == "failed"
    assert "SHA-256" in work(run).reason


def test_what_cannot_be_done_is_a_row_with_its_reason() -> None:
    answer = work(_run("search", {**_SEARCH, "solver": "one-dim"}))
    assert answer.outcome == "failed"
    assert "one-dim" in answer.reason
    assert answer.result == {}


def test_other_versions_work_on_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _run("search", _SEARCH)
    monkeypatch.setattr("slth_verify.sweep.run._written_versions", lambda solver: "{}")
    with pytest.raises(InvalidParameterError, match="other versions"):
        work(run)


def test_limits_end_a_run_and_not_the_next(slot: Slot) -> None:
    endless = {**_SUCCESS, "samples": 20, "dimension": 9, "trials": 10**6}
    late = _answered(slot, _run("success", endless, seconds=0.05))
    assert (late.outcome, late.reason) == ("time limit", "more than 0.05 s")
    large = {**_SEARCH, "dimension": 64, "samples": 1 << 20, "solver": "ladder"}
    full = _answered(slot, _run("search", large, memory=300))
    assert (full.outcome, full.reason) == ("memory limit", "more than 300 MiB")
    small = _answered(slot, _run("search", _SEARCH, memory=300, seconds=600))
    assert small.outcome == "done"
    assert small.result == work(_run("search", _SEARCH)).result


@pytest.mark.parametrize("used", [True, False])
def test_a_killed_process_costs_no_result(used: bool, slot: Slot) -> None:
    if used:
        assert _answered(slot, _run("search", _SEARCH)).outcome == "done"
    slot.begin(_run("success", _SUCCESS))
    os.kill(_process(slot), signal.SIGKILL)
    while (found := slot.answer()) is None:
        wait([slot.awaited()])
    assert found.result == work(_run("success", _SUCCESS)).result


def test_a_run_that_ends_two_fresh_processes_is_lost(slot: Slot) -> None:
    slot.begin(_run("success", _SUCCESS))
    killed = {_process(slot)}
    os.kill(_process(slot), signal.SIGKILL)
    while (found := slot.answer()) is None:
        if (number := _process(slot)) not in killed:
            os.kill(number, signal.SIGKILL)
            killed.add(number)
        wait([slot.awaited()])
    assert found.outcome == "lost"
    assert len(killed) == 2
    again = _answered(slot, _run("success", _SUCCESS))
    assert again.result == work(_run("success", _SUCCESS)).result


def _process(slot: Slot) -> int:
    child: Any = slot._child
    return int(child._child.pid)
