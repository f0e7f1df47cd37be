"""What beams and joined lists hold on a torch device, against the limit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from handmade.nightly import nightly_but

from slth_verify.subset_sum import DenseColumns, MaxTolerance, Problem, solve
from slth_verify.subset_sum.steps import meeting

HeldBytes = Callable[[Callable[[], object]], int]


def _solve(dim: int, limit: int) -> None:
    rng = np.random.default_rng(dim)
    columns = rng.standard_normal((400, 1)) * rng.standard_normal((400, dim))
    problem = Problem(DenseColumns(columns), np.full(dim, 0.3), MaxTolerance(1e-12))
    solve(
        problem,
        solver="meet-in-the-middle",
        memory_limit=limit,
        time_limit=20.0,
        device="cpu",
    )


@pytest.mark.parametrize("dim", nightly_but([9], [4, 9, 18]))
@pytest.mark.parametrize("limit", nightly_but([1 << 20], [1 << 20, 1 << 23]))
def test_tensors_stay_within_the_limit(
    dim: int, limit: int, held_bytes: HeldBytes
) -> None:
    assert limit / 16 < held_bytes(lambda: _solve(dim, limit)) <= limit


def test_products_of_any_size_are_noticed(
    held_bytes: HeldBytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unbound(meeting.DeviceSums):
        def __init__(self, sums, reach, device, product):
            super().__init__(sums, reach, device, 1 << 24)

    monkeypatch.setattr(meeting, "DeviceSums", Unbound)  # planted lie
    assert held_bytes(lambda: _solve(4, 1 << 20)) > 1 << 20
