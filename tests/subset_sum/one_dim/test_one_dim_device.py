"""One-dimensional batches on a torch device: believed as little as numpy's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum import (
    DenseColumns,
    MaxTolerance,
    Problem,
    audit,
    audit_one_dim,
    solve,
    solve_one_dim,
    solve_one_dim_growing,
)
from slth_verify.subset_sum.devices import one_dim as room
from slth_verify.subset_sum.devices.one_dim import bytes_needed_on


def _rows(count: int, size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng((seed, count, size))
    return rng.uniform(-1, 1, (count, size)), rng.uniform(-1, 1, count)


@pytest.mark.parametrize("workers", [1, 2])
def test_batches_survive_the_audit(device: str, workers: int) -> None:
    samples, targets = _rows(5000, 21)
    batch = solve_one_dim(samples, targets, "1/100", workers=workers, device=device)
    assert audit_one_dim(samples, targets, batch) == ()
    assert np.array_equal(batch.found, solve_one_dim(samples, targets, "1/100").found)
    alone = solve_one_dim(samples[4990:], targets[4990:], "1/100", device=device)
    assert np.array_equal(batch.chosen[4990:], alone.chosen)


def test_long_and_large_rows(device: str) -> None:
    samples, targets = _rows(3, 60)
    batch = solve_one_dim(samples, targets, 1e-9, device=device)
    assert batch.found.all()
    assert audit_one_dim(samples, targets, batch) == ()
    huge = solve_one_dim(samples * 1e300, targets * 1e300, 1e291, device=device)
    assert huge.found.all()


def test_retries_and_single_problems_take_it(device: str) -> None:
    samples, targets = _rows(200, 26)
    batch = solve_one_dim_growing(
        lambda rows, count: samples[rows, :count],
        targets,
        "1/5000",
        (15, 20, 26),
        device=device,
    )
    assert batch.found.all()
    assert set(batch.counts) > {15}
    columns = DenseColumns(samples[0][:, None])
    problem = Problem(columns, targets[:1], MaxTolerance(1e-3))
    found = solve(problem, device=device)
    assert found.solver == "one-dim"
    assert found.found
    assert audit(problem, found) == ()


def test_all_callers_search_on_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    honest = room._join

    def listening(numbers: torch.Tensor, targets: torch.Tensor):
        told.append(targets.numel())
        return honest(numbers, targets)

    monkeypatch.setattr(room, "_join", listening)
    test_retries_and_single_problems_take_it("cpu")
    assert told[0] > 100  # the batch
    assert told[-1] == 1  # the single problem
    told.clear()
    solve_one_dim(*_rows(5, 9), "1e-9")
    assert not told


@pytest.mark.parametrize("wrong", [lambda m: m ^ 1, lambda m: m >> 1, torch.zeros_like])
def test_a_device_that_errs_is_not_believed(
    wrong: Callable[[torch.Tensor], torch.Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    samples, targets = _rows(300, 21)
    honest = room._join

    def lying(
        numbers: torch.Tensor, targets: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        masks, errors = honest(numbers, targets)
        return wrong(masks), errors

    monkeypatch.setattr(room, "_join", lying)
    batch = solve_one_dim(samples, targets, "1/100", device="cpu")
    assert audit_one_dim(samples, targets, batch) == ()
    assert batch.found.mean() < 0.5


def test_little_memory_searches_fewer_numbers() -> None:
    samples, targets = _rows(3, 40)
    little = bytes_needed_on(20, 3)
    batch = solve_one_dim(samples, targets, "1e-3", memory_limit=little, device="cpu")
    assert batch.found.all()
    assert audit_one_dim(samples, targets, batch) == ()
    with pytest.raises(InvalidParameterError, match="memory_limit="):
        solve_one_dim(samples, targets, "1e-3", memory_limit=100, device="cpu")


def test_an_absent_device_is_refused_before_anything_is_drawn() -> None:
    samples, targets = _rows(2, 4)
    with pytest.raises(InvalidParameterError, match="device="):
        solve_one_dim(samples, targets, 0.1, device="no such thing")
    drawn: list[int] = []

    def draw(rows: np.ndarray, count: int) -> np.ndarray:
        drawn.append(count)
        return samples[rows, :count]

    with pytest.raises(InvalidParameterError, match="device="):
        solve_one_dim_growing(draw, targets, 0.1, (2, 4), device="no such thing")
    assert not drawn
