"""The box that the one-variable hypotheses of a statement describe.

Signs of symbolic factors are needed to turn an inequality round. They are read off
after writing each symbol through a positive variable: ``x > a`` becomes ``a + u``,
``a < x < b`` becomes ``(a u + b)/(u + 1)`` with ``u > 0``, and so on.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp

from slth_verify.limits import SIGN_NODES
from slth_verify.statements._data import StatementData
from slth_verify.statements.decisions.decide import sign_of
from slth_verify.statements.decisions.substitution import substitute
from slth_verify.statements.formulas import algebra
from slth_verify.statements.formulas.binding import bound_variables
from slth_verify.statements.formulas.refusals import TooLargeError

_UPPER = (sp.StrictLessThan, sp.LessThan)
_LOWER = (sp.StrictGreaterThan, sp.GreaterThan)


def limits(statement: StatementData, symbol: Any) -> tuple[Any, Any]:
    """Greatest lower and least upper constant that the hypotheses give a symbol.

    Args:
        statement: The statement.
        symbol: One of its symbols.

    Returns:
        The pair ``(low, high)``; ``-oo`` and ``oo`` where there is none.
    """
    low, high = -sp.oo, sp.oo
    variable = next(v for v in statement.symbols if v.symbol == symbol)
    if variable.domain == sp.S.Naturals:
        low = sp.Integer(1)
    elif variable.domain == sp.S.Naturals0:
        low = sp.Integer(0)
    elif isinstance(variable.domain, sp.Interval):
        low, high = variable.domain.start, variable.domain.end
    for item in statement.hypotheses:
        relation = item.relation
        if not isinstance(relation, (*_UPPER, *_LOWER)):
            continue
        left, right = relation.lhs, relation.rhs
        below = isinstance(relation, _UPPER)
        if right == symbol and left.is_Rational:
            left, right, below = right, left, not below
        if left != symbol or not right.is_Rational:
            continue
        if below:
            high = min(high, right)
        else:
            low = max(low, right)
    return low, high


def parametrised(statement: StatementData, expression: Any) -> Any:
    """``expression`` with every symbol written through one of known sign."""
    substitution: dict[Any, Any] = {}
    for variable in statement.symbols:
        symbol = variable.symbol
        if not isinstance(symbol, sp.Symbol) or symbol not in expression.free_symbols:
            continue
        if symbol in indices(statement):
            continue
        low, high = limits(statement, symbol)
        integer = bool(symbol.is_integer)
        unit = sp.Dummy(f"u_{symbol}", positive=True)
        if low.is_finite and high.is_finite:
            substitution[symbol] = (low * unit + high) / (unit + 1)
        elif low.is_finite and integer and low >= 1:
            substitution[symbol] = low + sp.Dummy(integer=True, nonnegative=True)
        elif low.is_finite:
            substitution[symbol] = low + unit
    return substitute(expression, substitution)


@lru_cache(maxsize=256)
def indices(statement: StatementData) -> frozenset[Any]:
    """Symbols that are bound wherever they occur: their names are free for queries."""
    formulas = [claim.expression for claim in statement.claims]
    formulas += [item.rhs for item in statement.definitions]
    bound = {
        symbol
        for formula in formulas
        for node in sp.preorder_traversal(formula)
        for symbol in bound_variables(node)
    }
    conditions = [item.relation for item in statement.hypotheses]
    conditions += [c.relation for claim in statement.claims for c in claim.conditions]
    free = {symbol for part in (*formulas, *conditions) for symbol in part.free_symbols}
    return frozenset(bound - free)


def sign(statement: StatementData, expression: Any) -> int | None:
    """Sign of an expression on the interior of the box, or None when it stays open.

    Args:
        statement: Statement whose one-variable hypotheses give the box.
        expression: Expression in its symbols.

    Returns:
        1, -1 or 0; None for more than `slth_verify.limits.SIGN_NODES` parts. The box
        is open here, so a quantity that may vanish on its boundary counts with its sign
        inside.
    """
    expression = sp.sympify(expression)
    if not expression.free_symbols:
        return sign_of(expression)
    if algebra.nodes(expression, SIGN_NODES + 1) > SIGN_NODES:
        return None
    try:
        inside = parametrised(statement, expression)
    except (TooLargeError, OverflowError):
        return None
    for rewrite in (sp.sympify, _factored, algebra.expanded_log):
        candidate = rewrite(inside)
        if candidate.is_positive:
            return 1
        if candidate.is_negative:
            return -1
        if candidate.is_zero:
            return 0
        if candidate.is_nonnegative:
            return 1
        if candidate.is_nonpositive:
            return -1
    return None


def _factored(expression: Any) -> Any:
    return algebra.factored(algebra.together(expression))
