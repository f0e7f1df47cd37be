"""What searches found, kept on disk: proposals, never believed.

An answer is read only if its file is whole and about exactly this question and version;
it is proved again before it is used, and whoever asks compares it with an answer that
needs no file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from slth_verify._version import __version__
from slth_verify.cache import cache_folder
from slth_verify.errors import UnusableFileError
from slth_verify.files import read_json, write_atomically

#: Bytes of one file.
_LARGEST = 1 << 16

_Found = TypeVar("_Found")


class Codec(Protocol[_Found]):
    """How answers are written as JSON, and what is left of them when read again."""

    def written(self, found: _Found) -> Any:
        """The JSON value of an answer; None if it is not to be remembered."""
        ...

    def proved(self, answer: Any) -> _Found | None:
        """What a JSON value of unknown origin proves; None if that is too little.

        Raises:
            ValueError: If it cannot be read; a TypeError or KeyError says the same.
        """
        ...


def searched_or_remembered(
    question: dict[str, str], codec: Codec[_Found], search: Callable[[], _Found]
) -> _Found:
    """What is remembered of a question, or else what a search finds, then remembered.

    Args:
        question: All that the answer depends on, but for the version.
        codec: Writes answers, and proves them again.
        search: The search. What it raises is passed on, and nothing is remembered.
    """
    place = _place(question)
    if place is None:
        return search()
    with contextlib.suppress(UnusableFileError, ValueError, TypeError, KeyError):
        document = read_json(place, _LARGEST)
        answer = document["answer"]
        whole = document["digest"] == _digest(question, answer)
        if whole and document["question"] == question:
            again = codec.proved(answer)
            if again is not None:
                return again
    found = search()
    answer = codec.written(found)
    if answer is not None:
        _remember(place, question, answer)
    return found


def _remember(place: Path, question: dict[str, str], answer: Any) -> None:
    """Write a file; a folder that cannot be written is no error."""
    digest = _digest(question, answer)
    document = {"question": question, "answer": answer, "digest": digest}
    with contextlib.suppress(OSError, UnusableFileError):
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(place, json.dumps(document, sort_keys=True))


def _digest(question: dict[str, str], answer: object) -> str:
    whole = json.dumps([__version__, question, answer], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def _place(question: dict[str, str]) -> Path | None:
    base = cache_folder()
    return base / __version__ / f"{_digest(question, None)[:32]}.json" if base else None
