"""Ties and floors of errors of gates: values that meet all hypotheses, or miss one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp
from hypothesis import strategies as st

from slth_verify.conformance.claims.attack import Attack, Pair
from slth_verify.conformance.claims.formulas import bound_of, gap_of
from slth_verify.statements import Statement

_QUARTERS = st.integers(-8, 8).map(lambda over: Fraction(over, 4))
_NOTHING = st.just(Fraction(0))
_SIZES = st.sampled_from([Fraction(x) for x in (1, 3)])
_SYMBOLS = st.sampled_from([Fraction(x, 2) for x in (2, -2, 1, 0)])
_LEAST = st.sampled_from([Fraction(0), Fraction(1, 4)])
#: Where slopes in bounds are, between the least one and 1; ties are tight in the middle
_PLACES = st.sampled_from([Fraction(1, 2), Fraction(1, 2), Fraction(0), Fraction(1)])
#: First entries that miss a hypothesis, and others with which that shows.
_WRONG: Mapping[str, Mapping[str, int]] = {
    "symbols": {"epsilon": 2, "mu": 3},
    "multipliers": {"epsilon": 0, "mu": -3},
    "slope-high": {"sigma": 2, "w": 1},
}


@st.composite
def _points(draw: st.DrawFn) -> dict[str, Any]:
    """Symbols, gates and multipliers; one symbol is free, and up to two are tied."""
    gates = draw(st.integers(1, 2))

    def some(numbers: st.SearchStrategy[Fraction], count: int) -> list[Fraction]:
        return draw(st.lists(numbers, min_size=count, max_size=count))

    found: dict[str, Any] = {"n": 1, "N": gates, "omega": draw(_QUARTERS)}
    found["theta"] = Fraction(1, draw(st.sampled_from([1, 1, 4096])))
    found |= {name: some(_QUARTERS, gates) for name in ("c", "r")}
    found["kappa"] = some(_QUARTERS, 1 + gates)
    found["epsilon"] = some(_SYMBOLS, 1 + gates)
    found["A"] = [some(_QUARTERS, 1 + gates) for _ in range(gates)]
    found["a"] = some(_LEAST, gates)
    found["s"] = [
        a + (1 - a) * place
        for a, place in zip(found["a"], some(_PLACES, gates), strict=True)
    ]
    found["sigma"] = [draw(st.sampled_from([Fraction(1), a])) for a in found["a"]]
    # what is nothing leaves the rest tight
    found["mu"], found["l"], found["w"] = (
        some(draw(st.sampled_from([_NOTHING, _SIZES])), count)
        for count in (1 + gates, gates, gates)
    )
    for name, value in draw(st.sampled_from([{}, {}, *_WRONG.values()])).items():
        found[name][0] = Fraction(value)
    return found


def _met(point: Mapping[str, Any]) -> dict[str, Any]:
    """The same values, and those of all other letters but q, as hypotheses say."""
    found = dict(point)
    kappa, symbols = point["kappa"], point["epsilon"]
    found["kappa_o"] = 1 + 2 * sum(map(abs, kappa), Fraction(0))
    found["R_o"] = found["kappa_o"] + _product(kappa, symbols)
    takes = [
        reach + (off if reach >= 0 else -off)
        for reach, off in zip(_reaches(point), point["l"], strict=True)
    ]
    slopes = list(zip(point["s"], point["a"], point["sigma"], strict=True))
    found["t"] = takes
    found["rho"] = [max(1 - s, s - a) for s, a, _ in slopes]
    # the middle of an error is where its symbol makes it what it is
    errors = [(sigma - s) * t for (s, _, sigma), t in zip(slopes, takes, strict=True)]
    found["m"] = [
        error - r * symbol
        for error, r, symbol in zip(errors, point["r"], symbols[1:], strict=True)
    ]
    return found


#: What is wrong with a first rectifier: its share, or a multiplier.
_WRONG_FLOORS = ("", "", "", "larger", "larger", "negative", "u", "u", "d", "d")
#: Those that show at the floor that an error is away from.
_AWAY = ("negative", "u", "d")
#: Slopes in bounds that are at an end.
_ENDS = st.sampled_from([Fraction(0), Fraction(1)])


@st.composite
def _rectifiers(draw: st.DrawFn) -> dict[str, Any]:
    """Symbols, rectifiers and multipliers; one symbol is free."""
    wrong = draw(st.sampled_from(_WRONG_FLOORS))
    gates = 1 if wrong else draw(st.sampled_from([1, 1, 2]))

    def some(numbers: st.SearchStrategy[Fraction], count: int) -> list[Fraction]:
        return draw(st.lists(numbers, min_size=count, max_size=count))

    found: dict[str, Any] = {"n": 1, "N": gates}
    found |= {name: some(_QUARTERS, gates) for name in ("c", "r")}
    found["kappa"] = some(_QUARTERS, 1 + gates)
    found["epsilon"] = some(_SYMBOLS, 1 + gates)
    found["A"] = [some(_QUARTERS, 1 + gates) for _ in range(gates)]
    found["a"] = some(_LEAST, gates)
    places = some(_ENDS if wrong == "larger" else _PLACES, gates)
    found["s"] = [
        a + (1 - a) * place for a, place in zip(found["a"], places, strict=True)
    ]
    slopes = list(zip(found["s"], found["a"], strict=True))
    found["rho"] = [min(1 - s, s - a) for s, a in slopes]
    near = st.sampled_from([Fraction(0), Fraction(1, 4)])
    found["l"] = some(_NOTHING if wrong else near, gates)
    # the floor that an error is at has a multiplier, and the other one has none
    rising = [(reach > 0) != (wrong in _AWAY) for reach in _reaches(found)]
    size = -3 if wrong in ("u", "d") else 3
    found["u"] = [Fraction(size * (up and wrong != "d")) for up in rising]
    found["d"] = [Fraction(size * (not up and wrong != "u")) for up in rising]
    if wrong == "larger":
        found["rho"] = [max(1 - s, s - a) for s, a in slopes]
    elif wrong == "negative":
        found["rho"] = [Fraction(-3)]
    return found


def _reaches(point: Mapping[str, Any]) -> list[Fraction]:
    """What maps give."""
    return [
        c + _product(row, point["epsilon"])
        for c, row in zip(point["c"], point["A"], strict=True)
    ]


def _floors(s: Statement, point: dict[str, Any]) -> Iterator[Pair]:
    """The row at an image, and the row that is nowhere less, there; then squares."""
    values, symbols = dict(point), point["epsilon"]
    values["kappa_o"] = 1 + 2 * sum(map(abs, point["kappa"]), Fraction(0))
    values["R_o"] = values["kappa_o"] + _product(point["kappa"], symbols)
    values["p"], values["m"] = [], []
    squares = []
    for i, reach in enumerate(_reaches(point)):
        off = point["l"][i]
        p = reach + (-off if point["u"][i] > point["d"][i] else off)
        error = max(p, point["a"][i] * p) - point["s"][i] * p
        values["p"].append(p)
        values["m"].append(error - point["r"][i] * symbols[1 + i])
        squares.append(((point["rho"][i] * reach) ** 2, error**2))
    if all(_holds(s, h.name, h.relation, values) for h in s.hypotheses):
        yield values["R_o"], bound_of(s, "bound", **values).upper
        for i, (share, own) in enumerate(squares, start=1):
            yield share, own - bound_of(s, "squares", **values, i=i).lower


def _product(one: list[Fraction], other: list[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(one, other, strict=True)), Fraction(0))


def _joint(s: Statement, point: dict[str, Any]) -> Iterator[Pair]:
    """The row at an image, and the bound with what the form lacks there."""
    values = _met(point)
    values["q"] = -gap_of(s, "form", **values, q=Fraction(0)).lower
    if all(_holds(s, h.name, h.relation, values) for h in s.hypotheses):
        yield values["R_o"], bound_of(s, "bound", **values).upper


def _holds(s: Statement, name: str, relation: Any, values: Mapping[str, Any]) -> bool:
    """Whether a hypothesis is proved, for every symbol or gate that it is about."""
    letters = {str(symbol) for symbol in relation.free_symbols}
    symbols, gates = values["n"] + values["N"], values["N"]
    index, count = ("i", gates) if "i" in letters else ("k", symbols)
    places = range(1, count + 1) if index in letters else (1,)
    gaps = [gap_of(s, name, **values, **{index: place}) for place in places]
    if isinstance(relation, sp.StrictGreaterThan):
        return all(gap.lower > 0 for gap in gaps)
    if isinstance(relation, sp.GreaterThan):
        return all(gap.lower >= 0 for gap in gaps)
    if isinstance(relation, sp.LessThan):
        return all(gap.upper <= 0 for gap in gaps)
    return all(gap.lower == 0 == gap.upper for gap in gaps)


ATTACKS: Mapping[str, Attack] = {
    "der:joint-forms": Attack(_points(), _joint, "row at an image / bound", cases=64),
    "der:joint-floors": Attack(
        _rectifiers(), _floors, "row or square / what is nowhere less", cases=256
    ),
}
