"""Running one check body on drawn cases, and on one of them again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import hypothesis
from hypothesis import strategies as st

from slth_verify.conformance._failure import ConformanceFailure

#: How Hypothesis names a case in the notes of an exception.
_NAMED = re.compile(r"@reproduce_failure\('([^']+)', b'([^']+)'\)")
_AGAIN: ContextVar[tuple[str, str] | None] = ContextVar("_AGAIN", default=None)


def run(
    body: Callable[..., None],
    settings: hypothesis.settings | None,
    **cases: st.SearchStrategy[Any],
) -> None:
    """Call ``body`` on drawn cases, as a Hypothesis test.

    Args:
        body: The check of one case; its parameters are the names in ``cases``.
        settings: None for the loaded profile.
        cases: One strategy per parameter.

    Raises:
        ConformanceFailure: At the first case that contradicts, when it is shrunk; with
            Hypothesis' own name of the case and the command that shows it.
    """
    base = settings if settings is not None else hypothesis.settings()
    test = hypothesis.settings(base, print_blob=True)(hypothesis.given(**cases)(body))
    again = _AGAIN.get()
    if again is not None:
        quiet = hypothesis.settings(base, verbosity=hypothesis.Verbosity.quiet)
        test = quiet(hypothesis.given(**cases)(body))
        test = hypothesis.reproduce_failure(again[0], again[1].encode())(test)
    try:
        test()
    except ConformanceFailure as failure:
        failure.check = body.__qualname__.partition(".")[0]
        failure.draw = _named(failure)
        failure.note_command()
        raise


@contextmanager
def drawn_again(draw: tuple[str, str]) -> Iterator[None]:
    """Let checks inside the block draw one case only, that of an earlier failure."""
    token = _AGAIN.set(draw)
    try:
        yield
    finally:
        _AGAIN.reset(token)


def _named(failure: ConformanceFailure) -> tuple[str, str]:
    """Hypothesis' name of the case; its advice for decorated tests is taken out."""
    notes = getattr(failure, "__notes__", [])
    found = next(filter(None, map(_NAMED.search, notes)), None)
    notes[:] = [note for note in notes if _NAMED.search(note) is None]
    return ("", "") if found is None else (found[1], found[2])
