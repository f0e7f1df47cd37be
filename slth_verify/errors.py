"""The package's exceptions. Not knowing is a `Verdict`, not an exception.

Every message has four parts: what is wrong, as ``name=value``; what was required;
which statement demands it; what to do.
"""

from __future__ import annotations

from slth_verify.verdict import Verdict


class SlthVerifyError(Exception):
    """Base class: catch this to catch everything the package raises on purpose."""


class InvalidParameterError(SlthVerifyError, ValueError):
    """An argument lies outside the range in which a statement speaks.

    Usual remedy: the message names the admissible range and the statement.
    """


class InvalidTargetError(SlthVerifyError, ValueError):
    """A target network is outside the class that is covered, or its file is damaged.

    Usual remedy: the message names the layer and the nearest covered form.
    """


class InvalidTicketError(SlthVerifyError, ValueError):
    """A ticket file cannot be read as a ticket: truncated, incomplete, wrong shapes.

    A ticket that *can* be read but claims something false is no error: the checker
    answers REFUTED. Usual remedy: write the ticket again with ``slth-verify prune``.
    """


class UnprovedTicketError(InvalidTicketError):
    """A ticket's claim about its own random network is refuted, or not decided.

    Raised where a network is built from a ticket: an unproved one would be another
    network.

    Attributes:
        verdict: REFUTED or INCONCLUSIVE.

    Usual remedy: write the ticket again with ``slth-verify prune``.
    """

    def __init__(self, message: str, verdict: Verdict) -> None:
        super().__init__(message)
        self.verdict = verdict


class FloatingPointModeError(SlthVerifyError, ArithmeticError):
    """The processor flushes subnormal numbers, or does not round to nearest.

    Numbers could not be read as they are. Usual remedy: undo what changed the mode,
    such as ``torch.set_flush_denormal``, or work in a process of its own.
    """


class UnusableFileError(SlthVerifyError, OSError):
    """A file cannot be read or written: missing, too large, no regular file, disk full.

    Usual remedy: the message names the file and the reason.
    """


class TrivialClaimWarning(UserWarning):
    """The network that computes 0 meets the accuracy that was asked for as well.

    Such a ticket says nothing about the network; the checker calls it VACUOUS. Usual
    remedy: a smaller ``eps``, for example a share such as ``"2%"`` of the range of the
    target's outputs, which the message gives.
    """


class NoTicketFoundError(SlthVerifyError):
    """The search ended without a ticket. This never proves that there is none.

    Attributes:
        best_error: The smallest certified error that the search reached; infinite where
            none was certified in time.
        out_of_time: Whether the search was cut short by its time limit.

    Usual remedy: a wider network, a larger ``eps``, or another seed.
    """

    def __init__(
        self, message: str, best_error: float, *, out_of_time: bool = False
    ) -> None:
        super().__init__(message)
        self.best_error = best_error
        self.out_of_time = out_of_time


class MissingExtraError(SlthVerifyError, ImportError):
    """A feature needs an optional dependency that is not installed.

    Usual remedy: the message names the extra to install.
    """


class WorkerLostError(SlthVerifyError, RuntimeError):
    """A process of a parallel batch ended before its work was done.

    Usual remedy: run again, with the same journal and fewer workers.
    """
