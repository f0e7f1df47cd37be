"""Theorem 1 with explicit constants, proved again from a stored derivation alone."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice

from slth_verify.bounds._ledger_reader import (
    Record,
    require,
    require_lower,
    require_upper,
)
from slth_verify.bounds._rss_formula import (
    HALF_STATEMENT,
    NECESSARY,
    STATEMENT,
    formula_failures,
    reserve_failure,
)
from slth_verify.bounds._rss_necessary import reach_probability
from slth_verify.bounds._rss_programme import failure_probabilities

#: More samples than this are not followed step by step.
_MOST = 100_000

#: What the programme and the formula are called in a ledger.
_LAWS = {"programme": failure_probabilities, "formula": formula_failures}


def confirm_enough(document: Record) -> None:
    """Confirm that so many uniform samples reach all targets.

    Raises:
        NotConfirmedError: If the derivation does not prove it.

    Rigor:
        Exact.
    """
    inputs, steps = document.record("inputs"), document.steps()
    eps, delta, half = _question(inputs)
    require(len(steps) in (1, 2), "one or two steps were expected")
    reserved = len(steps) == 2
    small = half or reserved
    statement = HALF_STATEMENT if small else STATEMENT
    require(
        document.text("statement") == statement
        and all(step.statement == statement for step in steps),
        f"the derivation does not rest on {statement}",
    )
    require(not (half and reserved), "reserved samples are for the whole interval")
    n, failure = _grown(steps[0].values, eps, small=small)
    if reserved:
        more, lost = _widened(steps[1].values)
        n, failure = n + more, failure + lost
    require(document.integer("n") == n, f"the derivation is for n={n}")
    require(failure <= delta, f"failure probability {float(failure):.6g} exceeds delta")
    reached = document.probability()
    require(reached is not None and reached.upper >= 1, "the probability is missing")
    assert reached is not None  # noqa: S101
    require_lower("probability", reached.lower, 1 - failure)


def confirm_needed(document: Record) -> None:
    """Confirm that fewer uniform samples cannot reach all targets often enough.

    Raises:
        NotConfirmedError: If the derivation does not prove it.

    Rigor:
        Exact.
    """
    eps, delta, half = _question(document.record("inputs"))
    n, steps = document.integer("n"), document.steps()
    require(document.text("statement") == NECESSARY, f"{NECESSARY} was expected")
    if n <= 0:
        return
    require(
        len(steps) == 1 and steps[0].statement == NECESSARY,
        f"one step of {NECESSARY} was expected",
    )
    values = steps[0].values
    require(values.integer("samples") == n - 1, f"the derivation is not for n={n}")
    z = Fraction(1, 2) if half else Fraction(1)
    below = reach_probability(n - 1, z, eps)
    require(below < 1 - delta, f"{n - 1} samples may succeed often enough")
    require_upper(values.name, values.number("probability"), below)
    reached = document.probability()
    require(reached is not None, "the probability is missing")
    assert reached is not None  # noqa: S101
    require_upper("probability", reached.upper, below)


def _question(inputs: Record) -> tuple[Fraction, Fraction, bool]:
    eps, delta = inputs.number("eps"), inputs.number("delta")
    require(0 < eps < 1 and 0 < delta < 1, "eps or delta is not between 0 and 1")
    return eps, delta, inputs.flag("half")


def _grown(values: Record, eps: Fraction, *, small: bool) -> tuple[int, Fraction]:
    """Samples that cover the interval, and how often they fail."""
    first, second = values.number("e1"), values.number("e2")
    require(first > 0 and second > 0, f"{values.name}: e1 or e2 is not positive")
    require(first + second <= eps, f"{values.name}: e1 + e2 exceeds eps")
    start, missing = (2 * first, second) if small else (first, second / 2)
    require(start <= 1 and missing < 1, f"{values.name}: e1 or e2 is too large")
    law, n = values.text("law"), values.integer("samples")
    require(law in _LAWS and 0 <= n <= _MOST, f"{values.name}: law or samples")
    return n, next(islice(_LAWS[law](start, missing), n, None))


def _widened(values: Record) -> tuple[int, Fraction]:
    """Reserved samples, and how often they do not widen the interval."""
    r = values.integer("samples")
    require(0 <= r <= _MOST, f"{values.name}: samples={r} is out of range")
    lost = reserve_failure(r)
    require_upper(values.name, values.number("failure"), lost)
    return r, lost
