"""How a check says that an implementation contradicts a statement."""

from __future__ import annotations


class ConformanceFailure(AssertionError):
    """An implementation contradicts a statement on the case that is shown.

    It is an `AssertionError`, so that pytest and Hypothesis treat it as a failed test,
    and no `SlthVerifyError`: nothing was asked wrongly, something answered wrongly.

    Usual remedy: run the implementation on the case in the message.
    """


def require(condition: bool, message: str, *, statement: str) -> None:
    """Raise `ConformanceFailure` unless a condition holds.

    Args:
        condition: What the statement promises.
        message: What was observed and what was expected, with the case.
        statement: Its id, such as ``"def:nsn"``.
    """
    if not condition:
        raise ConformanceFailure(f"{statement}: {message}")
