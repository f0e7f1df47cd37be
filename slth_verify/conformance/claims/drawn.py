"""Weights as they are drawn, against ideal ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np
import sympy as sp
from hypothesis import strategies as st

from slth_verify.conformance.claims.attack import Attack, Pair, high
from slth_verify.conformance.claims.formulas import bound_of
from slth_verify.network.random_networks import normal_weights
from slth_verify.statements import Statement

_BITS, _CELLS, _PLACES = 64, 1 << 24, 60


def _cell_ends(s: Statement, point: tuple[int, int]) -> Iterator[Pair]:
    """The ideal weights at the ends of a cell differ most from the one drawn."""
    power, rest = point
    word = (1 << power) + rest % (1 << power)
    allowed = high(bound_of(s, "coefficient", A=min(word, _CELLS)))
    weight = float(normal_weights(np.array([word], dtype=np.uint64))[0])
    for end in (word, word + 1):
        ideal = _quantile(end)
        yield abs(Fraction(weight) - ideal) / abs(ideal), allowed


def _quantile(numerator: int) -> Fraction:
    """The normal quantile of ``numerator / 2^64``, to 60 places."""
    share = sp.Rational(numerator, 1 << _BITS - 1)
    found = sp.Rational((sp.sqrt(2) * sp.erfinv(share - 1)).evalf(_PLACES))
    return Fraction(int(found.p), int(found.q))


def _outer_cells(s: Statement, point: tuple[int, int, int, int]) -> Iterator[Pair]:
    """Some weight of a layer lies in an outer cell, exactly for independent ones."""
    size, c_in, c_out, n = point
    cells = 1 << 20
    count = 2 * n * c_in * (1 + c_out * size**2)
    missed = Fraction(2 * cells, 1 << _BITS)
    seen = count * missed - Fraction(count * (count - 1), 2) * missed**2
    values = {"d": size, "c_in": c_in, "c_out": c_out, "n": n, "A": cells, "t": 60}
    yield seen, high(bound_of(s, "failure", **values))


_FEW = st.integers(1, 4)

ATTACKS: Mapping[str, Attack] = {
    "der:drawn-weight": Attack(
        st.tuples(st.integers(0, 62), st.integers(0, 1 << 62)),
        _cell_ends,
        "difference at the end of a cell / coefficient",
    ),
    "der:drawn-layer": Attack(
        st.tuples(_FEW, _FEW, _FEW, st.integers(1, 2000)),
        _outer_cells,
        "chance of an outer cell / failure",
    ),
}
