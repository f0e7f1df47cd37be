"""Planted lies about a one-dimensional batch: each must be refused."""

import dataclasses

import numpy as np
import pytest

from slth_verify.subset_sum import OneDimBatch, audit_one_dim, solve_one_dim
from slth_verify.subset_sum.one_dim import many as one_dim
from slth_verify.subset_sum.one_dim.search import search_rows


def _rows(count: int, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    samples = rng.standard_normal((count, size)) * rng.standard_normal((count, size))
    return samples, rng.uniform(-1, 1, count)


@pytest.fixture
def batch() -> tuple[np.ndarray, np.ndarray, OneDimBatch]:
    samples, targets = _rows(50, 12, 4)
    return samples, targets, solve_one_dim(samples, targets, "1/100")


LIES = {
    "reuses a sample": lambda b: {"chosen": b.chosen.astype(np.int64) * 2},
    "wrong residual": lambda b: {"residuals": b.residuals / 2},
    "residual of other rows": lambda b: {"residuals": b.residuals[::-1]},
    "success beyond the tolerance": lambda b: {"found": np.ones_like(b.found)},
    "tolerance widened": lambda b: {"tolerance": b.tolerance / 8},
    "another subset": lambda b: {"chosen": ~b.chosen},
    "samples not given": lambda b: {"counts": b.counts - 3},
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_about_a_batch_are_caught(
    lie: str, batch: tuple[np.ndarray, np.ndarray, OneDimBatch]
) -> None:
    samples, targets, honest = batch
    assert audit_one_dim(samples, targets, honest) == ()
    assert honest.found.any()
    assert not honest.found.all()
    claimed = dataclasses.replace(honest, **LIES[lie](honest))
    assert audit_one_dim(samples, targets, claimed)


@pytest.mark.parametrize("wrong", [lambda m: m ^ 1, lambda m: m >> 1, np.zeros_like])
def test_a_search_that_errs_is_not_believed(
    wrong: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples, targets = _rows(50, 12, 4)
    honest = solve_one_dim(samples, targets, "1e-3")
    monkeypatch.setattr(one_dim, "search_rows", lambda *a: wrong(search_rows(*a)))
    claimed = solve_one_dim(samples, targets, "1e-3")
    assert claimed.found.sum() < honest.found.sum()
    assert audit_one_dim(samples, targets, claimed) == ()
    assert (np.abs(claimed.residuals[claimed.found]) <= 1e-3).all()
