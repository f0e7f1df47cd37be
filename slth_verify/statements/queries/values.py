"""The values of a query, defaults included, put into formulas of a statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from slth_verify.enclosure import Enclosure, enclose
from slth_verify.errors import InvalidParameterError
from slth_verify.statements._data import StatementData
from slth_verify.statements.decisions import substitution as binding
from slth_verify.statements.decisions.substitution import expand_sums
from slth_verify.statements.queries.domains import read_value
from slth_verify.statements.vocabulary import is_inert


def read_values(statement: StatementData, values: Mapping[str, Any]) -> dict[Any, Any]:
    """Exact values by SymPy symbol; see `domains.read_value`.

    Raises:
        InvalidParameterError: For an unknown name, an unreadable value, or one that is
            not shown to be of the symbol's kind or lies outside its domain.
    """
    substitution: dict[Any, Any] = {}
    for name, value in values.items():
        variable = statement.variable(name)
        substitution[variable.symbol] = read_value(statement, variable, value)
    return substitution


def with_defaults(
    statement: StatementData, substitution: Mapping[Any, Any]
) -> dict[Any, Any]:
    """``substitution`` with the declared defaults of the symbols that it leaves out.

    Defaults may refer to other symbols; they are resolved in order of declaration, so
    that a default may use the defaults of symbols declared before it.
    """
    complete = dict(substitution)
    for variable in statement.symbols:
        if variable.default is not None and variable.symbol not in complete:
            complete[variable.symbol] = put_in(variable.default, complete)
    return complete


def evaluate(
    statement: StatementData, expression: Any, substitution: Mapping[Any, Any]
) -> Any:
    """``expression`` with values, then defaults, then auxiliary definitions put in."""
    complete = with_defaults(statement, substitution)
    return put_in(_unfolded(statement, expression, complete), complete)


def _unfolded(
    statement: StatementData, expression: Any, substitution: Mapping[Any, Any]
) -> Any:
    """Auxiliary functions written out, unless they are given, or defined by a mean."""
    for definition in statement.definitions:
        name, body = definition.lhs, definition.rhs
        if not isinstance(name, AppliedUndef) or is_inert(body):
            continue
        if name.func in substitution or not expression.has(name.func):
            continue
        expression = binding.substitute(
            expression, {name.func: sp.Lambda(name.args, body)}
        )
    return expression


def put_in(expression: Any, substitution: Mapping[Any, Any]) -> Any:
    """Simultaneous substitution without capture, with sums over integers written out.

    Relations are kept unevaluated, so that only proved comparisons decide them.
    """
    return expand_sums(binding.substitute(expression, substitution, expand_sums))


def enclosed_at(
    expression: Any, values: Mapping[Any, Any], bits: int
) -> Enclosure | None:
    """An enclosure of a formula at numbers, without its exact value; None if open."""
    if expression.has(sp.Sum, sp.Product, sp.Integral):
        return None
    numbers = {s: v for s, v in values.items() if getattr(v, "is_Rational", False)}
    try:
        return enclose(expression, numbers, bits=bits)
    except (InvalidParameterError, ArithmeticError):
        return None
