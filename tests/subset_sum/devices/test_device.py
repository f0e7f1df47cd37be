"""Beams on a torch device: the same search, believed as little as any other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum import (
    DenseColumns,
    MaxTolerance,
    Problem,
    Proposal,
    SearchOptions,
    audit,
    problem_key,
    solve,
    solve_many,
)
from slth_verify.subset_sum.batch import run
from slth_verify.subset_sum.devices import beam as room
from slth_verify.subset_sum.steps import beam as _beam
from slth_verify.subset_sum.steps.beam import beam
from slth_verify.subset_sum.steps.cancellation import Prices, prices


def _problem(dim: int, width: int, delta: float, seed: int = 0) -> Problem:
    rng = np.random.default_rng((seed, dim, width))
    scalars = rng.standard_normal((width, 1))
    target = rng.standard_normal(dim)
    columns = DenseColumns(scalars * rng.standard_normal((width, dim)))
    return Problem(columns, target / np.abs(target).sum(), MaxTolerance(delta))


def _ladder(count: int, dim: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng((count, dim))
    columns = rng.standard_normal((count, dim)) * np.geomspace(8.0, 0.5, count)[:, None]
    return columns, rng.standard_normal(dim)


@pytest.mark.parametrize("width", [1, 7, 256])
def test_device_keeps_the_states_that_numpy_keeps(device: str, width: int) -> None:
    columns, rest = _ladder(43, 5)
    decide = prices(columns, 0.1)
    ours = beam(columns, decide, rest, width, lambda: False)
    theirs = beam(columns, decide, rest, width, lambda: False, device)
    assert ours is not None
    assert theirs is not None
    signs = [
        {found[0].of(k).tobytes() for k in range(width)} for found in (ours, theirs)
    ]
    assert signs[0] == signs[1]
    assert np.allclose(np.sort(ours[1], axis=0), np.sort(theirs[1], axis=0), atol=1e-12)


@pytest.mark.parametrize("solver", ["ladder", "meet-in-the-middle", "auto"])
def test_proposals_survive_the_audit(device: str, solver: str) -> None:
    problem = _problem(9, 2700, 0.01)
    found = solve(problem, solver=solver, device=device)
    assert found.found
    assert audit(problem, found) == ()


def test_large_scales_are_walked_in_double_precision(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = 2.0 ** np.arange(42, -1, -1)[:, None]
    decide = Prices(1.0 / columns, np.ones(columns.shape[0]))
    rest = np.array([2.0**40 / 3.0])

    def left_over() -> float:
        found = beam(columns, decide, rest, 4, lambda: False, device)
        assert found is not None
        return float(np.abs(found[1]).min())

    assert left_over() <= 0.5
    monkeypatch.setattr(_beam, "_SINGLE", 2.0**80)  # planted lie
    assert left_over() > 100.0


def test_batches_hand_on_device_and_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    told, search = [], run.search

    def searching(problem: Problem, options: SearchOptions, solver: str) -> Proposal:
        told.append((options.device, options.memory_limit))
        return search(problem, options, solver)

    monkeypatch.setattr(run, "search", searching)
    problems = [_problem(5, 600, 0.01, seed) for seed in range(3)]
    found = solve_many(problems, device="cpu", memory_limit=1 << 24)
    assert told == [("cpu", 1 << 24)] * 3
    for problem, proposal in zip(problems, found, strict=True):
        assert proposal.found
        assert audit(problem, proposal) == ()


def test_a_journal_tells_devices_and_limits_apart() -> None:
    problem = _problem(2, 20, 0.1)
    named = Problem(problem.source, problem.target, problem.tolerance)
    how = SearchOptions(time_limit=1.0)
    keys = {
        problem_key(named, how),
        problem_key(named, replace(how, device="cpu")),
        problem_key(named, replace(how, memory_limit=1 << 20)),
    }
    assert len(keys) == 3


@pytest.mark.parametrize("device", ["cuda:99", "no such thing", "meta"])
def test_a_device_that_is_not_there_is_refused(device: str) -> None:
    with pytest.raises(InvalidParameterError, match="device="):
        solve(_problem(4, 100, 0.1), device=device)


def test_solvers_without_beams_refuse_it() -> None:
    with pytest.raises(InvalidParameterError, match=r"device=.*does not take"):
        solve(_problem(2, 12, 0.1), solver="exhaustive", device="cpu")
    assert solve(_problem(2, 12, 0.1), device="cpu").solver == "exhaustive"


@pytest.mark.parametrize("solver", ["ladder", "meet-in-the-middle"])
def test_a_device_that_loses_a_sign_cannot_lie(
    solver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted lie: wrong bits give worse proposals, never false ones."""
    honest, calls = room.DeviceStates.advance, []

    def lying(self, columns, decide, width):
        calls.append(width)
        ancestors, packed = honest(self, columns, decide, width)
        return ancestors, packed ^ np.uint8(1)

    monkeypatch.setattr(room.DeviceStates, "advance", lying)
    problem = _problem(9, 2700, 1e-9)
    found = solve(problem, solver=solver, device="cpu", time_limit=2.0)
    assert calls
    assert audit(problem, found) == ()
    assert not found.found
