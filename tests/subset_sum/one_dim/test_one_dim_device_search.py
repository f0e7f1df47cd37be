"""Rows searched on a torch device, against numpy's search and all subsets."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from slth_verify.subset_sum.devices import one_dim as room
from slth_verify.subset_sum.devices.one_dim import bytes_needed_on, search_rows_on
from slth_verify.subset_sum.one_dim.search import search_rows
from slth_verify.subset_sum.steps.lists import subset_sums

_MEMORY = 1 << 23


def _rows(count: int, size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng((seed, count, size))
    return rng.uniform(-1, 1, (count, size)), rng.uniform(-1, 1, count)


def _distances(
    numbers: np.ndarray, targets: np.ndarray, masks: np.ndarray
) -> np.ndarray:
    assert ((masks >= 0) & (masks < 1 << numbers.shape[1])).all()
    bits = (masks[:, None] >> np.arange(numbers.shape[1])) & 1
    return np.abs((bits * numbers).sum(axis=1) - targets)


def _rounding(numbers: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Two ways to add up a row differ by no more."""
    sums = np.abs(numbers).sum(axis=1) + np.abs(targets)
    return 2 * (numbers.shape[1] + 1) * np.finfo(np.float64).eps * sums


def _finds_what_numpy_finds(
    wing: ModuleType, device: str, size: int, memory: int = _MEMORY
) -> np.ndarray:
    """Nothing is good enough: the nearest of all subsets is asked for."""
    numbers, targets = _rows(7, size)
    never = np.zeros(7)
    masks = wing.search_rows_on(
        numbers, targets, never, lambda: False, device=device, memory=memory
    )
    assert masks.shape == (7,)
    assert masks.dtype == np.int64
    known = search_rows(numbers, targets, never, lambda: False)
    apart = np.abs(
        _distances(numbers, targets, masks) - _distances(numbers, targets, known)
    )
    assert (apart <= _rounding(numbers, targets)).all()
    return np.asarray(masks)


@pytest.mark.parametrize("size", [1, 2, 3, 11, 12, 13, 18, 19, 27])
def test_it_finds_what_numpy_finds(device: str, size: int) -> None:
    _finds_what_numpy_finds(room, device, size)


@pytest.mark.parametrize("size", [1, 4, 15])
def test_against_every_subset(device: str, size: int) -> None:
    numbers, targets = _rows(5, size, 1)
    sums = np.stack([subset_sums(row[:, None])[:, 0] for row in numbers])
    nearest = np.abs(sums - targets[:, None]).min(axis=1)
    masks = search_rows_on(
        numbers, targets, np.zeros(5), lambda: False, device=device, memory=_MEMORY
    )
    apart = np.abs(_distances(numbers, targets, masks) - nearest)
    assert (apart <= _rounding(numbers, targets)).all()


@pytest.mark.parametrize("size", [16, 25])
def test_neither_chunks_nor_other_rows_matter(device: str, size: int) -> None:
    rng = np.random.default_rng(size)
    # many equal sums, among which the choice must not vary either
    numbers = rng.integers(-3, 4, (150, size)) * 0.25
    targets = rng.uniform(-2, 2, 150)
    enough = np.where(np.arange(150) % 3, 0.0, 0.2)

    def search(rows: slice, memory: int) -> np.ndarray:
        return search_rows_on(
            numbers[rows],
            targets[rows],
            enough[rows],
            lambda: False,
            device=device,
            memory=memory,
        )

    whole = search(slice(None), 1 << 28)
    assert np.array_equal(whole, search(slice(None), bytes_needed_on(size, 150)))
    assert np.array_equal(whole[40:53], search(slice(40, 53), _MEMORY))
    assert np.array_equal(whole[77:78], search(slice(77, 78), _MEMORY))


def test_rows_stop_within_their_own_tolerance_or_at_the_nearest(device: str) -> None:
    numbers, targets = _rows(200, 20)
    enough = np.geomspace(1e-7, 1.0, 200)
    known = search_rows(numbers, targets, np.zeros(200), lambda: False)
    nearest = _distances(numbers, targets, known)
    masks = search_rows_on(
        numbers, targets, enough, lambda: False, device=device, memory=_MEMORY
    )
    reached = _distances(numbers, targets, masks)
    slack = _rounding(numbers, targets)
    assert (reached <= np.maximum(enough, nearest) + slack).all()
    assert (reached > nearest + slack).any()  # some stopped before the nearest
    assert (masks[np.abs(targets) <= enough] == 0).all()


def test_out_of_time_keeps_what_was_found() -> None:
    numbers, targets = _rows(9, 21)
    targets += 0.5 * np.sign(targets)  # the empty subset is never the nearest
    least = bytes_needed_on(21, 9)
    answers = iter([False] * 4 + [True])
    masks = search_rows_on(
        numbers,
        targets,
        np.zeros(9),
        lambda: next(answers),
        device="cpu",
        memory=bytes_needed_on(12, 9),
    )
    assert masks[:4].all()
    assert not masks[4:].any()
    masks = search_rows_on(
        numbers, targets, np.zeros(9), lambda: True, device="cpu", memory=least
    )
    assert not masks.any()


def _judge(wing: ModuleType) -> None:
    for size in (12, 20, 27):
        _finds_what_numpy_finds(wing, "cpu", size)
    _finds_what_numpy_finds(wing, "cpu", 20, bytes_needed_on(20, 7))


LIES = {
    "pairs of the same half": (
        "mirrored[:, 1:] == mirrored[:, :-1]",
        "mirrored[:, 1:] & False",
    ),
    "the halves' bits swapped": ("low + (high << left)", "high + (low << left)"),
    "a bit too far": ("high << left", "high << (left + 1)"),
    "the order of a pair": ("one.minimum(other)", "one"),
    "one sum taken twice": ("places.gather(1, at + 1)", "places.gather(1, at)"),
    "places before sorting": ("both, places = both.sort", "_, places = both.sort"),
    "the target left out": ("left:], targets)", "left:], 0.0)"),
    "the other half not mirrored": ("-numbers[:, left:]", "numbers[:, left:]"),
    "the last number left out": (
        "for i in range(numbers.shape[1]):",
        "sums[:] = math.inf\n    sums[:, 0] = first\n"
        "    for i in range(numbers.shape[1] - 1):",
    ),
    "single precision": (
        "torch.from_numpy(block)",
        "torch.from_numpy(block).float()",
    ),
    "twelve numbers only": ("min(size, count)", "min(PREFIX, count)"),
    "rows of another chunk": ("pools[rows, :used]", "pools[: rows.numel(), :used]"),
    "the worse one kept": ("errors < distances[rows]", "errors > distances[rows]"),
    "tolerances doubted": ("distances > enough", "distances < enough"),
}


def test_the_judge_believes_the_truth() -> None:
    _judge(room)


@pytest.mark.parametrize("lie", LIES)
def test_planted_lies_are_caught(
    lie: str, mutant: Callable[[ModuleType, str, str], ModuleType]
) -> None:
    wrong = mutant(room, *LIES[lie])
    with pytest.raises(AssertionError):
        _judge(wrong)
