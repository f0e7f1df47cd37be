"""Putting values into a claim, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.core.function import AppliedUndef

from slth_verify.errors import InvalidParameterError
from slth_verify.statements._vocabulary import is_inert
from slth_verify.statements.queries import binding
from slth_verify.statements.queries.domains import read_value
from slth_verify.statements.queries.hypotheses import check_substitution
from slth_verify.statements.queries.sums import expand_sums
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


def refuse_violations(
    statement: Statement, claim: Claim, complete: Mapping[Any, Any]
) -> None:
    """Raise when a hypothesis is refuted at these values, defaults included."""
    for check in check_substitution(statement, claim, complete):
        if check.verdict is Verdict.REFUTED:
            raise InvalidParameterError(
                f"{check.values}: {check.failure}, so "
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
        expression = binding.substitute(
            expression, {name.func: sp.Lambda(name.args, body)}
        )
    return expression


def substitute(expression: Any, substitution: Mapping[Any, Any]) -> Any:
    """Simultaneous substitution without capture, with sums over integers written out.

    Relations are kept unevaluated, so that only proved comparisons decide them.
    """
    return expand_sums(binding.substitute(expression, substitution, expand_sums))
