"""What the checker says of recorded tickets, each genuine or false in one known way."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from slth_verify.conformance.oracles.ticket_truth import (
    ERROR,
    FILTERS,
    FIT,
    STATED,
    TARGET,
    WEIGHTS,
)
from slth_verify.conformance.oracles.told_tickets import (
    REFUSED,
    TRIVIAL,
    ToldTicket,
    told_tickets,
)
from slth_verify.errors import InvalidTicketError
from slth_verify.text import reason_of
from slth_verify.verdict import Statistical, Verdict

#: What a claim is called in the ledger of a check.
_CALLED = {
    TARGET: "made for this target",
    FIT: "fit the target",
    FILTERS: ": kept filters exist",
    WEIGHTS: ": stored weights are",
    ERROR: "sup over all images",
    STATED: "certified_error is at least",
    TRIVIAL: "the claim is not trivial",
}

#: Says of a ticket's file and its target's file what they prove.
_Checker = Callable[..., Any]
_Look = tuple[str, Verdict | Statistical, str]


def judged_tickets(checker: _Checker, *, quick: bool) -> Iterator[_Look]:
    """Let the package's checker judge the recorded tickets.

    Args:
        checker: `slth_verify.ticket.check`.
        quick: Whether one ticket of each kind is enough; else all.

    Yields:
        A ticket, what it came to, and why: NOT_REJECTED if the genuine ticket is
        VERIFIED, and of a false one exactly what is false is not.
    """
    told = told_tickets()
    if quick:
        first: dict[str, ToldTicket] = {}
        for known in told:
            first.setdefault(known.false, known)
        told = tuple(first.values())
    for known in told:
        verdict: Verdict | Statistical = Statistical.NOT_REJECTED
        reason = f"not verified: {known.false}" if known.false else "verified"
        try:
            wrong = _wrong(checker, known)
        except Exception as error:  # the border: whatever is broken is reported
            verdict, reason = Verdict.INCONCLUSIVE, reason_of(error)
        else:
            if wrong:
                verdict, reason = Verdict.REFUTED, wrong
        yield known.stored.change, verdict, reason


def _wrong(checker: _Checker, known: ToldTicket) -> str:
    """What is wrong in the checker's answer, or ""."""
    with tempfile.TemporaryDirectory() as folder:
        paths = known.stored.save(Path(folder))
        try:
            # mpmath's second opinion must not be what notices
            found = checker(*paths, cross_check=not known.false)
        except InvalidTicketError as error:
            text = f"it is refused: {reason_of(error)}"
            return "" if known.false == REFUSED else text
    if known.false == REFUSED:
        return f"it is {found.verdict.name}, but to be refused"
    claims = [x.claim for x in found.ledger if x.verdict is not Verdict.VERIFIED]
    if (found.verdict is Verdict.VERIFIED) is bool(claims):
        return f"{found.verdict.name} although {len(claims)} claims are not verified"
    if not known.false:
        return f"genuine, and not verified: {'; '.join(claims)}" if claims else ""
    if not claims:
        return f"VERIFIED, but it is false that {known.false}"
    others = [claim for claim in claims if _CALLED[known.false] not in claim]
    return f"true, and not verified: {'; '.join(others)}" if others else ""
