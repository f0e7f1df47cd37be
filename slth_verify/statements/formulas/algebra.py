"""SymPy's rewriting rules, tried where they end soon.

Expanding ``(a + b)^700``, or factoring it, takes longer than anybody waits. Every rule
here returns an equal expression; what is too large comes back as it is, which loses an
opportunity and nothing else. How large an expression becomes is estimated beforehand.
"""

from __future__ import annotations

from math import comb
from typing import Any

import sympy as sp

from slth_verify.limits import (
    EXPANDED_DEGREE,
    EXPANDED_DIGITS,
    EXPANDED_TERMS,
    INTEGRAL_TERMS,
    LIMIT_NODES,
    TERMS,
)
from slth_verify.statements.formulas.sizes import digits

_BEYOND = 1 << 62


def nodes(expression: Any, most: int = _BEYOND) -> int:
    """Parts of an expression, each as often as it occurs; at most ``most``."""
    count, rest = 0, [expression]
    while rest and count < most:
        count += 1
        rest.extend(rest.pop().args)
    return count


def evaluations(node: Any) -> int:
    """About how many operations an enclosure of a constant takes.

    Sums and products count every term, integrals `slth_verify.limits.INTEGRAL_TERMS`.
    """
    times = 1
    if isinstance(node, sp.Integral):
        times = INTEGRAL_TERMS
    elif isinstance(node, (sp.Sum, sp.Product)):
        for _, *ends in node.limits:
            if all(end.is_Integer for end in ends):
                times *= min(TERMS, abs(int(ends[-1] - ends[0])) + 1)
    return min(_BEYOND, 1 + times * sum(map(evaluations, node.args)))


def affordable(expression: Any) -> bool:
    """Whether SymPy's rules for polynomials and fractions may be tried.

    Args:
        expression: Any SymPy expression.

    Returns:
        False if it would have more terms or a higher degree, once multiplied out over
        a common denominator, or longer numbers, than `slth_verify.limits` has under
        ``EXPANDED_TERMS``, ``EXPANDED_DEGREE`` and ``EXPANDED_DIGITS``.
    """
    return (
        terms(expression) <= EXPANDED_TERMS
        and degree(expression) <= EXPANDED_DEGREE
        and longest(expression) <= EXPANDED_DIGITS
    )


def terms(node: Any) -> int:
    """At most so many terms has an expression once it is multiplied out."""
    inner = 1
    if node.is_Add:
        inner = sum(map(terms, node.args))
    elif node.is_Mul:
        for factor in node.args:
            inner = min(_BEYOND, inner * terms(factor))
    elif node.is_Pow and node.exp.is_Integer:
        inner = _multinomial(terms(node.base), abs(int(node.exp)))
    elif node.args:
        inner = max(map(terms, node.args))
    return min(inner, _BEYOND)


def _multinomial(count: int, power: int) -> int:
    """Terms of a power of a sum."""
    if count == 1 or power <= 1:
        return count
    if min(count, power) > 64 or max(count, power) > 1 << 20:
        return _BEYOND
    return comb(count + power - 1, power)


def degree(node: Any) -> int:
    """At most that is the degree of any part, once over a common denominator."""
    if node.is_Add:
        below: dict[Any, int] = {}
        above = 0
        for term in node.args:
            above = max(above, degree(term))
            for factor in sp.Mul.make_args(term):
                base, exponent = factor.as_base_exp()
                if exponent.is_Rational and exponent < 0:
                    size = degree(base) * -(-abs(int(exponent.p)) // int(exponent.q))
                    below[base] = max(below.get(base, 0), size)
        return min(_BEYOND, above + sum(below.values()))
    if node.is_Mul:
        return min(_BEYOND, sum(map(degree, node.args)))
    if node.is_Pow and node.exp.is_Rational:
        size = max(abs(int(node.exp.p)), int(node.exp.q))
        root = 0 if node.exp.is_Integer else 1  # 2^(1/3) is an unknown too
        return min(_BEYOND, max(root, degree(node.base)) * size)
    if node.is_Rational:
        return 0
    inner = max(map(degree, node.args), default=1)
    if isinstance(node, (sp.Pow, sp.exp)):  # exp(700 x) is the power 700 of exp(x)
        factors = (
            term.as_coeff_Mul()[0] for term in sp.Add.make_args(node.as_base_exp()[1])
        )
        for factor in factors:
            if factor.is_Rational:
                inner = max(inner, abs(int(factor.p)), int(factor.q))
    return min(_BEYOND, max(1, inner))


def longest(node: Any) -> int:
    """Binary digits of the longest number, powers of numbers included."""
    inner = max(map(longest, node.args), default=0)
    if node.is_Pow and node.exp.is_Integer:
        inner *= abs(int(node.exp))
    return min(_BEYOND, max(inner, digits(node)))


def expanded(expression: Any, **hints: bool) -> Any:
    """``sympy.expand``, where it ends soon."""
    return sp.expand(expression, **hints) if affordable(expression) else expression


def expanded_log(expression: Any, **hints: bool) -> Any:
    """``sympy.expand_log``, where it ends soon."""
    return sp.expand_log(expression, **hints) if affordable(expression) else expression


def factored(expression: Any) -> Any:
    """``sympy.factor``, where it ends soon."""
    return sp.factor(expression) if affordable(expression) else expression


def together(expression: Any) -> Any:
    """``sympy.together``, where it ends soon."""
    return sp.together(expression) if affordable(expression) else expression


def cancelled(expression: Any) -> Any:
    """``sympy.cancel``, where it ends soon."""
    return sp.cancel(expression) if affordable(expression) else expression


def terms_factored(expression: Any) -> Any:
    """``sympy.factor_terms``, where it ends soon."""
    return sp.factor_terms(expression) if affordable(expression) else expression


def powers_joined(expression: Any) -> Any:
    """``sympy.powsimp``, where it ends soon."""
    return sp.powsimp(expression) if affordable(expression) else expression


def limit(expression: Any, symbol: Any) -> Any:
    """``sympy.limit`` at infinity; ``nan`` where it is not found, or not soon."""
    if not _expandable(expression, symbol):
        return sp.nan
    try:
        return sp.limit(expression, symbol, sp.oo)
    except _OPEN:
        return sp.nan


def leading_term(expression: Any, symbol: Any) -> Any:
    """SymPy's leading term at infinity; None where it is not found, or not soon."""
    if not _expandable(expression, symbol):
        return None
    small = sp.Dummy("small", positive=True)
    try:
        found = expression.subs(symbol, 1 / small).as_leading_term(small)
    except _OPEN:
        return None
    infinite = found.has(sp.oo, -sp.oo, sp.zoo, sp.nan)
    return None if infinite else found.subs(small, 1 / symbol)


def _expandable(expression: Any, symbol: Any) -> bool:
    """Whether a series in the symbol is sought: of short formulas, never of sums."""
    within = expression.atoms(sp.Sum, sp.Product, sp.Integral)
    return (
        nodes(expression, LIMIT_NODES + 1) <= LIMIT_NODES
        and affordable(expression)
        and not any(node.has(symbol) for node in within)
    )


_OPEN = (NotImplementedError, ValueError, TypeError, AttributeError, sp.PoleError)


def simplified(expression: Any) -> Any:
    """``sympy.simplify``, where it ends soon."""
    return sp.simplify(expression) if affordable(expression) else expression
