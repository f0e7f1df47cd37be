"""Points that satisfy the hypotheses of a statement, and points that miss just one.

What counts are the hypotheses that numbers decide: laws, norms and events are assumed.
Points are built hypothesis by hypothesis, see `conditions`; numbers are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from slth_verify.numbers import shown
from slth_verify.showing import OneLine
from slth_verify.statements import Statement, statement
from slth_verify.strategies.points.conditions import (
    IMPLIED,
    Plan,
    has_number,
    plan_of,
)
from slth_verify.strategies.points.drawn import domain_of, draw_from, narrowed

__all__ = ["MissedPoint", "missable_hypotheses", "missed_parameters", "parameters"]

#: A value for each symbol, by its name.
Point = dict[str, Fraction | int]


@dataclass(frozen=True, slots=True, repr=False)
class MissedPoint(OneLine):
    """A point at which one hypothesis fails, and no other.

    Attributes:
        values: By name of the symbol.
        hypothesis: Name of the one that fails.
    """

    values: Point
    hypothesis: str


def parameters(statement: str | Statement) -> st.SearchStrategy[Point]:
    """Values that satisfy every hypothesis of a statement that numbers decide.

    They are on the boundary, next to it, huge or tiny about half of the time, and
    shrink to simple numbers inside. Symbols whose default is a number keep it; the
    point leaves them out, as it does objects such as samples and networks.

    Args:
        statement: A statement or its id.

    Raises:
        InvalidArgument: If there is no such statement, when something is drawn.

    Source:
        `Statement.check_hypotheses` decides each point exactly; a hypothesis that is no
        relation of numbers, such as "X_i i.i.d. uniform", comes back INCONCLUSIVE from
        it. Points are built, not filtered; only a draw whose bounds leave no number,
        such as no integer between two close ends, is passed over.
    """
    return _points(statement, None).map(lambda found: found.values)


def missed_parameters(
    statement: str | Statement, hypothesis: str | None = None
) -> st.SearchStrategy[MissedPoint]:
    """Values at which exactly one hypothesis fails, and which one it is.

    The others hold, or have no value there: a width of ``log(1/eps)`` has none for
    ``eps = 0``. Hypotheses that follow from the others cannot be missed alone.

    Args:
        statement: A statement or its id.
        hypothesis: Which one to miss; None for a drawn one of `missable_hypotheses`.

    Raises:
        InvalidArgument: If there is no such statement, or its hypothesis cannot be
            missed alone, when something is drawn.
    """
    if hypothesis is not None:
        return _points(statement, hypothesis)
    return st.deferred(
        lambda: st.sampled_from(missable_hypotheses(statement)).flatmap(
            lambda name: _points(statement, name)
        )
    )


def missable_hypotheses(statement: str | Statement) -> tuple[str, ...]:
    """Names of the hypotheses that `missed_parameters` can miss, in their order.

    Args:
        statement: A statement or its id.

    Raises:
        InvalidArgument: If there is no such statement.
    """
    asked = _asked(statement)
    implied = IMPLIED.get(asked.id, frozenset())
    return tuple(name for name in plan_of(asked.id).hypotheses if name not in implied)


@st.composite
def _points(draw: st.DrawFn, of: str | Statement, missed: str | None) -> MissedPoint:
    asked = _asked(of)
    plan = plan_of(asked.id)
    if missed is not None and missed not in missable_hypotheses(asked):
        raise InvalidArgument(
            f"hypothesis={shown(missed)}: one that numbers can miss alone is required, "
            f"of {', '.join(missable_hypotheses(asked))} ({asked.id})."
        )
    part = _missed_part(draw, plan, missed)
    symbols = {v.name: v.symbol for v in plan.variables}
    known: dict[Any, Any] = {
        v.symbol: v.default for v in asked.symbols if has_number(v)
    }
    values: Point = {}
    for variable in plan.variables:
        bounds = plan.bounds[variable.name]
        without = part is not None and part in bounds
        inside = domain_of(variable, without_low=without)
        for bound in bounds:
            if without and bound.hypothesis == missed and bound is not part:
                continue
            if missed is not None and bound.unless == missed:
                continue
            inside = narrowed(inside, bound, known, missed=bound is part)
        number = draw_from(draw, variable, inside)
        values[variable.name] = int(number) if variable.symbol.is_integer else number
        known[symbols[variable.name]] = sp.Rational(
            number.numerator, number.denominator
        )
    return MissedPoint(values, "" if missed is None else missed)


def _missed_part(draw: st.DrawFn, plan: Plan, missed: str | None) -> Any:
    """The bound that is missed: one side, where a hypothesis has two."""
    if missed is None:
        return None
    parts = [
        bound
        for variable in plan.variables
        for bound in plan.bounds[variable.name]
        if bound.hypothesis == missed
    ]
    return draw(st.sampled_from(parts))


def _asked(of: str | Statement) -> Statement:
    if isinstance(of, Statement):
        return of
    try:
        return statement(of)
    except ValueError as error:
        raise InvalidArgument(str(error)) from error
