"""Hypotheses as bounds on one number each, in an order in which they can be met.

Every numeric hypothesis bounds one of its symbols by the others: `n >= C log(1/eps)`
bounds n. Met in that order, one symbol after the other, all of them hold by
construction. `_TARGETS` says which symbol a hypothesis bounds where that is not plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from typing import Any, Literal

import sympy as sp
from sympy.core.function import AppliedUndef

from slth_verify.statements import Statement, Variable, statement
from slth_verify.statements.vocabulary import NamedSet
from slth_verify.statements.writing.symbols import d, eps, k, n

_UP = (sp.GreaterThan, sp.StrictGreaterThan)
_DOWN = (sp.LessThan, sp.StrictLessThan)
_STRICT = (sp.StrictGreaterThan, sp.StrictLessThan)

_ONE = sp.Integer(1)

Side = Literal["low", "high", "equal"]

#: Symbol that a hypothesis bounds, where it is not the one that stands alone.
_TARGETS: Mapping[tuple[str, str], str] = {
    ("lem:nsn-joint", "fresh"): "k",
    ("der:weighted-moment", "weight"): "x",
    ("der:high-probability", "proper"): "n",
    ("der:high-probability", "second"): "N",
    ("der:high-probability", "scale-high"): "s_b",
    ("der:stage-necessary", "channels"): "K_1",
    ("der:local", "above"): "U",
    ("der:top-1", "target"): "f_c",
    ("der:top-1", "pruned"): "g_c",
    ("rel:fixed-size-rss-one", "width"): "C",
    ("rel:fixed-size-rss-all", "width"): "C",
    ("rel:balancing-optimum", "many-rows"): "m_0",
    ("rel:balancing-optimum", "few-rows"): "b",
    ("rel:balancing-algorithm", "few-rows"): "a",
}

#: Objects whose numbers no rational solves for: the uniform number of a drawn weight.
_OBJECTS: Mapping[str, frozenset[str]] = {
    "der:drawn-weight": frozenset({"V", "w", "q", "W", "G"}),
}


@dataclass(frozen=True, slots=True)
class Bound:
    """One side of the range of a symbol.

    Attributes:
        hypothesis: Its name; "" for what the domain says, or what later ones need.
        symbol: Name of the symbol.
        side: Where the symbol must lie.
        expression: Of the bound, in symbols that are drawn before.
        factor: Positive where the bound is on this side, negative where it is on the
            other one; in symbols that are drawn before.
        strict: Whether the bound itself is excluded.
        unless: Hypothesis without which this one says something else.
    """

    hypothesis: str
    symbol: str
    side: Side
    expression: Any
    factor: Any = _ONE
    strict: bool = False
    unless: str = ""


_s, _A, _zM = sp.symbols("s A z_M", positive=True)
_PART = k * (1 - k / n) / (n - 1)
_LEFT = _s - _PART * _zM**2
_GAP = _A * (k**2 / n**2 - _PART / n)
_DRIFT = sp.Abs(_LEFT - _GAP) * n / k * sp.sqrt(_s / (_LEFT * _A))

#: Hypotheses that are not affine in the symbol that they bound, solved by hand: with
#: q = k(1-k/n)/(n-1), good is s > q z^2, tilt is s > q z^2 + A(k^2/n^2 - q/n), and
#: drift is r^2 <= (s - q z^2 - A(k^2/n^2 - q/n))^2 n^2 s / ((s - q z^2) A k^2).
_SOLVED: Mapping[tuple[str, str], Bound] = {
    ("der:high-probability", "good"): Bound(
        "good", "s", "low", _PART * _zM**2, strict=True
    ),
    ("der:high-probability", "tilt"): Bound(
        "tilt", "s", "low", _PART * _zM**2 + _GAP, strict=True, unless="good"
    ),
    ("der:high-probability", "drift"): Bound("drift", "r", "high", _DRIFT),
}

_LOGS = sp.log(d) + sp.log(1 / eps)

#: What symbols must keep to so that later hypotheses can be met at all, and so that no
#: proved bound refutes the constant.
_ROOM: Mapping[str, tuple[Bound, ...]] = {
    "thm:rss": (
        Bound("", "eps", "high", _ONE),
        Bound("", "C", "low", sp.Rational(3, 2), unless="constant"),
    ),
    "rel:gaussian-mrss": (
        Bound("", "eps", "high", _ONE),
        Bound("", "C", "low", 3 / (2 * d**3 * _LOGS), unless="constant"),
    ),
    "rel:fixed-size-rss-one": (Bound("", "n", "low", sp.Integer(2)),),
    "rel:fixed-size-rss-all": (Bound("", "n", "low", sp.Integer(2)),),
    "rel:fixed-size-rss-lower": (Bound("", "n", "low", sp.Integer(2)),),
    "der:weighted-moment": (Bound("", "n", "low", k, strict=True),),
    "der:high-probability": (Bound("", "r", "low", -_DRIFT, unless="drift"),),
    "der:drawn-weight": (Bound("", "b", "low", sp.Integer(40)),),
    "der:drawn-layer": (
        Bound("", "b", "low", sp.Integer(40)),
        Bound("", "p", "low", sp.Integer(2)),
    ),
}

#: Hypotheses that no point misses alone: they follow from the domain of a symbol, or
#: from the others (l <= c n with l >= 1 gives n >= 1), or leave others without a value.
IMPLIED: Mapping[str, frozenset[str]] = {
    "def:channel-blocked-mask": frozenset({"block"}),
    "der:weighted-moment": frozenset({"theta-low", "theta-high"}),
    "der:structured-slth": frozenset({"delta-positive"}),
    "der:graph-slth": frozenset({"delta-positive"}),
    "der:graph-necessary": frozenset({"missed"}),
    "der:stage-necessary": frozenset({"missed", "step"}),
    "der:local": frozenset({"radius"}),
    "rel:balancing-optimum": frozenset({"share"}),
    "rel:balancing-algorithm": frozenset({"share", "vectors"}),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """In which order the symbols of a statement are drawn, and what bounds each.

    Attributes:
        variables: The symbols, those that bounds mention before those they bound.
        bounds: Of each symbol, by its name.
        hypotheses: Names of the hypotheses that numbers can meet or miss.
    """

    variables: tuple[Variable, ...]
    bounds: Mapping[str, tuple[Bound, ...]]
    hypotheses: tuple[str, ...]


@cache
def plan_of(identifier: str) -> Plan:
    """The plan of a statement, by its id."""
    asked = statement(identifier)
    numbers = {v.symbol: v for v in asked.symbols if _is_number(asked, v)}
    bounds: dict[str, list[Bound]] = {v.name: [] for v in numbers.values()}
    met = []
    for item in asked.hypotheses:
        if not item.numeric or not _free(item.relation) <= set(numbers):
            continue
        met.append(item.name)
        for part in sp.And.make_args(item.relation):
            found = _bound(asked, item.name, part, numbers)
            bounds[found.symbol].append(found)
    for extra in _ROOM.get(identifier, ()):
        bounds[extra.symbol].append(extra)
    needed = _needed(asked, numbers, bounds)
    order = TopologicalSorter(
        {
            name: sorted(
                {
                    str(symbol)
                    for bound in bounds[name]
                    for symbol in _mentioned(bound)
                    if str(symbol) in needed
                }
            )
            for name in needed
        }
    )
    by_name = {variable.name: variable for variable in numbers.values()}
    variables = tuple(by_name[name] for name in order.static_order())
    by_symbol = {v.name: tuple(bounds[v.name]) for v in variables}
    return Plan(variables, by_symbol, tuple(met))


def _is_number(asked: Statement, variable: Variable) -> bool:
    """Whether a query gives this symbol one number."""
    return (
        isinstance(variable.symbol, sp.Symbol)
        and not isinstance(variable.domain, NamedSet)
        and variable.name not in _OBJECTS.get(asked.id, frozenset())
    )


def _needed(
    asked: Statement, numbers: Mapping[Any, Variable], bounds: Mapping[str, list[Bound]]
) -> list[str]:
    """Symbols that are bounded, or that a claim's expression mentions.

    Symbols that have a number as default, such as the paper's exponents, keep it.
    """
    used = {
        symbol for claim in asked.claims for symbol in claim.expression.free_symbols
    }
    used |= {s for found in bounds.values() for b in found for s in _mentioned(b)}
    return [
        variable.name
        for symbol, variable in numbers.items()
        if bounds[variable.name] or (symbol in used and not has_number(variable))
    ]


def has_number(variable: Variable) -> bool:
    """Whether a number is declared for it, as for the paper's exponents."""
    return variable.default is not None and variable.default.is_number


def _free(relation: Any) -> set[Any]:
    """Its symbols and its undefined functions."""
    return set(relation.free_symbols | relation.atoms(AppliedUndef))


def _mentioned(bound: Bound) -> set[Any]:
    return set(bound.expression.free_symbols | bound.factor.free_symbols)


def _bound(
    asked: Statement, name: str, relation: Any, numbers: Mapping[Any, Variable]
) -> Bound:
    solved = _SOLVED.get((asked.id, name))
    if solved is not None:
        return solved
    symbol = _target(asked, name, relation, numbers)
    gap = relation.lhs - relation.rhs
    slope = sp.diff(gap, symbol)
    if symbol in slope.free_symbols:
        raise NotImplementedError(f"{asked.id}: {name} is not affine in {symbol}")
    end = sp.together(-gap.subs(symbol, 0) / slope)
    if isinstance(relation, sp.Equality):
        return Bound(name, str(symbol), "equal", end)
    side: Side = "low" if isinstance(relation, _UP) else "high"
    return Bound(name, str(symbol), side, end, slope, isinstance(relation, _STRICT))


def _target(
    asked: Statement, name: str, relation: Any, numbers: Mapping[Any, Variable]
) -> Any:
    wanted = _TARGETS.get((asked.id, name))
    if wanted is not None:
        return asked.variable(wanted).symbol
    return next(side for side in (relation.lhs, relation.rhs) if side in numbers)
