"""Solving ``expression REL target`` for one symbol by peeling off monotone functions.

When the symbol occurs once, the expression is a chain of additions, products, powers,
logarithms, exponentials and roundings. Each can be undone by an equivalence, whose
sign conditions are checked; the result is then exact, integer rounding included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp

from slth_verify.statements.decisions.proved import Ceil
from slth_verify.statements.formulas import algebra
from slth_verify.statements.formulas.refusals import made, shortened

Sign = Callable[[Any], int | None]

_FLIP = {"<=": ">=", ">=": "<=", "<": ">", ">": "<", "==": "=="}


@dataclass(frozen=True, slots=True)
class Condition:
    """``expression relation target``, with relation one of <=, >=, <, >, ==."""

    expression: Any
    relation: str
    target: Any


class NoSolutionError(ArithmeticError):
    """The condition fails for every value of the symbol."""


def invert(condition: Condition, symbol: Any, sign: Sign) -> Condition | None:
    """The equivalent condition on ``symbol`` alone, or None when peeling gets stuck.

    Args:
        condition: Condition in which ``symbol`` occurs.
        symbol: What to solve for.
        sign: Proved sign of an expression, or None.

    Raises:
        NoSolutionError: If no value satisfies the condition.

    Rigor:
        Exact: every step is an equivalence wherever the hypotheses hold. A symbolic
        target of a power or a logarithm is taken to be positive.
    """
    for rewrite in (sp.sympify, _expanded, algebra.factored, algebra.together):
        rewritten = rewrite(condition.expression)
        if rewritten.count(symbol) == 1:
            current: Condition | None = Condition(
                rewritten, condition.relation, condition.target
            )
            while current is not None and current.expression != symbol:
                current = _peel(current, symbol, sign)
            return current
    return None


def _expanded(expression: Any) -> Any:
    return algebra.expanded(expression, log=False, power_base=False, power_exp=False)


def _peel(condition: Condition, symbol: Any, sign: Sign) -> Condition | None:
    expression = condition.expression
    if expression.is_Add:
        rest, inner = expression.as_independent(symbol, as_Add=True)
        return Condition(inner, condition.relation, condition.target - rest)
    if expression.is_Mul:
        return _product(condition, symbol, sign)
    if isinstance(expression, sp.log):
        return Condition(
            expression.args[0], condition.relation, made(sp.exp, condition.target)
        )
    if isinstance(expression, (sp.ceiling, sp.floor)):
        return _rounding(condition)
    if isinstance(expression, (sp.Pow, sp.exp)):
        base, exponent = expression.as_base_exp()
        if not base.has(symbol):
            return _exponential(condition, base, exponent, sign)
        return _power(condition, base, exponent, sign)
    return None


def _product(condition: Condition, symbol: Any, sign: Sign) -> Condition | None:
    factor, inner = condition.expression.as_independent(symbol, as_Add=False)
    relation = _moved(condition.relation, sign(factor))
    if relation is None:
        return None
    return Condition(inner, relation, condition.target / factor)


def _power(
    condition: Condition, base: Any, exponent: Any, sign: Sign
) -> Condition | None:
    """``base^exponent REL target`` with a positive base and a constant exponent."""
    relation = _moved(condition.relation, sign(exponent))
    if relation is None or sign(base) != 1:
        return None
    _refuse_nonpositive(condition, sign)
    return Condition(base, relation, made(sp.Pow, condition.target, 1 / exponent))


def _exponential(
    condition: Condition, base: Any, exponent: Any, sign: Sign
) -> Condition | None:
    """``base^exponent REL target`` with a constant base."""
    growth = sp.log(base)
    relation = _moved(condition.relation, sign(growth))
    if relation is None:
        return None
    _refuse_nonpositive(condition, sign)
    return Condition(exponent, relation, sp.log(condition.target) / growth)


def _moved(relation: str, direction: int | None) -> str | None:
    """The relation, turned round by something that falls; None if that is open."""
    return {1: relation, -1: _FLIP[relation]}.get(direction or 0)


def _refuse_nonpositive(condition: Condition, sign: Sign) -> None:
    """A positive quantity can neither equal nor stay below a nonpositive number."""
    if condition.relation in ("<=", "<", "==") and sign(condition.target) in (-1, 0):
        raise NoSolutionError(
            f"{shortened(condition.expression)} is positive and cannot be "
            f"{condition.relation} {shortened(condition.target)}"
        )


def _rounding(condition: Condition) -> Condition | None:
    """``ceiling`` and ``floor`` against a target, as a condition on the argument."""
    inner, target = condition.expression.args[0], condition.target
    lowest, highest = -Ceil(-target), Ceil(target)
    if isinstance(condition.expression, sp.ceiling):
        table = {
            "<=": ("<=", lowest),
            "<": ("<=", highest - 1),
            ">=": (">", highest - 1),
            ">": (">", lowest),
        }
    else:
        table = {
            ">=": (">=", highest),
            ">": (">=", lowest + 1),
            "<=": ("<", lowest + 1),
            "<": ("<", highest),
        }
    if condition.relation not in table:
        return None
    relation, value = table[condition.relation]
    return Condition(inner, relation, value)
