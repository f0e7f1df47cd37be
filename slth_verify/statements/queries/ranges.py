"""Whether a value lies in the range of a symbol."""

from __future__ import annotations

from typing import Any

import sympy as sp

from slth_verify.statements.decisions.decide import decide, relation_truth
from slth_verify.statements.decisions.proved import exact_ceiling
from slth_verify.verdict import Verdict


def domain_holds(domain: Any, value: Any) -> Verdict:
    """Whether an exact value lies in a symbol's domain.

    Args:
        domain: SymPy set.
        value: Exact expression.

    Returns:
        INCONCLUSIVE for symbols and for domains of objects.
    """
    if isinstance(value, sp.Basic) and value.free_symbols:
        outside = _outside(domain, value)
        return Verdict.REFUTED if outside else Verdict.INCONCLUSIVE
    if isinstance(domain, sp.Interval):
        low = "<" if domain.left_open else "<="
        high = "<" if domain.right_open else "<="
        relations = []
        if domain.start.is_finite:
            relations.append(_relational(domain.start, low, value))
        if domain.end.is_finite:
            relations.append(_relational(value, high, domain.end))
        return relation_truth(sp.And(*relations, evaluate=False))
    if domain in (sp.S.Naturals, sp.S.Naturals0, sp.S.Integers):
        return _among_integers(domain, value)
    return Verdict.INCONCLUSIVE


def _outside(domain: Any, value: Any) -> bool:
    """Whether the assumptions on its symbols keep an expression out of a domain."""
    if isinstance(domain, sp.Interval):
        low, high = value - domain.start, domain.end - value
        return any(
            gap.is_extended_negative or (is_open and gap.is_extended_nonpositive)
            for gap, is_open in ((low, domain.left_open), (high, domain.right_open))
        )
    if domain not in (sp.S.Naturals, sp.S.Naturals0, sp.S.Integers):
        return False
    least = {sp.S.Naturals: sp.Integer(1), sp.S.Naturals0: sp.Integer(0)}.get(domain)
    below = least is not None and (value - least).is_extended_negative
    return value.is_integer is False or bool(below)


def _among_integers(domain: Any, value: Any) -> Verdict:
    """Whether a constant is an integer of the domain, by proved comparisons."""
    above = exact_ceiling(value)
    if above is None:
        return Verdict.INCONCLUSIVE
    equal = decide(value, "==", above)
    if equal is not Verdict.VERIFIED:
        return equal
    return Verdict.VERIFIED if domain.contains(above) is sp.true else Verdict.REFUTED


def _relational(left: Any, symbol: str, right: Any) -> Any:
    kind = sp.StrictLessThan if symbol == "<" else sp.LessThan
    return kind(left, right, evaluate=False)
