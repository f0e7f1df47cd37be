"""Comparisons of exact constants by rational intervals.

`enclose` maps a whitelisted constant expression to a rational interval that contains
it; `decide` compares two constants by raising the precision until the interval of
their difference has one sign. Nothing is guessed: what stays open is INCONCLUSIVE.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import sympy as sp

from old_interval import special
from old_interval.balls import by_balls
from old_interval.interval import (
    ONE,
    ZERO,
    Interval,
    UndecidedError,
    add,
    exp,
    integer_power,
    log,
    multiply,
    negative,
    root,
)
from slth_verify.statements.decisions.decide import Decider, Relation
from slth_verify.statements.decisions.decide import relation_truth as truth_of_cases
from slth_verify.statements.formulas.sums import terms
from slth_verify.statements.queries.isolate import Between
from slth_verify.verdict import Verdict

_CAP = 2048
_INFINITE = (sp.nan, sp.zoo, sp.oo, -sp.oo)


def decide(lhs: Any, relation: Relation, rhs: Any) -> Verdict:
    """Decide ``lhs relation rhs`` for two real constants.

    Args:
        lhs: Exact SymPy constant.
        relation: One of ``<``, ``<=``, ``>``, ``>=``, ``==``.
        rhs: Exact SymPy constant.

    Returns:
        VERIFIED or REFUTED when proved, else INCONCLUSIVE (free symbols, functions
        outside the whitelist, or a difference too small for 2048 bits).

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
        return _sign(Fraction(int(constant.p), int(constant.q)))
    if constant.free_symbols or infinite(constant):
        return None
    bits = 64
    while bits <= _CAP:
        try:
            value = enclose(constant, bits)
        except UndecidedError:
            value = None
        if value is not None:
            if value.lower > 0 or value.upper < 0:
                return 1 if value.lower > 0 else -1
            if value.is_point:
                return 0
            if bits == 256 and _expands_to_zero(constant):
                return 0
        bits *= 2
    return None


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def infinite(node: Any) -> bool:
    """Whether an infinite or undefined number occurs, limits of integrals aside."""
    if isinstance(node, sp.Integral):
        return infinite(node.function)
    return node in _INFINITE or any(infinite(part) for part in node.args)


def _expands_to_zero(constant: Any) -> bool:
    """Whether SymPy's expansion rules, exact identities all, cancel every term."""
    expanded = sp.expand_log(constant, factor=True)
    return bool(sp.expand(expanded) == 0 or sp.cancel(sp.together(expanded)) == 0)


def enclose(constant: Any, bits: int) -> Interval:
    """Rational interval that contains a constant expression.

    Args:
        constant: Expression of rationals, ``+``, ``*``, powers, ``exp``, ``log``,
            ``pi``, ``erf``, ``erfc``, half-integer ``gamma``, ``Abs``, ``Max``,
            ``Min``, ``floor``, ``ceiling``, ``Piecewise``, finite ``Sum`` and
            ``Product``; other functions are left to `by_balls`.
        bits: Working precision.

    Raises:
        UndecidedError: Outside the whitelist, or when ``bits`` do not suffice.
    """
    if constant.is_Rational:
        return Interval.point(Fraction(int(constant.p), int(constant.q)))
    drawn_as = getattr(constant.func, "stands_for", constant.func)
    handler = HANDLERS.get(drawn_as, by_balls)
    return handler(constant, bits)


def _add(expression: Any, bits: int) -> Interval:
    total = ZERO
    for term in expression.args:
        total = add(total, enclose(term, bits), bits)
    return total


def _mul(expression: Any, bits: int) -> Interval:
    product = Interval.point(1)
    for factor in expression.args:
        product = multiply(product, enclose(factor, bits), bits)
    return product


def _pow(expression: Any, bits: int) -> Interval:
    base, exponent = expression.as_base_exp()
    if base is sp.E:
        return exp(enclose(exponent, bits), bits)
    inner = enclose(base, bits)
    if exponent.is_Integer:
        return integer_power(inner, int(exponent), bits)
    if exponent.is_Rational:
        rooted = root(inner, int(exponent.q), bits + 8)
        return integer_power(rooted, int(exponent.p), bits)
    scaled = multiply(enclose(exponent, bits), log(inner, bits), bits)
    return exp(scaled, bits)


def _log(argument: Any, bits: int) -> Interval:
    """``log`` of a product or power as a sum, so that no huge number is written down.

    The identities hold for positive factors; what is not plainly positive is enclosed.
    """
    if isinstance(argument, sp.Mul) and all(map(_plainly_positive, argument.args)):
        total = ZERO
        for factor in argument.args:
            total = add(total, _log(factor, bits), bits)
        return total
    if isinstance(argument, (sp.Pow, sp.exp)) and _plainly_positive(argument):
        base, exponent = argument.as_base_exp()
        if base is sp.E:
            return enclose(exponent, bits)
        return multiply(enclose(exponent, bits), _log(base, bits), bits)
    return log(enclose(argument, bits), bits)


def _plainly_positive(constant: Any) -> bool:
    """Positive by its form alone: a positive rational, or powers of such."""
    if constant.is_Rational:
        return bool(constant > 0)
    if isinstance(constant, (sp.Pow, sp.exp)):
        base, exponent = constant.as_base_exp()
        return base is sp.E or (_plainly_positive(base) and exponent.is_Rational)
    return constant in (sp.pi, sp.E)


def _erfc(expression: Any, bits: int) -> Interval:
    inner = negative(special.erf(enclose(expression.args[0], bits), bits))
    return add(Interval.point(1), inner, bits)


def _gamma(expression: Any, bits: int) -> Interval:
    argument = expression.args[0]
    if not (argument.is_positive and (2 * argument).is_Integer):
        return by_balls(expression, bits)
    return special.gamma(Fraction(int(argument.p), int(argument.q)), bits)


def _abs(expression: Any, bits: int) -> Interval:
    inner = enclose(expression.args[0], bits)
    if inner.lower >= 0:
        return inner
    flipped = negative(inner)
    if inner.upper <= 0:
        return flipped
    return Interval(Fraction(0), max(inner.upper, flipped.upper))


def _extreme(choose: Callable[..., Fraction], expression: Any, bits: int) -> Interval:
    parts = [enclose(part, bits) for part in expression.args]
    lower = choose(part.lower for part in parts)
    return Interval(lower, choose(part.upper for part in parts))


def _floor(expression: Any, bits: int) -> Interval:
    inner = enclose(expression.args[0], bits)
    low, high = inner.lower.__floor__(), inner.upper.__floor__()
    return Interval(Fraction(low), Fraction(high))


def _ceiling(expression: Any, bits: int) -> Interval:
    inner = enclose(expression.args[0], bits)
    low, high = inner.lower.__ceil__(), inner.upper.__ceil__()
    return Interval(Fraction(low), Fraction(high))


def _piecewise(expression: Any, bits: int) -> Interval:
    for value, condition in expression.args:
        truth = relation_truth(condition)
        if truth is Verdict.VERIFIED:
            return enclose(value, bits)
        if truth is Verdict.INCONCLUSIVE:
            raise UndecidedError("a case of a Piecewise is open")
    raise UndecidedError("no case of a Piecewise holds")


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
        parts = [relation_truth(part, decider) for part in relation.args]
        for worst in (Verdict.REFUTED, Verdict.INCONCLUSIVE):
            if any(part is worst for part in parts):
                return worst
        return Verdict.VERIFIED
    symbol = _SYMBOLS.get(type(relation))
    if symbol is None:
        return Verdict.INCONCLUSIVE
    return decider(relation.lhs, symbol, relation.rhs)


def _known(node: Any) -> list[tuple[Any, int]]:
    found = terms(node, truth_of_cases)
    if found is None:
        raise UndecidedError("ranges that are no known integers, or too many terms")
    return found


def _sum(node: Any, bits: int) -> Interval:
    total = ZERO
    for term, sign in _known(node):
        value = enclose(term, bits)
        total = add(total, value if sign > 0 else negative(value), bits)
    return total


def _product(node: Any, bits: int) -> Interval:
    total = ONE
    for factor, sign in _known(node):
        total = multiply(total, integer_power(enclose(factor, bits), sign, bits), bits)
    return total


_SYMBOLS: dict[Any, Relation] = {
    sp.StrictLessThan: "<",
    sp.LessThan: "<=",
    sp.StrictGreaterThan: ">",
    sp.GreaterThan: ">=",
    sp.Equality: "==",
}

HANDLERS: dict[Any, Callable[[Any, int], Interval]] = {
    sp.Add: _add,
    sp.Mul: _mul,
    sp.Pow: _pow,
    sp.exp: lambda e, bits: exp(enclose(e.args[0], bits), bits),
    sp.log: lambda e, bits: _log(e.args[0], bits),
    type(sp.pi): lambda e, bits: special.pi(bits),
    type(sp.E): lambda e, bits: exp(Interval.point(1), bits),
    sp.erf: lambda e, bits: special.erf(enclose(e.args[0], bits), bits),
    sp.erfc: _erfc,
    sp.gamma: _gamma,
    sp.Abs: _abs,
    sp.Max: partial(_extreme, max),
    sp.Min: partial(_extreme, min),
    sp.floor: _floor,
    sp.ceiling: _ceiling,
    sp.Piecewise: _piecewise,
    sp.Sum: _sum,
    sp.Product: _product,
    Between: lambda e, bits: Interval(e.enclosure.lower, e.enclosure.upper),
}
