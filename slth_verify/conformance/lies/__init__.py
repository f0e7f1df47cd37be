"""Implementations that are wrong on purpose: each must be caught by its check.

They are shipped, so that `slth_verify.selftest` can show that the checks of an
installed package still notice them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from slth_verify.conformance.lies import (
    checkers,
    errors,
    filters,
    masks,
    solvers,
    sums,
    widths,
)
from slth_verify.conformance.lies.statements import LYING_STATEMENTS
from slth_verify.conformance.oracles.samplers import pool_columns
from slth_verify.conformance.running.checks import STATEMENTS
from slth_verify.statements import statement


@dataclass(frozen=True, slots=True)
class Lie:
    """One wrong implementation.

    Attributes:
        name: What is wrong.
        check: Name of the check that must catch it.
        given: What the check takes.
        options: Its options.
    """

    name: str
    check: str
    given: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def statement(self) -> str:
        """Id of the statement that is contradicted."""
        return about(self.check, self.given)


def about(check: str, given: tuple[Any, ...]) -> str:
    """Id of the statement that a check is about, given what it takes."""
    return STATEMENTS.get(check) or str(given[0].id)


@cache
def lies_about_claims() -> tuple[Lie, ...]:
    """Statements with one thing changed, of each whose formulas are attacked."""
    return tuple(
        Lie(f"{name}, {change}", "check_claims", (changed(statement(name)),))
        for name, changes in LYING_STATEMENTS.items()
        for change, changed in changes.items()
    )


@cache
def planted_lies() -> tuple[Lie, ...]:
    """All shipped implementations that lie, those of one check after each other."""
    return tuple(_collected())


def _collected() -> Iterator[Lie]:
    yield from _functions("check_mask", masks.LIES)
    yield from _functions("check_filters", filters.LIES)
    yield from _functions("check_sum_law", sums.LYING_COLUMNS)
    for name, law in sums.LYING_LAWS.items():
        yield Lie(name, "check_sum_law", (sums.honest_columns,), {"law": law})
    for name, joint in sums.LYING_JOINT_LAWS.items():
        yield Lie(name, "check_joint_law", (sums.honest_columns,), {"law": joint})
    yield from _solvers()
    yield from _functions("check_layer_error", errors.LAYER_LIES)
    yield from _functions("check_accumulation", errors.ACCUMULATION_LIES)
    yield from _functions("check_width", widths.LIES)
    yield from _functions("check_checker", checkers.LIES)


def _functions(check: str, wrong: Iterable[Any]) -> Iterator[Lie]:
    for function in wrong:
        yield Lie(_words(function), check, (function,))


def _solvers() -> Iterator[Lie]:
    small = {"max_size": 8}
    for solver in solvers.LIES:
        yield Lie(_words(solver), "check_solver", (solver(),), small)
    exact = {"exact": True, **small}
    for lazy in (solvers.GivesUp, solvers.IgnoresLastColumn):
        yield Lie(_words(lazy), "check_solver", (lazy(),), exact)
    few = {"trials": 60}
    for solver in (solvers.GivesUp, solvers.ResidualZero):
        given = (solver(), pool_columns)
        yield Lie(_words(solver), "check_success_rate", given, few)


def _words(thing: Any) -> str:
    """The name of a function or class, in words."""
    name = str(thing.__name__)
    if name.islower():
        return name.replace("_", " ")
    letters = (f" {x.lower()}" if x.isupper() else x for x in name)
    return "".join(letters).strip()
