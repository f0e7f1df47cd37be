"""Proposals of searches, kept on disk. They are never believed, only tried first."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

from slth_verify._version import __version__

#: Environment variable that names the folder; empty means no cache.
VARIABLE = "SLTH_VERIFY_CACHE"


def folder() -> Path | None:
    """Where proposals are kept, or None if the cache is switched off."""
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return Path(chosen) if chosen else None
    return Path.home() / ".cache" / "slth_verify"


def remembered(question: dict[str, str]) -> dict[str, str] | None:
    """The stored proposal for exactly this question and version, if any."""
    place = _place(question)
    if place is None:
        return None
    try:
        document = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(document, dict) or document.get("question") != question:
        return None
    answer = document.get("answer")
    if not isinstance(answer, dict):
        return None
    return {str(key): str(value) for key, value in answer.items()}


def remember(question: dict[str, str], answer: dict[str, str]) -> None:
    """Store a proposal; a folder that cannot be written is no error."""
    place = _place(question)
    if place is None:
        return
    text = json.dumps({"question": question, "answer": answer}, sort_keys=True)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(name, place)
    except OSError:
        return


def _place(question: dict[str, str]) -> Path | None:
    base = folder()
    if base is None:
        return None
    key = json.dumps({"version": __version__, **question}, sort_keys=True)
    digest = hashlib.sha256(key.encode()).hexdigest()
    return base / __version__ / f"{digest[:32]}.json"
