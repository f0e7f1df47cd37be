"""The journal that a search keeps without being asked, until it has ended."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from slth_verify.cache import cache_folder
from slth_verify.cli._output import note
from slth_verify.errors import (
    InvalidParameterError,
    NoTicketFoundError,
    SlthVerifyError,
)
from slth_verify.files import open_regular, require_writable
from slth_verify.numbers import shown
from slth_verify.text import printable

if TYPE_CHECKING:
    from slth_verify.subset_sum import Journal

#: First bytes of every file of SQLite, which a journal is, unless it is empty.
_SQLITE = b"SQLite format 3\0"


def try_journal(named: str | None) -> None:
    """Refuse a file that can be no journal, before anything large is loaded.

    Raises:
        InvalidParameterError: It is another kind of file.
        UnusableFileError: It can neither be read nor made.
    """
    if named is None:
        return
    require_writable(named)
    begins = b""
    with suppress(OSError), open_regular(named) as file:  # the search says it in words
        begins = file.read(len(_SQLITE))
    if begins not in (b"", _SQLITE):
        raise InvalidParameterError(
            f"--resume={shown(named)}: a journal is a file that earlier runs wrote, or "
            "a new one in a folder that exists, and this is another kind of file "
            "(def:subset-sum-number). Choose another path."
        )


@contextmanager
def kept_journal(
    question: str, beside: Path, named: str | None = None
) -> Iterator[Journal | None]:
    """A journal for a search, found again by the same question.

    It lies in the cache folder or, where that cannot be written, beside the output. It
    is removed when the search has ended, and otherwise named: after a signal, a time
    limit or a full disk the same command goes on from it. A journal that the user named
    is never removed.

    Args:
        question: Everything that decides what is searched.
        beside: The output.
        named: The user's own journal.

    Raises:
        InvalidParameterError: The user's file is no journal.
        UnusableFileError: It cannot be written.
    """
    journal = _named(named) if named is not None else _opened(question, beside)
    done = True
    try:
        yield journal
    except BaseException as error:
        done = isinstance(error, NoTicketFoundError) and not error.out_of_time
        if journal is not None and not done:
            done = _entries(journal) == 0
        if journal is not None and not done:
            note(
                f"slth-verify: {_entries(journal)} finished subset sums are kept in "
                f"{printable(str(journal.path))}; the same command goes on from there"
            )
        raise
    finally:
        if journal is not None and done and named is None:
            _discard(journal)


def _named(path: str) -> Journal:
    """The user's own journal; whether it was there is said, for a name may be wrong."""
    from slth_verify.subset_sum import Journal

    new = not os.path.exists(path)
    journal = Journal(path)
    if new:
        note(f"--resume: {printable(path)} was not there; it is made, and empty")
    return journal


def _opened(question: str, beside: Path) -> Journal | None:
    from slth_verify.subset_sum import Journal

    name = hashlib.sha256(question.encode(errors="surrogateescape")).hexdigest()[:32]
    cache = cache_folder()
    if cache is not None:
        path = cache / "journals" / f"{name}.journal"
        with suppress(OSError, ValueError):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return Journal(path, needed=False)
            except ValueError:  # damaged: it costs the search that it kept
                path.unlink()
                return Journal(path, needed=False)
    with suppress(SlthVerifyError):
        return Journal(beside.with_name(f"{beside.name}.journal"), needed=False)
    return None


def _entries(journal: Journal) -> int:
    try:
        return len(journal)
    except SlthVerifyError:
        return 0


def _discard(journal: Journal) -> None:
    with suppress(OSError):
        journal.discard()
