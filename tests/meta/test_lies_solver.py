"""Planted lies for ``check_solver`` and ``check_success_rate``."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import settings

from slth_verify.conformance import (
    ConformanceFailure,
    SubsetSolver,
    check_solver,
    check_success_rate,
    pool_columns,
    random_cnn_filters,
    run_conformance,
)
from slth_verify.conformance.lies.solvers import (
    LIES,
    GivesUp,
    Honest,
    IgnoresLastColumn,
    ResidualZero,
)
from slth_verify.verdict import Verdict


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_lie_is_caught(lie: type[Honest], hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match="def:subset-sum-number"):
        check_solver(lie(), max_size=8, settings=hunt)


def _sums(rows: np.ndarray) -> np.ndarray:
    """Of every subset, in the precision of the rows: its number tells its members."""
    found = np.zeros((1, rows.shape[1]), rows.dtype)
    for row in rows:
        found = np.concatenate([found, found + row])
    return found


def _first(near: np.ndarray) -> list[int] | None:
    """The members of the first subset that is near enough."""
    if not near.any():
        return None
    subset = int(near.argmax())
    return [number for number in range(subset.bit_length()) if subset >> number & 1]


def _in_single_precision(
    columns: np.ndarray, target: np.ndarray, eps: float
) -> list[int] | None:
    """Every subset, added up in float32, up to the first that seems near enough."""
    rows, goal = columns.astype(np.float32), target.astype(np.float32)
    return _first(np.abs(_sums(rows) - goal).max(axis=1) <= np.float32(eps))


def _a_little_generous(
    columns: np.ndarray, target: np.ndarray, eps: float
) -> list[int] | None:
    """A tolerance for rounding that a claim about eps does not have."""
    missed = np.abs(_sums(columns) - target).max(axis=1)
    return _first(missed <= eps * (1 + 1e-5))


@pytest.mark.parametrize("lie", [_in_single_precision, _a_little_generous])
def test_a_search_that_rounds_is_caught(lie: SubsetSolver, hunt: settings) -> None:
    drawn = settings(hunt, max_examples=60)
    result = run_conformance(
        solver=lie, statements=["def:subset-sum-number"], settings=drawn
    )
    assert result.verdict is Verdict.REFUTED
    assert "more than eps" in result.to_text()


@pytest.mark.parametrize(
    "lie", [GivesUp, IgnoresLastColumn], ids=lambda lie: lie.__name__
)
def test_missed_subset_is_caught_where_all_are_claimed(
    lie: type[Honest], hunt: settings
) -> None:
    with pytest.raises(ConformanceFailure, match="def:subset-sum-number"):
        check_solver(lie(), exact=True, max_size=8, settings=hunt)


def test_honest_solver_passes_as_exact(hunt: settings) -> None:
    check_solver(
        Honest(), exact=True, max_size=8, settings=settings(hunt, max_examples=40)
    )


def test_honest_solver_has_the_proved_success_rate() -> None:
    check_success_rate(Honest(), pool_columns, trials=60)


@pytest.mark.parametrize("lie", [GivesUp, ResidualZero], ids=lambda lie: lie.__name__)
def test_lie_about_the_success_rate_is_caught(lie: type[Honest]) -> None:
    with pytest.raises(ConformanceFailure, match=r"mrss-nsn|subset-sum-number"):
        check_success_rate(lie(), pool_columns, trials=60)


def test_columns_far_too_large_miss_the_success_rate() -> None:
    def far_too_large(
        seed: int, layer: int, channel: int, sign: int, count: int, dim: int
    ) -> np.ndarray:
        return 1e6 * random_cnn_filters(seed, layer, channel, count, dim)[1]

    with pytest.raises(ConformanceFailure, match="thm:mrss-nsn"):
        check_success_rate(Honest(), far_too_large, trials=60)


def test_columns_of_a_small_set_exceed_the_expected_number() -> None:
    def planted(
        seed: int, layer: int, channel: int, sign: int, count: int, dim: int
    ) -> np.ndarray:
        return np.full((count, dim), 0.5)

    with pytest.raises(ConformanceFailure, match="thm:mrss-nsn"):
        check_success_rate(Honest(), planted, exact=False, trials=60)
