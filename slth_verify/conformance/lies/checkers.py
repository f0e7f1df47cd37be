"""Wrong checkers of tickets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from slth_verify.errors import SlthVerifyError
from slth_verify.ticket import check
from slth_verify.verdict import Verdict

PROVED = SimpleNamespace(verdict=Verdict.VERIFIED)


def believes_all(ticket: Path, target: Path) -> Any:
    return PROVED


def believes_what_is_read(ticket: Path, target: Path) -> Any:
    """A ticket whose weights are another network's is no error of its file."""
    check(ticket, target)
    return PROVED


def refutes_all(ticket: Path, target: Path) -> Any:
    return SimpleNamespace(verdict=Verdict.REFUTED)


def calls_open_what_is_proved(ticket: Path, target: Path) -> Any:
    return replace(check(ticket, target), verdict=Verdict.INCONCLUSIVE)


def target_not_compared(ticket: Path, target: Path) -> Any:
    """Which target a ticket names is not looked at."""
    found = check(ticket, target)
    wrong = [x.claim for x in found.ledger if x.verdict is Verdict.REFUTED]
    return PROVED if wrong and "target" in wrong[0] else found


def error_not_compared(ticket: Path, target: Path) -> Any:
    """Whether the proved error is within the claim is not looked at."""
    found = check(ticket, target)
    wrong = [x.claim for x in found.ledger if x.verdict is not Verdict.VERIFIED]
    return PROVED if wrong and wrong[0].startswith("sup over") else found


def unreadable_is_proved(ticket: Path, target: Path) -> Any:
    """An error of the reader is swallowed."""
    try:
        return check(ticket, target)
    except SlthVerifyError:
        return PROVED


LIES = [
    believes_all,
    believes_what_is_read,
    refutes_all,
    calls_open_what_is_proved,
    target_not_compared,
    error_not_compared,
    unreadable_is_proved,
]
