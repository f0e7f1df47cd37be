"""What searches found, kept on disk: proposals, never believed.

An entry is read only if it is whole and about exactly this question and version; its
certificate is evaluated again before it is used, and whoever asks compares it with an
answer that needs no file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from slth_verify._version import __version__
from slth_verify.bounds.library.entries import Entry
from slth_verify.cache import cache_folder
from slth_verify.errors import UnusableFileError
from slth_verify.files import read_json, write_atomically

#: Bytes of one file.
_LARGEST = 1 << 16


def remembered(question: dict[str, str]) -> Entry | None:
    """The stored entry for exactly this question and version, if it is whole."""
    place = _place(question)
    if place is None:
        return None
    try:
        document = read_json(place, _LARGEST)
        answer = document["answer"]
        whole = document["question"] == question
        whole = whole and document["digest"] == _digest(question, answer)
        return Entry.read(json.dumps(answer)) if whole else None
    except (UnusableFileError, ValueError, TypeError, KeyError):
        return None


def remember(question: dict[str, str], entry: Entry) -> None:
    """Store an entry; a folder that cannot be written is no error."""
    place = _place(question)
    if place is None:
        return
    answer = json.loads(entry.line())
    document = {
        "question": question,
        "answer": answer,
        "digest": _digest(question, answer),
    }
    with contextlib.suppress(OSError, UnusableFileError):
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(place, json.dumps(document, sort_keys=True))


def _digest(question: dict[str, str], answer: object) -> str:
    whole = json.dumps([__version__, question, answer], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def _place(question: dict[str, str]) -> Path | None:
    base = cache_folder()
    return base / __version__ / f"{_digest(question, None)[:32]}.json" if base else None
