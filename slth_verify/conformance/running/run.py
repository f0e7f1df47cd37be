"""All checks that fit what somebody brings, in one call."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import hypothesis

from slth_verify.conformance._checker import TicketChecker
from slth_verify.conformance._construction import Construction
from slth_verify.conformance._failure import ConformanceFailure
from slth_verify.conformance._width import WidthBound
from slth_verify.conformance.oracles.samplers import pool_columns
from slth_verify.conformance.recording.observations import observations_to
from slth_verify.conformance.recording.ratios import worst_ratios
from slth_verify.conformance.running.checks import CHECKS, STATEMENTS
from slth_verify.conformance.running.foreign import FunctionSolver, SubsetSolver
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import rough
from slth_verify.showing import OneLine
from slth_verify.subset_sum import Solver
from slth_verify.suite import Counterexample, require_statement, worst_of
from slth_verify.text import printable, reason_of
from slth_verify.verdict import NoTruthValue, Statistical, Verdict

_NOT_REFUTED = "no contradiction among the cases tried; this proves nothing"
#: Letters of a reason that are printed.
_REASON = 2_000
_BY_NAME: Mapping[str, Verdict | Statistical] = {x.name: x for x in Verdict} | {
    x.name: x for x in Statistical
}


@dataclass(frozen=True, slots=True, repr=False)
class CheckOutcome(NoTruthValue, OneLine):
    """What one check found.

    Attributes:
        check: Its name; "" if no check fits a statement that was asked for.
        statement: Id of the statement.
        claim: What was checked.
        verdict: REFUTED or REJECTED if it contradicts; NOT_REJECTED if it does not,
            which proves nothing; INCONCLUSIVE if it could not be run to its end.
        reason: Why.
        ratios: Largest seen / allowed under each name; at most 1 unless contradicted.
        counterexample: What contradicts, or None.
        seconds: Wall time.
        lines: The reason line by line, where something contradicts.
    """

    check: str
    statement: str
    claim: str
    verdict: Verdict | Statistical
    reason: str
    ratios: Mapping[str, Fraction] = field(default_factory=dict)
    counterexample: Counterexample | None = None
    seconds: float = 0.0
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class ConformanceResult(NoTruthValue, OneLine):
    """What all checks found.

    Attributes:
        checks: One outcome for each check, in the order they ran.
    """

    checks: tuple[CheckOutcome, ...]

    @property
    def verdict(self) -> Verdict | Statistical:
        """The worst of all; never VERIFIED, since no number of cases proves a claim."""
        return _BY_NAME[worst_of(item.verdict.name for item in self.checks)]

    @property
    def worst_ratios(self) -> dict[str, Fraction]:
        """The largest ratio of each check that saw one."""
        return {
            item.check: max(item.ratios.values()) for item in self.checks if item.ratios
        }

    def require(self) -> None:
        """Fail unless every check ran to its end without a contradiction.

        Raises:
            ConformanceFailure: If one did not; the message has all that went wrong.
        """
        wrong = [
            item for item in self.checks if item.verdict is not Statistical.NOT_REJECTED
        ]
        if wrong:
            told = "\n".join(_lines(wrong))
            failure = ConformanceFailure(told, statement=wrong[0].statement)
            failure.verdict, failure.checks = self.verdict, self.checks
            raise failure

    def to_text(self) -> str:
        """A line for each check, and the command that shows what contradicts."""
        return "\n".join(_lines(self.checks))


def run_conformance(
    *,
    construction: Construction | None = None,
    solver: Solver | SubsetSolver | None = None,
    checker: TicketChecker | None = None,
    bound: WidthBound | None = None,
    statements: Collection[str] | None = None,
    settings: hypothesis.settings | None = None,
    progress: Callable[[str], None] | None = None,
    observations: str | os.PathLike[str] | None = None,
) -> ConformanceResult:
    """Run every check that fits what is given.

    Args:
        construction: Finds a ticket for a target: `check_construction`.
        solver: Finds a subset, as a `Solver` or a function of arrays: `check_solver`
            and `check_success_rate`.
        checker: Proves the files of a ticket and a target: `check_checker`.
        bound: Says how many columns are enough: `check_width`.
        statements: Ids to which the checks are restricted; None for all.
        settings: Hypothesis settings; None for the loaded profile.
        progress: Called with the name of each check before it runs.
        observations: File to which each drawn case and each statistical test is
            appended, as `observations_to` does; None for none.

    Returns:
        All outcomes. An exception of what is given is INCONCLUSIVE, with its text.

    Raises:
        InvalidParameterError: If nothing is given, or a statement is unknown.
        OSError: If the file of observations cannot be opened.

    Example:
        A suite of one's own: ``run_conformance(solver=my_solver).require()``.
    """
    for identifier in statements or ():
        require_statement(identifier)
    planned = list(_planned(construction, solver, checker, bound))
    if not planned:
        raise InvalidParameterError(
            "construction=None, solver=None, checker=None, bound=None: something to "
            "check was required (any statement). Give at least one of them."
        )
    chosen = [
        item
        for item in planned
        if statements is None or STATEMENTS[item[0]] in statements
    ]
    with observations_to(observations):
        outcomes = [_run(*item, settings, progress) for item in chosen]
    there = {item.statement for item in outcomes}
    for identifier in statements or ():
        if identifier not in there:
            outcomes.append(_unchecked(identifier))
    return ConformanceResult(tuple(outcomes))


_Planned = tuple[str, tuple[Any, ...], dict[str, Any]]


def _planned(
    construction: Construction | None,
    solver: Solver | SubsetSolver | None,
    checker: TicketChecker | None,
    bound: WidthBound | None,
) -> Iterator[_Planned]:
    """Names of checks, what they take, and their options."""
    if construction is not None:
        yield "check_construction", (construction,), {}
    if solver is not None:
        exact = bool(getattr(solver, "exact", False))
        driven = as_solver(solver)
        yield "check_solver", (driven,), {"exact": exact}
        yield "check_success_rate", (driven, pool_columns), {"exact": exact}
    if checker is not None:
        yield "check_checker", (checker,), {}
    if bound is not None:
        yield "check_width", (bound,), {}


def as_solver(solver: Solver | SubsetSolver) -> Solver:
    """A solver of the package's protocol; a function of arrays is wrapped."""
    if hasattr(solver, "solve"):
        return solver  # type: ignore[return-value]
    return FunctionSolver(solver)


def _run(
    check: str,
    given: tuple[Any, ...],
    options: dict[str, Any],
    settings: hypothesis.settings | None,
    progress: Callable[[str], None] | None,
) -> CheckOutcome:
    if progress is not None:
        progress(check)
    keywords = dict(options)
    if check != "check_success_rate":  # the one that draws nothing
        keywords["settings"] = settings
    statement, claim = STATEMENTS[check], f"{check} finds no contradiction"
    start, found = time.monotonic(), None
    verdict: Verdict | Statistical = Statistical.NOT_REJECTED
    reason, told = _NOT_REFUTED, ""
    with worst_ratios() as ratios:
        try:
            CHECKS[check](*given, **keywords)
        except ConformanceFailure as failure:
            failure.check, failure.options = check, {**options, **failure.options}
            found = failure.counterexample
            verdict, reason, told = failure.verdict, found.reason, failure.told
            statement = failure.statement or statement
        except Exception as error:  # the border to somebody else's code
            verdict, reason = Verdict.INCONCLUSIVE, f"it fails: {reason_of(error)}"
    seconds = time.monotonic() - start
    return CheckOutcome(
        check,
        statement,
        claim,
        verdict,
        reason,
        ratios,
        found,
        seconds,
        tuple(told.split("\n")) if told else (),
    )


def _unchecked(statement: str) -> CheckOutcome:
    reason = "nothing that was given is checked against it"
    claim = f"a check of {statement}"
    return CheckOutcome("", statement, claim, Verdict.INCONCLUSIVE, reason)


def _lines(items: Collection[CheckOutcome]) -> Iterator[str]:
    for item in items:
        worst = max(item.ratios.values(), default=None)
        told = "" if worst is None else f"; worst ratio {rough(worst)}"
        named = item.check or "no check"
        first, *more = item.lines or (item.reason,)
        yield (
            f"{item.verdict.name:12} {named} ({item.statement}): "
            f"{printable(first, _REASON)}{told}"
        )
        yield from (f"    {printable(line, _REASON)}" for line in more)
        if item.counterexample is not None:
            yield f"    {item.counterexample.command}"
