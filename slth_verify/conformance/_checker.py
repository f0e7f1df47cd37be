"""der:a-posteriori: checkers of tickets, against what is known of tickets."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import islice, product
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np

from slth_verify.conformance._failure import require
from slth_verify.conformance.oracles.ticket_truth import falsehoods
from slth_verify.conformance.oracles.ticket_words import OpenError
from slth_verify.conformance.oracles.told_tickets import told_tickets
from slth_verify.conformance.recording.drive import run
from slth_verify.errors import SlthVerifyError
from slth_verify.graph import TargetCNN
from slth_verify.strategies import StoredTicket, corrupted_tickets, tickets
from slth_verify.suite.outcomes import outcome_of
from slth_verify.text import reason_of
from slth_verify.ticket import check

_require = partial(require, statement="der:a-posteriori")

#: Says of a ticket's file and its target's file what they prove: anything with a
#: ``verdict``. A file that it cannot read it refuses by `ValueError` or `OSError`.
TicketChecker = Callable[[Path, Path], Any]

#: Corners of the box at which a changed ticket is evaluated.
_CORNERS = 8


def check_checker(
    checker: TicketChecker, *, settings: hypothesis.settings | None = None
) -> None:
    """Try genuine tickets, and tickets in which something was changed.

    A genuine ticket must be VERIFIED. A changed one must not be where the package's own
    checker refutes it or cannot read it, nor where exact arithmetic that shares nothing
    with that checker finds a claim false; where all that is undecided nothing is
    demanded. At last come recorded tickets, each false in one known way.

    Args:
        checker: The implementation under test.
        settings: Hypothesis settings; None for the loaded profile.

    Raises:
        ConformanceFailure: At the first ticket that was judged wrongly.
        Exception: What the checker raises beside `ValueError` and `OSError`.

    Source:
        der:a-posteriori.
    """
    counts: Counter[str] = Counter()

    def body(genuine: StoredTicket, changed: StoredTicket) -> None:
        told = _judged(checker, genuine)
        _require(told == "VERIFIED", f"a genuine ticket is {told}")
        told, truth = _judged(checker, changed), _judged(check, changed)
        if told == "VERIFIED":  # else the truth does not matter
            known = sorted(_falsehoods(changed))
            truth = f"false: {', '.join(known)}" if known else truth
        counts[truth] += 1
        hypothesis.event(f"a changed ticket is {truth.partition(':')[0]}")
        false = truth != "VERIFIED" and truth not in ("INCONCLUSIVE", "VACUOUS")
        _require(
            told != "VERIFIED" or not false,
            f"{changed.change}: VERIFIED, but it is {truth}",
        )

    run(body, settings, genuine=tickets(), changed=corrupted_tickets())
    _require(
        counts.total() > counts["VERIFIED"],
        f"no changed ticket was false: {dict(counts)}",
    )
    for ticket in told_tickets():
        told, name = _judged(checker, ticket.stored), ticket.stored.change
        if ticket.false:
            words = f"{name}: VERIFIED, but it is false that {ticket.false}"
            _require(told != "VERIFIED", words)
        else:
            _require(told == "VERIFIED", f"{name}: a genuine ticket is {told}")


def _judged(checker: TicketChecker, stored: StoredTicket) -> str:
    """The name of a verdict, or how a file was refused."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return outcome_of(checker(*stored.save(Path(folder))))
        except (SlthVerifyError, ValueError, OSError) as error:
            return f"refused: {reason_of(error)}"


def _falsehoods(changed: StoredTicket) -> frozenset[str]:
    """What the oracle finds false of a ticket that was VERIFIED."""
    with tempfile.TemporaryDirectory() as folder:
        target = TargetCNN.from_file(changed.save(Path(folder))[1])
    image = target.input
    ends = [
        (low, high)
        for low, high in zip(image.low, image.high, strict=True)
        for _ in range(int(np.prod(image.shape[1:])))
    ]
    corners = islice(product(*ends), _CORNERS)
    images = [np.array(at, object).reshape(image.shape) for at in corners]
    try:
        return falsehoods(changed.ticket, target, images)
    except (OpenError, ValueError, LookupError, TypeError, AttributeError):
        return frozenset()  # not decided, or no ticket: whoever reads it says so
