"""Putting values into a claim, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.core.function import AppliedUndef

from slth_verify.errors import InvalidParameterError
from slth_verify.statements._exact import read_exact
from slth_verify.statements._hypotheses import check_substitution, domain_holds
from slth_verify.statements._vocabulary import is_inert
from slth_verify.verdict import Verdict

if TYPE_CHECKING:
    from slth_verify.statements._statement import Statement
    from slth_verify.statements._types import Claim


def bound(
    statement: Statement, of: str | None, values: Mapping[str, Any], *, check: bool
) -> Any:
    """The claim's expression with values and defaults put in; see `Statement.bound`."""
    claim = statement.claim(of)
    if str(claim.subject) in values:
        raise InvalidParameterError(
            f"{claim.subject}={values[str(claim.subject)]} is what the claim "
            f"{claim.name!r} of {statement.id} bounds: leave it out, or ask for "
            "another symbol with solve_for()."
        )
    complete = with_defaults(statement, read_values(statement, values))
    if check:
        refuse_violations(statement, claim, complete)
    return evaluate(statement, claim.expression, complete)


def read_values(statement: Statement, values: Mapping[str, Any]) -> dict[Any, Any]:
    """Exact values by SymPy symbol.

    Raises:
        InvalidParameterError: For an unknown name, an unreadable value, or one outside
            the symbol's domain.
    """
    substitution: dict[Any, Any] = {}
    for name, value in values.items():
        variable = statement.variable(name)
        exact = read_exact(value, name)
        if domain_holds(variable.domain, exact) is Verdict.REFUTED:
            raise InvalidParameterError(
                f"{name}={exact} lies outside {variable.domain}: {variable.meaning} "
                f"({statement.id}). Choose a value of that set."
            )
        substitution[variable.symbol] = exact
    return substitution


def refuse_violations(
    statement: Statement, claim: Claim, complete: Mapping[Any, Any]
) -> None:
    """Raise when a hypothesis is refuted at these values, defaults included."""
    for check in check_substitution(statement, claim, complete):
        if check.verdict is Verdict.REFUTED:
            raise InvalidParameterError(
                f"{check.values}: {check.hypothesis.relation} does not hold, so "
                f"{statement.id} says nothing here ({check.hypothesis.meaning}). "
                "Change the value, or pass check=False to see the bare formula."
            )


def with_defaults(
    statement: Statement, substitution: Mapping[Any, Any]
) -> dict[Any, Any]:
    """``substitution`` with the declared defaults of the symbols that it leaves out.

    Defaults may refer to other symbols; they are resolved in order of declaration, so
    that a default may use the defaults of symbols declared before it.
    """
    complete = dict(substitution)
    for variable in statement.symbols:
        if variable.default is not None and variable.symbol not in complete:
            complete[variable.symbol] = substitute(variable.default, complete)
    return complete


def evaluate(
    statement: Statement, expression: Any, substitution: Mapping[Any, Any]
) -> Any:
    """``expression`` with values, then defaults, then auxiliary definitions put in."""
    complete = with_defaults(statement, substitution)
    return substitute(_unfolded(statement, expression, complete), complete)


def _unfolded(
    statement: Statement, expression: Any, substitution: Mapping[Any, Any]
) -> Any:
    """Auxiliary functions written out, unless they are given, or defined by a mean."""
    for definition in statement.definitions:
        name, body = definition.lhs, definition.rhs
        if not isinstance(name, AppliedUndef) or is_inert(body):
            continue
        if name.func in substitution or not expression.has(name.func):
            continue
        written_out = sp.Lambda(name.args, body)
        expression = expression.replace(name.func, written_out)
    return expression


def substitute(expression: Any, substitution: Mapping[Any, Any]) -> Any:
    """Simultaneous substitution, with sums over integer limits written out.

    Relations are kept unevaluated, so that only proved comparisons decide them.
    """
    if isinstance(expression, sp.And):
        parts = [substitute(part, substitution) for part in expression.args]
        return sp.And(*parts, evaluate=False)
    if isinstance(expression, sp.core.relational.Relational):
        sides = [substitute(side, substitution) for side in expression.args]
        return expression.func(*sides, evaluate=False)
    scalars = {}
    for symbol, value in substitution.items():
        if isinstance(symbol, sp.core.function.UndefinedFunction):
            expression = expression.replace(symbol, value)
        else:
            scalars[symbol] = value
    if any(
        scalars.keys() & set(node.variables)
        for node in expression.atoms(sp.Sum, sp.Product, sp.Integral)
    ):
        return expand_sums(expression.subs(scalars, simultaneous=True))
    return expand_sums(expression.xreplace(scalars))


def expand_sums(expression: Any) -> Any:
    """Replace every sum with integer limits by the sum of its terms."""
    if not isinstance(expression, sp.Basic) or not expression.has(sp.Sum):
        return expression
    return expression.replace(_finite, _written_out)


def _finite(node: Any) -> bool:
    return isinstance(node, sp.Sum) and all(
        low.is_Integer and high.is_Integer for _, low, high in node.limits
    )


def _written_out(node: Any) -> Any:
    index, low, high = node.limits[0]
    terms = [
        expand_sums(node.function.subs(index, value))
        for value in range(int(low), int(high) + 1)
    ]
    return sp.Add(*terms)
