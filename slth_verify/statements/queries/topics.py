"""What a claim is about, and whether two claims are about the same thing.

Bounds are compared only where both claims measure the same quantity of the same event,
under random models of which one holds wherever the other does. Two sufficient widths
must secure the event with the same probability; a necessary one may ask for less than
the sufficient one beside it gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Claim, ClaimDirection, Quantity
from slth_verify.statements.decisions.decide import decide
from slth_verify.statements.decisions.substitution import substitute
from slth_verify.statements.formulas.binding import canonical, is_free
from slth_verify.statements.vocabulary import Ball, Law, NamedSet, Norm, Prob, is_inert
from slth_verify.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Topic:
    """What a claim is about, with values put in and bound variables numbered.

    Attributes:
        quantity: What its subject measures.
        event: The event, without the probability that it has.
        chance: The probability with which a width secures the event, or which it
            presupposes; None where there is none.
        setting: Laws of what is drawn, and conditions on the objects of the event.
    """

    quantity: Quantity | None
    event: Any
    chance: Any
    setting: frozenset[Any]


def topic(statement: StatementData, claim: Claim, values: Mapping[Any, Any]) -> Topic:
    """What a claim is about at some values.

    Args:
        statement: The statement.
        claim: One of its claims.
        values: Values by SymPy symbol, as far as given.
    """
    event, chance = _split(claim.event)
    objects = _objects(statement, claim.event)
    conditions = (*statement.hypotheses, *claim.conditions)
    return Topic(
        claim.quantity,
        _put(event, values),
        None if chance is None else substitute(chance, values),
        frozenset(
            _put(item.relation, values)
            for item in conditions
            if item.relation not in (event, claim.event)
            and (_is_law(statement, item.relation) or _concerns(item.relation, objects))
        ),
    )


def _put(expression: Any, values: Mapping[Any, Any]) -> Any:
    if expression is None:
        return None
    return canonical(_in_one_dimension(substitute(expression, values)))


def _in_one_dimension(event: Any) -> Any:
    """In R^1 a ball is an interval, and every norm is the modulus."""
    flat = {
        ball: sp.Interval(-ball.args[2], ball.args[2])
        for ball in event.atoms(Ball)
        if ball.args[0] == 1
    }
    if not flat or flat.keys() != event.atoms(Ball):
        return event
    norms = {norm: sp.Abs(norm.args[0]) for norm in event.atoms(Norm)}
    return event.xreplace({**flat, **norms})


def _split(event: Any) -> tuple[Any, Any]:
    """The event of ``P(event) >= chance``, and the chance; wherever it is written."""
    if event is None:
        return None, None
    levels = [
        part
        for part in event.atoms(sp.GreaterThan)
        if isinstance(part.lhs, Prob) and not isinstance(part.rhs, Prob)
    ]
    if len(levels) != 1:
        return event, None
    (level,) = levels
    if event == level:
        return level.lhs.args[0], level.rhs
    return event.xreplace({level: level.lhs}), level.rhs


def _objects(statement: StatementData, event: Any) -> list[Any]:
    """Symbols of the event that stand for objects, such as the sample."""
    if event is None:
        return []
    return [
        variable.symbol
        for variable in statement.symbols
        if isinstance(variable.domain, NamedSet) and is_free(variable.symbol, event)
    ]


def _is_law(statement: StatementData, relation: Any) -> bool:
    """Whether it says how an object is drawn, as ``law(X) = Unif[-1, 1]^n``."""
    if not (isinstance(relation, sp.Eq) and isinstance(relation.lhs, Law)):
        return False
    drawn = relation.lhs.args[0]
    return any(
        variable.symbol == drawn and isinstance(variable.domain, NamedSet)
        for variable in statement.symbols
    )


def _concerns(relation: Any, objects: Iterable[Any]) -> bool:
    return is_inert(relation) and any(is_free(thing, relation) for thing in objects)


def differences(
    topics: tuple[Topic, Topic], directions: tuple[ClaimDirection, ClaimDirection]
) -> list[str]:
    """What two claims differ in, in words; empty if they can be compared.

    Args:
        topics: What the two are about.
        directions: Which sides they bound.

    Rigor:
        Exact: equal means equal as formulas, up to the names of bound variables.
    """
    first, second = topics
    if first.quantity is None or second.quantity is None:
        return ["one of them does not say what it measures"]
    found = []
    if first.quantity is not second.quantity:
        found.append(
            f"the quantities ({first.quantity.value!r} against "
            f"{second.quantity.value!r})"
        )
    if first.event != second.event:
        found.append(f"the events ({_against(first.event, second.event)})")
    elif not _chances_fit(topics, directions):
        found.append(
            f"the probabilities of the event ({_shown(first.chance)} against "
            f"{_shown(second.chance)})"
        )
    settings = (first.setting - second.setting, second.setting - first.setting)
    if all(settings):
        sides = ["; ".join(sorted(map(str, side))) for side in settings]
        found.append(f"what is drawn or assumed ({sides[0]} against {sides[1]})")
    return found


def _chances_fit(
    topics: tuple[Topic, Topic], directions: tuple[ClaimDirection, ClaimDirection]
) -> bool:
    """Equal; or what is necessary presupposes no more than what suffices secures."""
    first, second = topics[0].chance, topics[1].chance
    if first == second:
        return True
    if set(directions) == {ClaimDirection.SUFFICIENT, ClaimDirection.NECESSARY}:
        secured, presupposed = (
            (first, second)
            if directions[0] is ClaimDirection.SUFFICIENT
            else (second, first)
        )
        if presupposed is None:
            return True
        return secured is None or (
            decide(secured, ">=", presupposed) is Verdict.VERIFIED
        )
    if first is None or second is None:
        return False
    return decide(first, "==", second) is Verdict.VERIFIED


def _shown(expression: Any) -> str:
    return "none" if expression is None else str(expression)


def _against(first: Any, second: Any) -> str:
    """The least parts in which two expressions of one shape differ."""
    pairs = list(dict.fromkeys(_parts(first, second)))
    return ", ".join(f"{_shown(one)} against {_shown(other)}" for one, other in pairs)


def _parts(first: Any, second: Any) -> list[tuple[Any, Any]]:
    if first == second:
        return []
    comparable = (
        isinstance(first, sp.Basic)
        and isinstance(second, sp.Basic)
        and first.func is second.func
        and len(first.args) == len(second.args) > 0
        and not isinstance(first, (NamedSet, sp.Interval, sp.Add, sp.Mul, sp.Pow))
    )
    if not comparable:
        return [(first, second)]
    inner: list[tuple[Any, Any]] = []
    for one, other in zip(first.args, second.args, strict=True):
        inner += _parts(one, other)
    return inner
