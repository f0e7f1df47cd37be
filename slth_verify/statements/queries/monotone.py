"""Whether an expression rises or falls in a symbol, proved on the whole box.

The proof follows the structure: sums of rising terms rise, products of positive rising
factors rise, a power moves with its base or its exponent, and logarithms, roundings,
minima and error functions rise. Where the structure is silent, the derivative, or that
of the logarithm of a positive expression, gets its sign from `Signs`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from slth_verify.statements._data import StatementData
from slth_verify.statements.decisions.proved import Extreme
from slth_verify.statements.formulas import algebra
from slth_verify.statements.formulas.binding import is_free
from slth_verify.statements.formulas.refusals import TooLargeError
from slth_verify.statements.queries.box import sign
from slth_verify.statements.queries.signs import (
    INCREASING,
    Signs,
    combined,
    over_indices,
    product,
)


def trend(
    statement: StatementData,
    expression: Any,
    symbol: Any,
    nonnegative: frozenset[str] = frozenset(),
) -> int | None:
    """Proved trend of an expression in one symbol, on the box of the hypotheses.

    Args:
        statement: Its one-variable hypotheses and domains give the box.
        expression: Expression in its symbols, and in others with signs of their own.
        symbol: The symbol that moves; a real or an integer.
        nonnegative: Undefined functions whose values are nonnegative.

    Returns:
        1 if the expression does not fall, -1 if it does not rise, 0 if it is constant,
        None where no proof was found.

    Rigor:
        Exact: holds for all values of all symbols in the closed box.
    """
    signs = Signs(lambda part: sign(statement, part), nonnegative)
    try:
        return _trend(signs, sp.sympify(expression), symbol)
    except TooLargeError:
        return None


def _trend(signs: Signs, node: Any, symbol: Any) -> int | None:
    if not is_free(symbol, node):
        return 0
    if node == symbol:
        return 1
    if signs.left < 0:
        return None
    for kind, rule in _RULES:
        if isinstance(node, kind):
            found = rule(signs, node, symbol)
            if found is not None:
                return found
    return _by_derivative(signs, node, symbol)


def _as_parts(signs: Signs, node: Any, symbol: Any) -> int | None:
    """Of a sum, or of a function that increases in each argument."""
    return combined(_trend(signs, part, symbol) for part in node.args)


def _factors(signs: Signs, node: Any, symbol: Any) -> int | None:
    """Of the modulus: each factor by its sign and trend."""
    kinds = [signs(factor) for factor in node.args]
    moves = [
        product((kind, _trend(signs, factor, symbol)))
        for kind, factor in zip(kinds, node.args, strict=True)
    ]
    return product((product(kinds), combined(moves)))


def _power(signs: Signs, node: Any, symbol: Any) -> int | None:
    base, exponent = node.as_base_exp()
    if base is sp.E:
        return _trend(signs, exponent, symbol)
    if signs(base) != 1:
        return None
    through_base = product((signs(exponent), _trend(signs, base, symbol)))
    if not is_free(symbol, exponent):
        return through_base
    through_exponent = product((signs.of_log(base), _trend(signs, exponent, symbol)))
    return combined((through_base if is_free(symbol, base) else 0, through_exponent))


def _decreasing(signs: Signs, node: Any, symbol: Any) -> int | None:
    return product((-1, _trend(signs, node.args[0], symbol)))


def _integral(signs: Signs, node: Any, symbol: Any) -> int | None:
    """With fixed limits: as the integrand."""
    ranged = over_indices(signs, node)
    ends = [end for _, *pair in node.limits for end in pair]
    if ranged is None or any(is_free(symbol, end) for end in ends):
        return None
    return _trend(signs, ranged[0], symbol)


def _sum(signs: Signs, node: Any, symbol: Any) -> int | None:
    """As its terms; more of them raise it where they are nonnegative."""
    ranged = over_indices(signs, node)
    if ranged is None or any(is_free(symbol, low) for _, low, _ in node.limits):
        return None
    inner, highs = ranged
    moves = [_trend(signs, inner, symbol)]
    for high in highs:
        if is_free(symbol, high):
            moves.append(product((signs(inner), _trend(signs, high, symbol))))
    return combined(moves)


def _binomial(signs: Signs, node: Any, symbol: Any) -> int | None:
    """``binomial(n, k)`` rises in n: by Pascal's rule, binomial(n, k-1) >= 0 more."""
    top, bottom = node.args
    if is_free(symbol, bottom) or signs(node) != 1:
        return None
    return _trend(signs, top, symbol)


def _indicator(signs: Signs, node: Any, symbol: Any) -> int | None:
    """Two constants, by an inequality: more room for it favours the first."""
    if len(node.args) != 2 or not isinstance(
        node.args[0][1], (sp.Le, sp.Lt, sp.Ge, sp.Gt)
    ):
        return None
    (inside, relation), (outside, _) = node.args
    if is_free(symbol, inside) or is_free(symbol, outside):
        return None
    room = _trend(signs, relation.gts - relation.lts, symbol)
    return product((signs(inside - outside), room))


def _by_derivative(signs: Signs, node: Any, symbol: Any) -> int | None:
    """Sign of the derivative, or of that of the logarithm."""
    if node.has(*_NOT_DIFFERENTIATED) or not algebra.affordable(node):
        return None
    real = sp.Dummy(symbol.name, real=True)
    moved = node.subs(symbol, real)
    found = signs(sp.diff(moved, real).subs(real, symbol))
    if found is not None or signs(node) != 1:
        return found
    slope = sp.diff(algebra.expanded_log(sp.log(moved), force=True), real)
    return signs(algebra.expanded(slope).subs(real, symbol))


_NOT_DIFFERENTIATED = (
    sp.ceiling,
    sp.floor,
    Extreme,
    sp.Piecewise,
    sp.Sum,
    sp.Product,
    sp.Integral,
)

_RULES: tuple[tuple[Any, Callable[[Signs, Any, Any], int | None]], ...] = (
    (sp.Mul, _factors),
    ((sp.Pow, sp.exp), _power),
    ((sp.Add, *INCREASING, Extreme, sp.Max, sp.Min), _as_parts),
    (sp.erfc, _decreasing),
    (sp.Integral, _integral),
    (sp.Sum, _sum),
    (sp.binomial, _binomial),
    (sp.Piecewise, _indicator),
)
