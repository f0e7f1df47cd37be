"""Layers and networks: exact worst cases of small ones."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp
from hypothesis import strategies as st

from slth_verify.conformance.claims.attack import (
    Attack,
    Pair,
    equal,
    high,
    rational,
    shares,
)
from slth_verify.conformance.claims.formulas import bound_of, number
from slth_verify.statements import Statement
from slth_verify.statements.queries.hypotheses import check_substitution
from slth_verify.verdict import Verdict

_UNITS = st.integers(-8, 8).map(lambda over: Fraction(over, 4))
_SIZES = st.integers(0, 8).map(lambda over: Fraction(over, 4))
_BUDGET = sp.exp(-sp.Symbol("L", positive=True))
_Z, _A, _V, _M = sp.symbols("z a V m", positive=True)
_FAR, _NEAR = (sp.erf((_Z + sign * _A) / sp.sqrt(2 * _V)) for sign in (1, -1))
_BOX = ((_FAR - _NEAR) / 2) ** _M


def _signs(s: Statement, point: tuple[int, Fraction]) -> Iterator[Pair]:
    """Of 2n filters at least n* have one sign, except with exact binomial chance."""
    star, logarithm = point
    width = bound_of(s, "width", n_star=star, L_g=logarithm)
    n = math.ceil(high(width))
    missed = sum(math.comb(2 * n, i) for i in range(star))
    yield Fraction(missed, 1 << 2 * n), number(_BUDGET, L=logarithm).upper


def _graph_stage(s: Statement, point: Any) -> Iterator[Pair]:
    """A stage whose weights and inputs are all off in the worst direction."""
    (star, logarithm), window, bias, channels = point
    yield from _signs(s, (star, logarithm))
    accuracy = Fraction(1, 16)
    reached = bias
    sizes = []
    for kernel, error, most in channels:
        weights = [kernel] * window
        outputs = [most] * window
        inputs = [y - error for y in outputs]
        found = sum((w + accuracy) * y for w, y in zip(weights, outputs, strict=True))
        reached += found - sum(w * x for w, x in zip(weights, inputs, strict=True))
        sizes.append(window * kernel)
    claimed = bound_of(
        s,
        "stage",
        c_in=len(channels),
        w=window,
        r=accuracy,
        r_b=bias,
        Y=[rational(most) for *_, most in channels],
        E=[rational(error) for _, error, _ in channels],
        A=[rational(size) for size in sizes],
    )
    yield reached, high(claimed)


def _channel(s: Statement, point: Any) -> Iterator[Pair]:
    """One output of a 1x1 layer, at every corner of ranges and errors."""
    values = {
        "d": 1,
        "c_in": len(point),
        "K": [[[rational(kernel) for kernel, *_ in point]]],
        "D_p": [[[rational(residual) for _, residual, *_ in point]]],
        "R": [rational(most) for *_, most, _ in point],
        "E": [rational(error) for *_, error in point],
    }
    corners = [
        [(x, max(Fraction(0), x + e)) for x in (Fraction(0), most) for e in (-off, off)]
        for *_, most, off in point
    ]
    worst, largest = Fraction(0), Fraction(0)
    for corner in itertools.product(*corners):
        pairs = list(zip(point, corner, strict=True))
        true = sum((k[0] * x for k, (x, _) in pairs), Fraction(0))
        pruned = sum(((k[0] + k[1]) * y for k, (_, y) in pairs), Fraction(0))
        worst = max(worst, abs(max(true, Fraction(0)) - max(pruned, Fraction(0))))
        largest = max(largest, true)
    yield worst, high(bound_of(s, "error", **values))
    yield largest, high(bound_of(s, "range", **values))


def _form(s: Statement, point: Any) -> Iterator[Pair]:
    """The form at the corners and the bends of a box, shifted to be positive."""
    shift = 1 + sum(
        (abs(a) + abs(b)) * max(abs(x), abs(x + wide)) for a, b, x, wide in point
    )
    best = shift
    for a, b, start, wide in point:
        places = {start, start + wide, max(start, min(Fraction(0), start + wide))}
        best += max(a * x + b * max(x, Fraction(0)) for x in places)
    claimed = bound_of(
        s,
        "bound",
        n=len(point),
        c_o=shift,
        a=[rational(a) for a, *_ in point],
        b=[rational(b) for _, b, *_ in point],
        l=[rational(x) for *_, x, _ in point],
        h=[rational(x + wide) for *_, x, wide in point],
    )
    yield from equal(claimed, best)


def _local(s: Statement, point: tuple[Fraction, Fraction]) -> Iterator[Pair]:
    """The largest modulus between two ends is that of an end."""
    start, wide = point
    ends = {"L": start, "U": start + wide}
    largest = max(abs(end) for end in ends.values())
    claimed = bound_of(s, "difference", **ends)
    yield from equal(claimed, largest)


def _classes(s: Statement, point: tuple[Fraction, ...]) -> Iterator[Pair]:
    """Wherever the hypotheses hold, both networks prefer the class."""
    f_j, g_j, lead, pruned, more, other = point
    f_c, g_c = f_j + lead + more, g_j + pruned + other
    point = (f_c, f_j, g_c, g_j, lead, pruned)
    names = ("f_c", "f_j", "g_c", "g_j", "A_j", "B_j")
    numbers = {
        s.variable(name).symbol: rational(value)
        for name, value in zip(names, point, strict=True)
    }
    truths = {check.verdict for check in check_substitution(s, None, numbers)}
    if truths <= {Verdict.VERIFIED}:
        wrong = f_c <= f_j or g_c <= g_j
        yield Fraction(wrong), Fraction(1, 2)
        yield lead, f_c - f_j
        yield pruned, g_c - g_j


def _drawn_sums(s: Statement, point: tuple[Fraction, Fraction]) -> Iterator[Pair]:
    """The events of Theorem H in a space where they exclude each other."""
    chance, share = point
    parts = {
        "a": chance * share / 2,
        "b": chance * (1 - share) / 2,
        "p_few": chance / 4,
        "p_bad": chance / 4,
    }
    # X is 0 or 2 with chance 1/2 each, and F(y) = a + b y
    missed = (parts["a"] + parts["a"] + 2 * parts["b"]) / 2
    missed += parts["p_few"] + parts["p_bad"]
    yield from equal(bound_of(s, "failure", **parts), missed)


def _necessary_box(
    s: Statement, point: tuple[int, Fraction, Fraction]
) -> Iterator[Pair]:
    """Normal coordinates at the worst variance hit a box about z = size e."""
    count, size, part = point
    a = size * part
    total = count * (size - a) ** 2
    seen = number(_BOX, z=size, a=a, V=total / count, m=count).lower
    claimed = bound_of(s, "masks", m=count, N_1=0, N_2=0, a=a, S=total)
    yield seen, high(claimed)


def _patterns(s: Statement, point: tuple[int, int, int, int, int]) -> Iterator[Pair]:
    """Each part of the figure at one entry of three masks."""
    n, block, at, kept, other = point
    filters = [kept, other]
    l = (block - 1) * n + min(at, n)
    for channel in (block, block + 1):
        numbers = {"k": channel, "n": n, "l": l}
        values = {s.variable(name).symbol: v for name, v in numbers.items()}
        entries = {
            "S_N": filters[l % 2],
            "S_U": kept,
            "S_B": int((l - 1) // n + 1 == channel),
        }
        for part in s.conclusion.args:
            masks = {
                entry: entries[str(entry.base)]
                for entry in part.atoms(sp.Indexed)
                if str(entry.base) in entries
            }
            vector = {
                entry: filters[entry.indices[0].subs(values) % 2]
                for entry in part.atoms(sp.Indexed)
                if str(entry.base) == "s"
            }
            holds = part.subs(masks | vector).subs(values)
            yield Fraction(not holds), Fraction(1, 2)


_POSITIVE = st.integers(1, 16).map(lambda over: Fraction(over, 8))
_LOGARITHMS = st.integers(1, 640).map(lambda over: Fraction(over, 16))
_WIDTHS = st.tuples(st.integers(1, 200), _LOGARITHMS)
_ENDS = st.integers(-(1 << 14), 1 << 14).map(lambda over: Fraction(over, 1 << 12))
_FORMS = st.tuples(_UNITS, _UNITS, _UNITS, _SIZES)

ATTACKS: Mapping[str, Attack] = {
    "der:structured-slth": Attack(
        _WIDTHS, _signs, "binomial tail of one sign / budget"
    ),
    "der:graph-slth": Attack(
        st.tuples(
            _WIDTHS,
            st.integers(1, 4),
            _SIZES,
            st.lists(st.tuples(_POSITIVE, _SIZES, _POSITIVE), min_size=1, max_size=3),
        ),
        _graph_stage,
        "error of a stage / bound",
    ),
    "der:channel-certificate": Attack(
        st.lists(
            st.tuples(_UNITS, st.just(Fraction(0)) | _UNITS, _SIZES, _SIZES),
            min_size=1,
            max_size=3,
        ),
        _channel,
        "error at a corner / bound",
        cases=8,
    ),
    "der:difference-forms": Attack(
        st.lists(_FORMS, min_size=1, max_size=3),
        _form,
        "form at a corner / bound",
        cases=4,
    ),
    "der:local": Attack(st.tuples(_ENDS, _ENDS.map(abs)), _local, "difference / bound"),
    "der:top-1": Attack(
        st.tuples(*(_UNITS for _ in range(4)), _SIZES, _UNITS),
        _classes,
        "lead that is claimed / lead",
        cases=100,
    ),
    "der:high-probability": Attack(
        st.tuples(shares(), shares()), _drawn_sums, "exclusive events / failure"
    ),
    "fig:patterns": Attack(
        st.tuples(
            *(st.integers(1, 4) for _ in range(3)), st.integers(0, 1), st.integers(0, 1)
        ),
        _patterns,
        "",
    ),
    "der:graph-necessary": Attack(
        st.tuples(st.integers(1, 4), _POSITIVE, shares(1024)),
        _necessary_box,
        "chance at the worst variance / bound",
    ),
}
