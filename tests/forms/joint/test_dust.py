"""Coefficients that hardly matter lose their symbols, and are counted as lost."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from handmade.forms.graphs import DEEP
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.forms import Interval, box_of, differences
from slth_verify.forms.joint import joint_rows, symbols
from slth_verify.forms.joint.symbols import Affine

KEYS = tuple(Interval(np.zeros(1), np.full(1, float(i))) for i in range(2))


@st.composite
def affine_rows(draw: st.DrawFn) -> Affine:
    """Rows whose coefficients are of all sizes."""
    rows, seed = draw(st.integers(1, 4)), draw(st.integers(0, 2**32 - 1))
    lowest = draw(st.sampled_from((-1080, -600, -60, -41, -39, -10)))
    rng = np.random.default_rng(seed)
    columns = {}
    for key in KEYS:
        shape = int(rng.integers(0, 9)), rows
        sizes = np.ldexp(1 + rng.random(shape), rng.integers(lowest, 1, shape))
        columns[key] = sizes * rng.choice([-1.0, 0.0, 1.0], shape)
    return Affine(rng.standard_normal(rows), np.abs(rng.standard_normal(rows)), columns)


def moved(old: Affine, new: Affine) -> list[Fraction]:
    """By how much rows change at most, exactly: all symbols are at an end."""
    return [
        sum(
            (
                abs(Fraction(float(a)) - Fraction(float(b)))
                for key in old.columns
                for a, b in zip(
                    old.columns[key][:, row], new.columns[key][:, row], strict=True
                )
            ),
            Fraction(0),
        )
        for row in range(len(old.lost))
    ]


def charged(old: Affine, new: Affine) -> list[bool]:
    return [
        Fraction(float(after)) - Fraction(float(before)) >= amount
        for amount, before, after in zip(
            moved(old, new), old.lost, new.lost, strict=True
        )
    ]


@given(old=affine_rows())
def test_what_is_left_out_is_lost(old: Affine) -> None:
    new = old.without_dust()
    assert all(charged(old, new))
    assert (new.constant == old.constant).all()
    for row, lost in enumerate(new.lost - old.lost):
        whole = sum(np.abs(new.columns[key][:, row]).sum() for key in KEYS)
        assert lost <= 2.0**-35 * whole + 2.0**-50 * old.lost[row] + 2.0**-1000


def test_dust_goes_and_the_rest_stays() -> None:
    column = np.array([[1.0], [2.0**-30], [2.0**-50], [2.0**-1060], [0.0]])
    old = Affine(np.zeros(1), np.zeros(1), {KEYS[0]: column})
    (new,) = old.without_dust().columns.values()
    assert new[:, 0].tolist() == [1.0, 2.0**-30, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_is_not_hidden(number: float) -> None:
    column = np.array([[number, 1.0], [1.0, 1.0]])
    old = Affine(np.zeros(2), np.zeros(2), {KEYS[0]: column})
    new = old.without_dust()
    left = np.append(new.columns[KEYS[0]][:, 0], new.lost[0])
    assert not np.isfinite(left).all()
    assert new.columns[KEYS[0]][:, 1].tolist() == [1.0, 1.0]


def test_not_to_count_it_is_seen(
    plant_in_forms: Callable[..., None],
) -> None:
    column = np.array([[1.0], [2.0**-50]])
    plant_in_forms(
        symbols, "lost = above(lost + sizes_above(np.where(dust, column, 0.0)))", "pass"
    )
    old = symbols.Affine(np.zeros(1), np.zeros(1), {KEYS[0]: column})
    new = old.without_dust()
    assert not all(charged(old, new))


def test_a_small_ball_has_few_symbols(network_pair: Any, pair_of: Any) -> None:
    for graph in DEEP.values():
        whole = box_of(graph.input)
        middle, half = (whole.high + whole.low) / 2, (whole.high - whole.low) / 2
        ball = Interval(middle - half / 512, middle + half / 512)
        known = differences.Differences.over(
            network_pair(graph, pair_of(graph, "near", 1)), ball
        ).known
        shape = known.pair.shapes[known.pair.output.name]
        size = int(np.prod(shape))
        rows = joint_rows.JointRows(
            known, known.pair.output.name, None, np.eye(size).reshape(*shape, size)
        )
        for row in range(size):
            problem = rows.reached(row)
            sizes = np.abs(problem.maps[problem.maps != 0])
            assert (sizes > 1e-300).all()
