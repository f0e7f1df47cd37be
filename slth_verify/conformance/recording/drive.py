"""Running one check body on drawn cases, and on one of them again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import hypothesis
from hypothesis import HealthCheck
from hypothesis import strategies as st

from slth_verify.conformance._failure import ConformanceFailure
from slth_verify.conformance.recording.observations import observed

#: How Hypothesis names a case in the notes of an exception.
_NAMED = re.compile(r"@reproduce_failure\('([^']+)', b'([^']+)'\)")
_AGAIN: ContextVar[tuple[str, str] | None] = ContextVar("_AGAIN", default=None)


def run(
    body: Callable[..., None],
    settings: hypothesis.settings | None,
    options: Mapping[str, Any] | None = None,
    named: str = "",
    /,
    **cases: st.SearchStrategy[Any],
) -> None:
    """Call ``body`` on drawn cases, as a Hypothesis test.

    Args:
        body: The check of one case; its parameters are the names in ``cases``.
        settings: None for the loaded profile; a deadline is passed over.
        options: What the check was asked for, as plain data; without it the case could
            not be drawn again.
        named: What a file of observations calls the property; "" for the check's name.
        cases: One strategy per parameter.

    Raises:
        ConformanceFailure: At the first case that contradicts, when it is shrunk; with
            Hypothesis' own name of the case and the command that shows it. A case that
            contradicted once, and not when it was tried again, has contradicted.
    """
    base = _without_clock(hypothesis.settings() if settings is None else settings)
    check = body.__qualname__.partition(".")[0]
    told = observed(body, named or check)
    test = base(hypothesis.given(**cases)(told))
    again = _AGAIN.get()
    if again is not None:
        quiet = hypothesis.settings(base, verbosity=hypothesis.Verbosity.quiet)
        test = quiet(hypothesis.given(**cases)(body))
        test = hypothesis.reproduce_failure(again[0], again[1].encode())(test)
    try:
        test()
    except (ConformanceFailure, BaseExceptionGroup) as error:
        failure = _first_failure(error)
        if failure is None:
            raise
        failure.check, failure.options = check, dict(options or {})
        failure.draw = _named(failure)
        failure.note_command()
        raise failure from failure.__cause__


@contextmanager
def drawn_again(draw: tuple[str, str]) -> Iterator[None]:
    """Let checks inside the block draw one case only, that of an earlier failure."""
    token = _AGAIN.set(draw)
    try:
        yield
    finally:
        _AGAIN.reset(token)


def _without_clock(settings: hypothesis.settings) -> hypothesis.settings:
    """The settings without deadline: cases are exact, on machines of any speed."""
    slow = {HealthCheck.too_slow, HealthCheck.data_too_large}
    ignored = sorted(slow.union(settings.suppress_health_check), key=lambda x: x.name)
    return hypothesis.settings(
        settings,
        deadline=None,
        suppress_health_check=ignored,
        print_blob=True,
        report_multiple_bugs=False,
    )


def _first_failure(error: BaseException) -> ConformanceFailure | None:
    """A contradiction among the exceptions of a case that did not repeat itself."""
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(_first_failure, error.exceptions)), None)
    return error if isinstance(error, ConformanceFailure) else None


def _named(failure: ConformanceFailure) -> tuple[str, str]:
    """Hypothesis' name of the case; its advice for decorated tests is taken out."""
    notes = getattr(failure, "__notes__", [])
    found = next(filter(None, map(_NAMED.search, notes)), None)
    notes[:] = [note for note in notes if _NAMED.search(note) is None]
    return ("", "") if found is None else (found[1], found[2])
