"""What rows are charged for rounding covers it, at numbers of all magnitudes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from handmade.forms.cases import moved
from handmade.forms.graphs import DEEP

from slth_verify.forms import Differences, Interval, box_of, rounding
from slth_verify.forms.backward import carried
from slth_verify.forms.backward.known import Known
from slth_verify.forms.joint import symbols

F = Fraction
#: Products of two of these are exact, rounded, denormal, or underflow to nothing.
SIZES = [0.0, 1.0, 1.0, 1 / 3, 1 + 2.0**-52, 2.0**-537, 2.0**-538, 2.0**-1074, 2.0**300]
ROWS = 12


@pytest.fixture(scope="module")
def known(network_pair: Any) -> Known:
    graph = DEEP["relu"]
    pair = network_pair(graph, moved(graph))
    return Differences.over(pair, box_of(graph.input)).known


def drawn(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Numbers of several magnitudes, or all of one; some of one sign."""
    some = rng.choice(SIZES, shape if rng.random() < 0.7 else 1)
    signs = rng.choice([-1.0, 1.0], shape) if rng.random() < 0.7 else 1.0
    return np.broadcast_to(some * signs, shape).copy()


def cases() -> Iterator[tuple[np.ndarray, ...]]:
    """Weights, rows, and rows that are added to those."""
    for seed in range(150):
        rng = np.random.default_rng(seed)
        count = int(rng.choice([1, 2, 3, 9]))
        yield drawn(rng, count), drawn(rng, count, ROWS), drawn(rng, count, ROWS)


def exactly(values: np.ndarray) -> np.ndarray:
    return np.vectorize(Fraction, otypes=[object])(values)


def constants(known: Known) -> Iterator[str]:
    """Sums of products that are added to the constant."""
    for weights, rows, others in cases():
        truth = exactly(weights) @ exactly(rows)
        more = truth + exactly(weights) @ exactly(others)
        upward = carried.Carried(known, ROWS)
        both = symbols.SymbolicSubstitution(symbols.ParallelBounds(known), ROWS)
        for given, total in ((rows, truth), (others, more)):
            upward._plus(weights, given)
            if (exactly(upward.constant) < total).any():
                yield "upward"
            both._plus(weights, given)
            if (abs(total - exactly(both.constant)) > exactly(both.lost)).any():
                yield "both sides"


def many_sums(known: Known) -> Iterator[str]:
    """Each addition to 1 loses nearly half of what it can lose, all on one side."""
    both = symbols.SymbolicSubstitution(symbols.ParallelBounds(known), 1)
    total = F(0)
    for number in [1.0] + [0.4 * 2.0**-52] * 100:
        both._plus(np.ones(1), np.full((1, 1), number))
        total += F(number)
    if abs(total - F(both.constant[0])) > F(both.lost[0]):
        yield "many sums"


def coefficients(known: Known) -> Iterator[str]:
    """Coefficients of symbols, and of tensors that several nodes take."""
    for radii, rows, others in cases():
        key = Interval(-np.ones(1), np.ones(1))
        both = symbols.SymbolicSubstitution(symbols.ParallelBounds(known), ROWS)
        truth = 0
        for given in (rows, others):
            both._symbols(key, np.abs(radii), given)
            truth = truth + exactly(given) * exactly(np.abs(radii))[:, None]
            off = abs(truth - exactly(both.columns[key])).sum(axis=0)
            if (off > exactly(both.lost)).any():
                yield "symbols"
        upward = carried.Carried(known, ROWS)
        part = Interval(-np.abs(radii), radii * 0)
        total = upward._sum(rows, others, part)
        assert total is not None
        off = abs(exactly(rows) + exactly(others) - exactly(total))
        if ((off.T @ exactly(np.abs(radii))) > exactly(upward.constant)).any():
            yield "sums"


def test_charges_cover_what_is_lost(known: Known) -> None:
    with np.errstate(all="ignore"):
        assert not [*constants(known), *many_sums(known)]
        assert not list(coefficients(known))


Lie = tuple[ModuleType, str, str]
LIES: dict[str, tuple[Lie, str]] = {
    "underflow of products takes off": (
        (
            symbols,
            "* sizes + terms * TINY + rounded",
            "* sizes - terms * TINY + rounded",
        ),
        "both sides",
    ),
    "the constant's own rounding": (
        (symbols, "UNIT * np.abs(self.constant) + TINY", "0.0"),
        "many sums",
    ),
    "underflow of symbols takes off": (
        (
            symbols,
            "slack(2) * sizes_above(found) + radii.size * TINY",
            "slack(2) * sizes_above(found) - 2 * TINY",
        ),
        "symbols",
    ),
    "sums of rows exact": (
        (carried, "self._grow(slack(1) * sizes_above(total) * largest(part))", "pass"),
        "sums",
    ),
    "products exact": (
        (rounding, "(slack(terms) * sizes + terms * TINY)", "0.0"),
        "upward",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_seen(
    lie: str, plant_in_forms: Callable[..., None], known: Known
) -> None:
    plant, what = LIES[lie]
    plant_in_forms(*plant)
    with np.errstate(all="ignore"):
        found = {*constants(known), *many_sums(known), *coefficients(known)}
    assert what in found
