"""Searching in waves until what was found is certified, or saying what was missing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import TypeVar

from slth_verify.construction.searching.law import within_floats
from slth_verify.construction.searching.problems import Task
from slth_verify.construction.searching.search import WAVES, Search
from slth_verify.deadline import TimeIsUpError, ends_within, now, seconds_left
from slth_verify.errors import NoTicketFoundError
from slth_verify.numbers import ExactNumber, rough
from slth_verify.subset_sum import Proposal
from slth_verify.text import printable

#: Forecast, in units of eps, above which no ticket is certified.
_HOPELESS = 1 + Fraction(1, 10**9)

#: A certificate may still be finished up to so many times the limit.
CERTIFYING = 1.15

Found = TypeVar("Found")

#: From proposals to what they make, with its certified error.
Certify = Callable[[Mapping[Task, Proposal]], tuple[Found, Fraction]]


def searched(
    search: Search, certify: Certify[Found], bound: Fraction, limit: float
) -> Found | None:
    """Filters whose certified error is within the bound; None if none were found."""
    end = now() + limit
    for number in range(len(WAVES)):
        with suppress(TimeIsUpError), ends_within(end - now()):
            search.wave(number, bound)
        if search.forecast() <= bound * _HOPELESS:
            with suppress(TimeIsUpError):
                found, error = certify(search.proposals)
                if error <= bound:
                    return found
        if now() > end:
            break
    return None


def failure(
    search: Search,
    certify: Certify[Found],
    eps: ExactNumber,
    limit: float,
    unit: Fraction = Fraction(1),
) -> NoTicketFoundError:
    """What to say where no ticket was found, with the error that was reached.

    Args:
        search: What was searched.
        certify: As for `searched`.
        eps: What was asked for.
        limit: Seconds that were given.
        unit: Of the errors, in what was asked for.
    """
    best, reached = math.inf, "there was no time to certify what was found"
    with suppress(TimeIsUpError):
        error = certify(search.proposals)[1] * unit
        best = float(within_floats(error))
        reached = f"the certified error came down to {rough(error)}"
    late = seconds_left() < (CERTIFYING - 1.0) * limit
    asked = printable(str(eps), 60)
    within, advice = "", "Widen the random network or raise eps."
    if late:
        within = f" in {limit:g} s"
        advice = "Give more time; or widen the random network or raise eps."
    return NoTicketFoundError(
        f"eps={asked} was not reached{within}: {reached}, at widths "
        f"{search.problems.network.widths} (thm:structured-slth promises a ticket only "
        f"for wide enough networks). {advice}",
        best,
        out_of_time=late,
    )


def no_time(eps: ExactNumber, limit: float) -> NoTicketFoundError:
    """The error of a call whose time was up before anything was searched."""
    return NoTicketFoundError(
        f"eps={printable(str(eps), 60)} was not reached in {limit:g} s: there was "
        "no time to search (thm:structured-slth). Give more time.",
        math.inf,
        out_of_time=True,
    )
