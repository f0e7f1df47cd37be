"""Drawn weights and ideal ones: the bounds of drawn-weights.md, and lies about them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from slth_verify.network.random_networks import normal_weights
from slth_verify.statements import Statement, statement

F = Fraction


def _quantile(numerator: int, bits: int) -> mpmath.mpf:
    with mpmath.workdps(60):
        p = mpmath.mpf(numerator) / mpmath.mpf(2) ** bits
        return mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1)


WORDS = [
    *(2**e + extra for e in (0, 3, 10, 20, 24, 40, 60, 62) for extra in (0, 1, 5)),
    *(2**63 - 1 - extra for extra in (0, 1, 2**20, 2**50)),
    *map(int, np.random.default_rng(1).integers(2**62, size=80)),
]


def is_near_its_ideal_weight(s: Statement) -> bool:
    """Worst ideal weights of a cell: its ends. Cells A and up, from both sides."""
    for word in WORDS:
        cells = min(word, 2**24)  # the least cell that is not left out
        if cells == 0:
            continue
        r = F(str(s.bound("coefficient", A=cells)))
        for w, ends in (
            (word, (word, word + 1)),
            (2**64 - 1 - word, (2**64 - 1 - word, 2**64 - word)),
        ):
            drawn = float(normal_weights(np.array([w], dtype=np.uint64))[0])
            for end in ends:
                ideal = _quantile(end, 64)
                with mpmath.workdps(60):
                    admitted = mpmath.mpf(r.numerator) / r.denominator * abs(ideal)
                    if abs(drawn - ideal) > admitted + mpmath.mpf(2) ** -62:
                        return False
    return True


def _coefficient(s: Statement, change: Callable[[Any], Any]) -> Statement:
    claims = tuple(
        dataclasses.replace(c, expression=change(c.expression))
        if c.name == "coefficient"
        else c
        for c in s.claims
    )
    return dataclasses.replace(s, claims=claims)


A, p = sp.symbols("A p", integer=True)

LIES = [
    (
        "rounding-halved",
        "der:drawn-weight",
        is_near_its_ideal_weight,
        lambda s: _coefficient(s, lambda e: e.subs(p, p + 1)),
    ),
    (
        "grid-forgotten",
        "der:drawn-weight",
        is_near_its_ideal_weight,
        lambda s: _coefficient(s, lambda e: 2**-p),
    ),
    (
        "grid-too-fine",
        "der:drawn-weight",
        is_near_its_ideal_weight,
        lambda s: _coefficient(s, lambda e: e.subs(A, 4 * A)),
    ),
]


@pytest.mark.parametrize("lie", [lie[3] for lie in LIES], ids=[lie[0] for lie in LIES])
def test_lie_about_a_weight_is_caught(lie) -> None:
    true = statement("der:drawn-weight")
    assert is_near_its_ideal_weight(true), "the check must pass on the true statement"
    assert not is_near_its_ideal_weight(lie(true)), "and fail on the lie"


def test_the_outermost_cell_that_is_kept_lies_beyond_seven() -> None:
    with mpmath.workdps(40):
        assert mpmath.ncdf(-7) > mpmath.mpf(2) ** -40
        assert 1 / mpmath.npdf(1) < mpmath.mpf("4.14")


@given(st.integers(1, 2**24), st.integers(8, 30))
def test_the_coefficient_absorbs_the_second_order(cells, precision) -> None:
    rounding = F(1, 2**precision)
    assert (1 + rounding) / (98 * cells - 1) <= F(1, 96 * cells)


def test_a_weight_and_its_ideal_one_have_the_same_sign() -> None:
    words = np.array([0, 1, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 1], dtype=np.uint64)
    assert np.sign(normal_weights(words)).tolist() == [-1, -1, -1, 1, 1, 1]


entries = st.fractions(-9, 9, max_denominator=1000)
errors = st.sampled_from([F(-1), F(-1, 3), F(0), F(1, 2), F(1)])


@given(entries, entries, errors, errors, st.sampled_from([F(1, 2), F(1, 90)]))
def test_one_product(u, v, first, second, r) -> None:
    small = F(1, 2**10)  # larger than 2^-62: the inequality holds for any up to 1/2
    drawn_u = u + first * (r * abs(u) + small)
    drawn_v = v + second * (r * abs(v) + small)
    slope = r + r**2 / 2 + small
    assert abs(drawn_u * drawn_v - u * v) <= slope * (u**2 + v**2) + 2 * small


def test_one_filter_is_sub_gamma() -> None:
    s = sp.Symbol("s")
    generating = sp.Rational(1, 2) + 1 / (2 * (1 - 2 * s))
    assert sp.simplify(generating - (1 - s) / (1 - 2 * s)) == 0
    # log((1 - s)/(1 - 2s)) = sum (2^j - 1) s^j / j, bounded by (3/8) 2^j from j = 2 on
    series = sp.series(sp.log((1 - s) / (1 - 2 * s)), s, 0, 7).removeO()
    for j in range(1, 7):
        assert series.coeff(s, j) == sp.Rational(2**j - 1, j)
    assert all(F(2**j - 1, j) <= F(3, 8) * 2**j for j in range(2, 200))
    assert not all(F(2**j - 1, j) <= F(1, 4) * 2**j for j in range(2, 200))


def _layer(seed: int, shape: tuple[int, int, int, int]) -> tuple[Any, float]:
    """Largest move of an output of a layer over all masks, sampled; and its bound."""
    d, c_in, c_out, n = shape
    rng = np.random.default_rng(seed)
    sizes = ((c_in, 2 * n), (c_in, 2 * n, d * d, c_out))
    drawn, ideal = [], []
    for size in sizes:
        words = rng.integers(0, 2**64, size=size, dtype=np.uint64)
        drawn.append(normal_weights(words).astype(np.float64))
        places = (words.astype(np.float64) + rng.random(size)) / 2.0**64
        ideal.append(ndtri(places))  # off by far less than a float32 is
    moved = np.abs(
        drawn[0][..., None, None] * drawn[1] - ideal[0][..., None, None] * ideal[1]
    )
    signs = [np.where(sign * ideal[0] > 0, 1, 0)[..., None, None] for sign in (1, -1)]
    worst = max((moved * keep).sum(axis=1).sum(axis=(0, 1)).max() for keep in signs)
    values = {"d": d, "c_in": c_in, "n": n, "A": 2**20, "t": 20}
    return float(worst), float(
        statement("der:drawn-layer").bound("difference", **values)
    )


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (1, 2, 3, 40), (3, 1, 2, 2000)])
def test_layers_move_no_more_than_the_bound(shape) -> None:
    for seed in range(10):
        worst, bound = _layer(seed, shape)
        assert worst <= bound


def test_lie_a_bound_of_the_wrong_order_is_noticed() -> None:
    worst, bound = _layer(0, (3, 1, 2, 2000))
    for lie in (bound / 9, bound / 2000**0.5):  # without d^2; with n^(1/2)
        assert not worst <= lie


def test_probabilities_add_up() -> None:
    s = statement("der:drawn-layer")
    values = {"d": 3, "c_in": 2, "c_out": 4, "n": 5, "A": 2**20, "t": 30}
    weights = 2 * 5 * 2 + 2 * 5 * 2 * 9 * 4
    expected = sp.Rational(weights, 2**43) + 2 * 9 * 2 * 4 * sp.exp(-30)
    assert sp.simplify(s.bound("failure", **values) - expected) == 0
