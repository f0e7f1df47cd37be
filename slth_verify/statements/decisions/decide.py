"""Deciding comparisons of exact constants, by enclosures of SymPy expressions.

`decide` compares two constants by raising the precision until the enclosure of their
difference has one sign. Nothing is guessed: what stays open is INCONCLUSIVE.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

import sympy as sp

from slth_verify.enclosure import Enclosure, enclose
from slth_verify.errors import InvalidParameterError
from slth_verify.limits import ENCLOSED_NODES
from slth_verify.statements.formulas import algebra
from slth_verify.statements.formulas.sums import expand_sums
from slth_verify.verdict import Verdict, overall

Relation = Literal["<", "<=", ">", ">=", "=="]

#: ``(lhs, relation, rhs) -> Verdict`` for two constant expressions.
Decider = Callable[[Any, Relation, Any], Verdict]

_CAP = 2048
_INTEGRAL_CAP = 512
_INFINITE = (sp.nan, sp.zoo, sp.oo, -sp.oo)


def decide(lhs: Any, relation: Relation, rhs: Any) -> Verdict:
    """Decide ``lhs relation rhs`` for two real constants.

    Args:
        lhs: Exact SymPy constant.
        relation: One of ``<``, ``<=``, ``>``, ``>=``, ``==``.
        rhs: Exact SymPy constant.

    Returns:
        VERIFIED or REFUTED when proved, else INCONCLUSIVE (free symbols, functions
        that `slth_verify.enclosure.enclose` does not know, or a difference too small
        for 2048 bits, 512 with integrals).

    Rigor:
        Enclosed; undecided is never VERIFIED.
    """
    sign = sign_of(sp.sympify(lhs) - sp.sympify(rhs))
    if sign is None:
        return Verdict.INCONCLUSIVE
    holds = {
        "<": sign < 0,
        "<=": sign <= 0,
        ">": sign > 0,
        ">=": sign >= 0,
        "==": sign == 0,
    }[relation]
    return Verdict.VERIFIED if holds else Verdict.REFUTED


def sign_of(constant: Any) -> int | None:
    """Proved sign of a real constant, or None when it stays open.

    Args:
        constant: Exact SymPy expression; infinities are allowed.
    """
    if constant in (sp.oo, -sp.oo):
        return 1 if constant == sp.oo else -1
    if constant.is_Rational:
        return int(sp.sign(constant))
    if constant.free_symbols or infinite(constant):
        return None
    bits, cap = 64, _INTEGRAL_CAP if constant.has(sp.Integral) else _CAP
    while bits <= cap:
        value = enclosed(constant, bits)
        sign = enclosed_sign(value)
        if sign is not None:
            return sign
        # a wide one gets more bits first: expansions of huge numbers take long
        due = value is not None and bits == (256 if value.width < 1 else cap)
        if due and _expands_to_zero(constant):
            return 0
        bits *= 2
    return None


def enclosed(constant: Any, bits: int) -> Enclosure | None:
    """An enclosure of a constant; None where none is known at this precision.

    None too where it would take more than `slth_verify.limits.ENCLOSED_NODES` steps.
    """
    if constant.has(sp.Sum, sp.Product, sp.Piecewise):
        constant = _settled(constant)
    if algebra.evaluations(constant) > ENCLOSED_NODES:
        return None
    try:
        return enclose(constant, bits=bits)
    except (InvalidParameterError, ArithmeticError):
        return None


@lru_cache(maxsize=256)
def _settled(constant: Any) -> Any:
    """An equal constant: sums written out, and cases chosen where proofs choose them.

    Term by term SymPy's identities apply, which no enclosure can replace: the ceiling
    of ``log(8)/log(2)`` is 3.
    """
    return expand_sums(constant, relation_truth).replace(
        lambda node: isinstance(node, sp.Piecewise) and not node.free_symbols, _case
    )


def _case(node: Any) -> Any:
    """The first case that is proved to hold, where all before it are refuted."""
    for value, condition in node.args:
        truth = relation_truth(condition)
        if truth is not Verdict.REFUTED:
            return value if truth is Verdict.VERIFIED else node
    return node


def enclosed_sign(value: Enclosure | None) -> int | None:
    """Sign of every number of an enclosure; None where there are several, or none."""
    if value is None:
        return None
    if value.lower > 0 or value.upper < 0:
        return 1 if value.lower > 0 else -1
    return 0 if value.width == 0 else None


def infinite(node: Any) -> bool:
    """Whether an infinite or undefined number occurs, limits of integrals aside."""
    if isinstance(node, sp.Integral):
        return infinite(node.function)
    return node in _INFINITE or any(infinite(part) for part in node.args)


def _expands_to_zero(constant: Any) -> bool:
    """Whether SymPy's expansion rules, exact identities all, cancel every term."""
    expanded = algebra.expanded_log(constant, factor=True)
    return bool(
        algebra.expanded(expanded) == 0
        or algebra.cancelled(algebra.together(expanded)) == 0
    )


def relation_truth(relation: Any, decider: Decider = decide) -> Verdict:
    """Truth of a relation between constants, or of a conjunction of relations.

    Returns:
        INCONCLUSIVE for every other kind of condition.
    """
    if relation is sp.true:
        return Verdict.VERIFIED
    if relation is sp.false:
        return Verdict.REFUTED
    if isinstance(relation, sp.And):
        return overall(tuple(relation_truth(part, decider) for part in relation.args))
    symbol = _SYMBOLS.get(type(relation))
    if symbol is None:
        return Verdict.INCONCLUSIVE
    return decider(relation.lhs, symbol, relation.rhs)


_SYMBOLS: dict[Any, Relation] = {
    sp.StrictLessThan: "<",
    sp.LessThan: "<=",
    sp.StrictGreaterThan: ">",
    sp.GreaterThan: ">=",
    sp.Equality: "==",
}
