"""What is proved and simulated again for a report, while its cases run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from slth_verify.processes.background import Background, BackgroundLostError
from slth_verify.report._progress import Progress
from slth_verify.report.collect.context.stored import StoredAnswer, answers, proved
from slth_verify.report.collect.context.success import simulated, success_curve
from slth_verify.report.model.context import SuccessCurve
from slth_verify.report.model.profile import Profile
from slth_verify.report.shipped import stored_answers

_STAGE = "proofs again"
_BATCH = 6  # answers that are handed over at a time
_Result = TypeVar("_Result")


class Again:
    """Proofs and simulations in a second process, which this one may share.

    What they give depends on the profile and the seed alone, not on who does what.

    Args:
        profile: How much of it.
        seed: Of the report.
        second: Begins with them at once.
    """

    def __init__(self, profile: Profile, seed: int, second: Background) -> None:
        count = min(profile.stored_answers, len(stored_answers()))
        self._trials, self._seed = profile.success_trials, seed
        self._hits = second.call(simulated, self._trials, seed)
        ends = [(n, min(n + _BATCH, count)) for n in range(0, count, _BATCH)]
        self._asked = {batch: second.call(proved, *batch) for batch in ends}

    def share(self, progress: Progress) -> None:
        """Prove here, last ones first, what the second process has not begun.

        Args:
            progress: Called with the number of batches looked at and of all.
        """
        for done, batch in enumerate(reversed(self._asked)):
            progress(_STAGE, done, len(self._asked))
            if self._asked[batch].cancel():
                self._asked[batch] = Future()
                self._asked[batch].set_result(proved(*batch))
        progress(_STAGE, len(self._asked), len(self._asked))

    def told(self) -> tuple[tuple[StoredAnswer, ...], SuccessCurve | None]:
        """The shipped answers, and success against the number of samples."""
        found = [
            held
            for batch, future in self._asked.items()
            for held in _result(future, proved, *batch)
        ]
        stored = answers(found)
        hits = _result(self._hits, simulated, self._trials, self._seed)
        return stored, success_curve(stored, self._trials, hits)


def _result(
    future: Future[_Result], function: Callable[..., _Result], *arguments: int
) -> _Result:
    """What the second process says; computed here if it is lost."""
    try:
        return future.result()
    except BackgroundLostError:
        return function(*arguments)
