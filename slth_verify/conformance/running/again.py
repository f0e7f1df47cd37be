"""A counterexample tried again on an implementation."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from hypothesis.errors import HypothesisException

from slth_verify.conformance._failure import ConformanceFailure
from slth_verify.conformance.oracles.samplers import pool_columns
from slth_verify.conformance.recording.drive import drawn_again
from slth_verify.conformance.running.checks import CHECKS
from slth_verify.conformance.running.run import as_solver
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown
from slth_verify.suite import Counterexample
from slth_verify.text import reason_of
from slth_verify.verdict import Finding, Verdict


def run_again(found: Counterexample, implementation: Any) -> Finding:
    """Run the check that found a counterexample on the same case, or in full.

    Args:
        found: The counterexample.
        implementation: What the check takes first.

    Returns:
        REFUTED if the check contradicts the implementation again; otherwise, or if the
        case cannot be drawn again, INCONCLUSIVE: one case proves nothing.

    Raises:
        InvalidParameterError: If it names no check.
    """
    if found.check not in CHECKS:
        raise InvalidParameterError(
            f"check={shown(found.check)} is no check of slth_verify.conformance, so "
            "nothing can be tried again. Show the counterexample without --run."
        )
    claim = f"{found.check}, with the options {shown(dict(found.options))}"
    case = drawn_again(found.draw) if all(found.draw) else nullcontext()
    try:
        with case:
            _call(found, implementation)
    except ConformanceFailure as failure:
        return Finding(f"{failure.statement}: {claim}", Verdict.REFUTED, str(failure))
    except HypothesisException as error:
        return Finding(claim, Verdict.INCONCLUSIVE, reason_of(error, 1_000))
    except Exception as error:  # the border to somebody else's code
        return Finding(claim, Verdict.INCONCLUSIVE, f"it fails: {reason_of(error)}")
    return Finding(claim, Verdict.INCONCLUSIVE, "not contradicted again")


def _call(found: Counterexample, implementation: Any) -> None:
    if found.check == "check_success_rate":
        given: tuple[Any, ...] = (as_solver(implementation), pool_columns)
    elif found.check == "check_solver":
        given = (as_solver(implementation),)
    else:
        given = (implementation,)
    CHECKS[found.check](*given, **found.options)
