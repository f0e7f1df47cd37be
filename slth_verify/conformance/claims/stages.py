"""Single stages of a graph: volumes by integration, signs by enumeration."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction

import sympy as sp
from hypothesis import strategies as st

from slth_verify.conformance.claims.attack import Attack, Pair, high, shares
from slth_verify.conformance.claims.formulas import bound_of, number
from slth_verify.statements import Statement

_Z, _A, _V, _M = sp.symbols("z a V m", positive=True)
_FAR, _NEAR = (sp.erf((_Z + sign * _A) / sp.sqrt(2 * _V)) for sign in (1, -1))
_BOX = ((_FAR - _NEAR) / 2) ** _M

_POSITIVE = st.integers(1, 8).map(lambda over: Fraction(over, 4))


def _alone(
    s: Statement,
    point: tuple[int, Fraction, Fraction, Fraction, tuple[int, int, int]],
) -> Iterator[Pair]:
    """One tap and channel at its worst variance, and a volume by integration."""
    outputs, size, part, step, (taps, one, two) = point
    near = size * part
    share, total = near * step / 2, outputs * (size - near) ** 2
    seen = number(_BOX, z=size, a=near, V=total / outputs, m=outputs).lower
    values = {"w": 1, "c_out": outputs, "K_1": 1, "K_2": 0, "n": 0}
    yield seen, high(bound_of(s, "masks", e_i=share, S=total, t=step, **values))
    counts = {"w": taps, "K_1": one, "K_2": two}
    claimed = bound_of(s, "volume", e_i=share, **counts)
    yield _volume(taps * one, taps * two, 2 * share), high(claimed)


def _volume(single: int, double: int, most: Fraction) -> Fraction:
    """Of sums of ranges up to ``most``, one coordinate or pair after the other.

    A coordinate within x of 0 has the length 2x. Of a pair (a, b) with
    ``max(0, a, b) - min(0, a, b) <= x`` the part of one sign is a square of area x^2,
    twice, and that of two signs a triangle of half that, twice. The volume up to x is a
    multiple of a power of x, and is integrated against the density of the next one.
    """
    factor, power = Fraction(1), 0
    for dim, density in [(1, 2)] * single + [(2, 2 * 3)] * double:
        # the integral of density y^(dim - 1) factor (x - y)^power over y in [0, x]
        whole = Fraction(1, power + 1)
        if dim == 2:
            whole -= Fraction(1, power + 2)
        factor, power = factor * density * whole, power + dim
    return factor * most**power


def _signs(s: Statement, point: tuple[int, int, int, int]) -> Iterator[Pair]:
    """Signs of few filters, all of them."""
    n, channels, read, signs = point
    count = 2 * n * channels
    seen = sum(any(some) for some in itertools.product((0, 1), repeat=count))
    yield Fraction(seen, 1 << count), high(bound_of(s, "one-sign", n=n, c_in=channels))
    wanted = range(signs)
    blocks = itertools.product((0, 1), repeat=2 * n)
    good = sum(all(sign in some for sign in wanted) for some in blocks)
    claimed = bound_of(s, "image", n=n, q=read, j=signs)
    yield Fraction(good, 1 << 2 * n) ** read, high(claimed)


ATTACKS: Mapping[str, Attack] = {
    "der:cut-stage": Attack(
        st.tuples(
            st.integers(1, 3), st.integers(1, 2), st.integers(1, 4), st.integers(1, 2)
        ),
        _signs,
        "counted signs / bound",
    ),
    "der:stage-necessary": Attack(
        st.tuples(
            st.integers(1, 4),
            _POSITIVE,
            shares(1024),
            _POSITIVE,
            st.tuples(st.integers(1, 3), st.integers(0, 2), st.integers(1, 2)),
        ),
        _alone,
        "chance at the worst variance / bound",
    ),
}
