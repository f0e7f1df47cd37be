"""A counterexample tried again on an implementation."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from hypothesis.errors import HypothesisException

from slth_verify.conformance._failure import ConformanceFailure
from slth_verify.conformance.oracles.samplers import pool_columns
from slth_verify.conformance.recording.drive import drawn_again
from slth_verify.conformance.running.checks import CHECKS
from slth_verify.conformance.running.run import CheckOutcome, as_solver
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown
from slth_verify.statements import Statement
from slth_verify.suite import Counterexample
from slth_verify.text import reason_of
from slth_verify.verdict import Verdict


def can_run_again(found: Counterexample) -> bool:
    """Whether a check of this room found it, so that `run_again` takes it."""
    return found.check in CHECKS


def run_again(found: Counterexample, implementation: Any) -> CheckOutcome:
    """Run the check that found a counterexample on the same case, or in full.

    Args:
        found: The counterexample.
        implementation: What the check takes first; of `check_claims` a statement, or
            what gives one for its id, such as `slth_verify.statement`.

    Returns:
        REFUTED if a case contradicts the implementation again, and REJECTED if a
        statistical test does, at its level, which is no proof; otherwise, or if the
        case cannot be drawn again, INCONCLUSIVE: one case proves nothing.

    Raises:
        InvalidParameterError: If it names no check.
    """
    if not can_run_again(found):
        raise InvalidParameterError(
            f"check={shown(found.check)} is no check of slth_verify.conformance, so "
            "nothing can be tried again. Show the counterexample without --run."
        )
    claim = f"{found.check}, with the options {shown(dict(found.options))}"
    case = drawn_again(found.draw) if all(found.draw) else nullcontext()
    try:
        with case:
            _call(found, implementation)
        reason = "not contradicted again"
    except ConformanceFailure as failure:
        return CheckOutcome(
            found.check, failure.statement, claim, failure.verdict, str(failure)
        )
    except HypothesisException as error:
        reason = reason_of(error, 1_000)
    except Exception as error:  # the border to somebody else's code
        reason = f"it fails: {reason_of(error)}"
    return CheckOutcome(
        found.check, found.statement, claim, Verdict.INCONCLUSIVE, reason
    )


def _call(found: Counterexample, implementation: Any) -> None:
    if found.check == "check_success_rate":
        given: tuple[Any, ...] = (as_solver(implementation), pool_columns)
    elif found.check == "check_solver":
        given = (as_solver(implementation),)
    elif found.check == "check_claims" and not isinstance(implementation, Statement):
        given = (implementation(found.statement),)
    else:
        given = (implementation,)
    CHECKS[found.check](*given, **found.options)
