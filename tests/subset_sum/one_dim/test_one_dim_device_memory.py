"""What a search of rows holds on a torch device, against the limit it is given."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest
import torch

from slth_verify.subset_sum.devices import one_dim as room
from slth_verify.subset_sum.devices.one_dim import bytes_needed_on, search_rows_on

Peak = Callable[[ModuleType, int, int, int], int]


def _rows(count: int, size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng((seed, count, size))
    return rng.uniform(-1, 1, (count, size)), rng.uniform(-1, 1, count)


@pytest.fixture
def peak(held_bytes: Callable[[Callable[[], object]], int]) -> Peak:
    """Most bytes that a module's search of rows holds; rows, their size, the limit."""

    def most(wing: ModuleType, rows: int, size: int, memory: int) -> int:
        numbers, targets = _rows(rows, size)
        return held_bytes(
            lambda: wing.search_rows_on(
                numbers,
                targets,
                np.zeros(rows),
                lambda: False,
                device="cpu",
                memory=memory,
            )
        )

    return most


@pytest.mark.parametrize(
    ("rows", "size"), [(1, 1), (200, 1), (1, 12), (100, 18), (40, 26), (1, 40)]
)
@pytest.mark.parametrize("more", [0, 1 << 20])
def test_memory_stays_within_what_is_given(
    rows: int, size: int, more: int, peak: Peak
) -> None:
    memory = bytes_needed_on(size, rows) + more
    held = peak(room, rows, size, memory)
    assert held <= memory
    assert held >= 24 * (2 << size // 2)  # the sort holds three lists of a row


def test_memory_that_is_given_is_used(peak: Peak) -> None:
    memory = 1 << 21
    assert memory / 4 < peak(room, 300, 18, memory) <= memory


LIES = {
    "the limit ignored": ("memory // _search_bytes(used)", "total"),
    "sums that take few bytes": ("_SUM_BYTES = 72", "_SUM_BYTES = 16"),
}


@pytest.mark.parametrize("lie", LIES)
def test_planted_lies_are_caught(
    lie: str, mutant: Callable[[ModuleType, str, str], ModuleType], peak: Peak
) -> None:
    wrong = mutant(room, *LIES[lie])
    assert peak(wrong, 300, 18, 1 << 20) > 1 << 20


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize(
    ("rows", "size"), [(1, 1), (4096, 12), (4096, 18), (600, 24), (90, 30), (1, 40)]
)
def test_memory_of_a_graphics_processor(rows: int, size: int) -> None:
    numbers, targets = _rows(rows, size)
    memory = max(bytes_needed_on(size, rows), 1 << 26)
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    search_rows_on(
        numbers, targets, np.zeros(rows), lambda: False, device="cuda", memory=memory
    )
    assert torch.cuda.max_memory_allocated() - before <= memory
