"""Constants that the statements give at drawn points, admissible or not."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import sympy as sp
from sympy.core.function import UndefinedFunction

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import Claim, Statement, Variable
from slth_verify.statements.decisions.decide import enclosed
from slth_verify.statements.queries.values import (
    evaluate,
    put_in,
    read_values,
    with_defaults,
)
from slth_verify.statements.vocabulary import NamedSet

_INTEGERS = (sp.S.Naturals, sp.S.Naturals0, sp.S.Integers)
_WHOLE = [0, 1, 1, 2, 2, 3, 4, 5, 8, 9, 16, 20]
_REAL = ["-1", "0", "1e-6", "1/100", "1/10", "1/5", "1/3", "1/2", "9/10", "1", "3/2"]
_REAL += ["2", "4", "100"]


def constants_at(statement: Statement, random: Random) -> Iterator[Any]:
    """What is decided of one statement at one drawn point.

    The gaps of all hypotheses, and for every claim its value, its gap to the subject,
    to 1 and to numbers close to it, and its rounded and extreme values.
    """
    values = {v.name: value for v in statement.symbols if (value := _value(v, random))}
    for claim in statement.claims:
        given = {k: v[0] for k, v in values.items() if k != str(claim.subject)}
        try:
            yield from _of_claim(statement, claim, given, values)
        except (InvalidParameterError, ValueError, TypeError, ZeroDivisionError):
            continue  # refused, or undefined in SymPy itself


def _value(variable: Variable, random: Random) -> tuple[Any] | None:
    if isinstance(variable.symbol, UndefinedFunction):
        x = sp.Dummy(real=True)
        return (sp.Lambda(x, x**2 + random.randint(1, 3)),)
    if isinstance(variable.symbol, sp.IndexedBase):
        x, y, z = sp.symbols("x y z", integer=True)
        rank = random.randint(1, 3)
        return (sp.Lambda((x, y, z)[:rank], sp.Integer(random.randint(0, 1))),)
    if isinstance(variable.domain, NamedSet):
        return None
    if variable.default is not None and random.random() < 0.5:
        return None
    whole = variable.domain in _INTEGERS
    return (sp.Rational(random.choice(_WHOLE if whole else _REAL)),)


def _of_claim(
    statement: Statement, claim: Claim, given: dict[str, Any], values: dict[str, Any]
) -> Iterator[Any]:
    at = with_defaults(statement, read_values(statement, given))
    for hypothesis in (*statement.hypotheses, *claim.conditions):
        if hypothesis.numeric:
            relation = put_in(hypothesis.relation, at)
            for part in sp.And.make_args(relation):
                if isinstance(part, sp.core.relational.Relational):
                    yield part.lhs - part.rhs
    bound = evaluate(statement, claim.expression, at)
    if not isinstance(bound, sp.Expr) or bound.free_symbols:
        return
    if len(bound.atoms(sp.Integral)) > 2:
        return  # minutes each
    yield from (bound, 1 - bound)
    subject = values.get(str(claim.subject))
    if subject is not None and isinstance(subject[0], sp.Expr):
        yield subject[0] - bound
    near = enclosed(bound, 80)
    if near is not None and near.width:
        middle = (near.lower + near.upper) / 2
        yield bound - sp.Rational(middle.numerator, middle.denominator)
    if bound.is_real and near is not None and abs(near.upper) < 10**6:
        third = sp.Rational(1, 3)
        yield sp.ceiling(bound, evaluate=False) - bound
        large = sp.Max(bound, third, evaluate=False)
        yield large - sp.Min(bound, third, evaluate=False)
