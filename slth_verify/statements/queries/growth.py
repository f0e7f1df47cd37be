"""Leading terms: how a bound grows as one symbol tends to its limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.statements._data import StatementData
from slth_verify.statements.decisions.proved import Greatest, Least
from slth_verify.statements.decisions.substitution import substitute
from slth_verify.statements.formulas import algebra
from slth_verify.statements.formulas.binding import is_free
from slth_verify.statements.queries.bound import refuse_violations
from slth_verify.statements.queries.box import limits
from slth_verify.statements.queries.outgrown import without_outgrown_sums
from slth_verify.statements.queries.values import evaluate, read_values, with_defaults

_t = sp.Dummy("t", positive=True)


def growth(
    statement: StatementData, of: str, within: str, values: Mapping[str, Any]
) -> Any:
    """Leading term of the claim about ``of`` as ``within`` tends to its limit.

    Args:
        statement: The statement.
        of: Claim or subject.
        within: A symbol. Integers and unbounded symbols tend to infinity, a symbol of a
            bounded range above 0 tends to 0 from above.
        values: Values of other symbols; the rest stay symbolic and are taken positive.

    Returns:
        An expression ``g`` with ``bound/g -> 1``; SymPy's limit has confirmed it.

    Raises:
        InvalidParameterError: If ``within`` does not occur or is given a value, a value
            violates a hypothesis, or the limit of the ratio is not confirmed.

    Rigor:
        Exact (symbolic limit).
    """
    claim = statement.claim(of)
    symbol = statement.variable(within).symbol
    if within in values:
        raise InvalidParameterError(
            f"{within}={values[within]} is given, but {within} is what moves in the "
            f"growth of {of} of {statement.id}: leave it out."
        )
    known = {**read_values(statement, values), symbol: symbol}
    refuse_violations(statement, claim, with_defaults(statement, known))
    expression = evaluate(statement, claim.expression, known)
    if not is_free(symbol, expression):
        raise InvalidParameterError(
            f"within={within!r} does not occur in the bound on {of} of {statement.id} "
            "at these values. Choose one of its symbols."
        )
    low, high = limits(statement, symbol)
    shrinks = (
        low == 0 and not symbol.is_integer and (high.is_finite or within in _SMALL)
    )
    forth, back = _positive_names(statement, expression.free_symbols - {symbol})
    moved = {**forth, symbol: 1 / _t if shrinks else _t}
    inner = without_outgrown_sums(
        _without_rounding(substitute(expression, moved)), _t, _limit
    )
    for candidate in (_leading(inner), algebra.leading_term(inner, _t)):
        if candidate is not None and _limit(inner / candidate) == 1:
            result = candidate.subs(_t, 1 / symbol if shrinks else symbol)
            return _returned(result, back)
    raise InvalidParameterError(
        f"within={within!r}: the leading term of the bound on {of} of {statement.id} "
        f"was not found. {_advice(inner)}"
    )


def _advice(inner: Any) -> str:
    """What stands in the way of a leading term."""
    if any(is_free(_t, node) for node in inner.atoms(sp.Sum, sp.Product, sp.Integral)):
        return (
            "A sum, product or integral changes with it whose order is not known here, "
            "for any values of the others. Ask for bound() at several values."
        )
    if inner.free_symbols - {_t}:
        return "Give values to more symbols."
    return "No rule covers this formula. Ask for bound() at several values."


def _positive_names(
    statement: StatementData, symbols: set[Any]
) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Write symbols through positive ones, and back; bounded ones keep their range."""
    declared = {variable.symbol for variable in statement.symbols}
    forth: dict[Any, Any] = {}
    back: dict[Any, Any] = {}
    for other in symbols:
        unit = sp.Dummy(f"u_{other}", positive=True)
        low, high = limits(statement, other) if other in declared else (0, sp.oo)
        low, high = sp.sympify(low), sp.sympify(high)
        if low.is_finite and high.is_finite:
            forth[other] = (low + high * unit) / (1 + unit)
            back[unit] = (other - low) / (high - other)
        else:
            forth[other], back[unit] = unit, other
    return forth, back


def _returned(result: Any, back: dict[Any, Any]) -> Any:
    """``result`` in the statement's own symbols."""
    plain = all(old.is_Symbol for old in back.values())
    return result.subs(back) if plain else algebra.simplified(result.subs(back))


#: Unbounded symbols whose interesting limit is 0.
_SMALL = frozenset({"eps", "delta", "eta", "h"})


def _limit(expression: Any) -> Any:
    return algebra.limit(expression, _t)


def _without_rounding(expression: Any) -> Any:
    """Replace ``ceiling(y)`` by ``y`` where y tends to infinity, and settle minima."""
    result = expression.replace(
        lambda node: isinstance(node, (sp.ceiling, sp.floor)),
        lambda node: node.args[0] if _limit(node.args[0]) == sp.oo else node,
    )
    return result.replace(lambda node: isinstance(node, (Least, Greatest)), _settled)


def _settled(node: Any) -> Any:
    first, second = node.args
    gap = _limit(first - second)
    if not (gap.is_positive or gap.is_negative):
        return node
    return first if bool(gap.is_negative) == isinstance(node, Least) else second


def _leading(expression: Any) -> Any:
    """Leading term by structure, or None when terms cancel or a rule is missing."""
    if not expression.has(_t) or expression == _t:
        return expression
    if expression.is_Mul:
        parts = [_leading(factor) for factor in expression.args]
        return None if None in parts else sp.Mul(*parts)
    if expression.is_Add:
        return _dominant([_leading(term) for term in expression.args])
    if isinstance(expression, sp.log):
        inner = _leading(expression.args[0])
        if inner == 1:  # log(1 + small) grows like what is small
            return _leading(algebra.expanded(expression.args[0] - 1))
        return _leading_log(inner)
    if isinstance(expression, sp.Abs) and _limit(expression.args[0]) == sp.oo:
        return _leading(expression.args[0])
    if isinstance(expression, (sp.Pow, sp.exp)):
        base, exponent = expression.as_base_exp()
        if exponent.has(_t):
            value = _limit(expression)
            return value if value.is_finite and value != 0 else expression
        inner = _leading(base)
        return None if inner is None else inner**exponent
    return None


def _dominant(terms: list[Any]) -> Any:
    """Sum of the terms that none of the others outgrows."""
    if None in terms:
        return None
    best: list[Any] = []
    for term in terms:
        if not best:
            best = [term]
            continue
        ratio = _limit(term / best[0])
        if ratio.has(sp.oo, -sp.oo, sp.zoo):
            best = [term]
        elif ratio is sp.nan:
            return None
        elif ratio != 0:
            best.append(term)
    total = algebra.simplified(sp.Add(*best))
    return None if total == 0 else total


def _leading_log(inner: Any) -> Any:
    """Leading term of ``log`` of something with that leading term.

    ``inner`` is a constant times powers of ``t``, of logarithms, or of exponentials;
    its logarithm is the sum of theirs, and the constant's is outgrown by any other.
    """
    if inner is None:
        return None
    if not inner.has(_t):
        return sp.log(inner) if inner != 1 else None
    _, moving = inner.as_independent(_t, as_Add=False)
    terms = []
    for factor in sp.Mul.make_args(moving):
        base, exponent = factor.as_base_exp()
        if base is sp.E or exponent.has(_t):
            terms.append(_leading(exponent * sp.log(base)))
        elif base == _t:
            terms.append(exponent * sp.log(_t))
        else:
            nested = _leading_log(_leading(base))
            terms.append(None if nested is None else exponent * nested)
    return _dominant(terms)
