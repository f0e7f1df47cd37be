"""The shipped file of entries: read once, as a whole or not at all."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from slth_verify.bounds.library.entries import Entry

FILE = "certificates.jsonl"

#: The digest of the file lies beside it. It guards against damage, not against malice:
#: what an entry proves is evaluated again in any case.
DIGEST = "certificates.sha256"


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """All entries of the library; none, with a warning, if its file is damaged."""
    folder = files("slth_verify.bounds.library")
    try:
        data = (folder / FILE).read_bytes()
        told = (folder / DIGEST).read_text(encoding="ascii").split()
    except (OSError, ValueError):
        data, told = b"", [""]
    found = read(data, told[0] if told else "")
    if found is None:
        warnings.warn(
            f"the library of certificates ({FILE}) is damaged and not used: widths are "
            "searched, which takes longer. Install slth-verify again.",
            stacklevel=2,
        )
        return ()
    return found


def read(data: bytes, digest: str) -> tuple[Entry, ...] | None:
    """The entries of a file, or None if it is not the one that was written.

    Args:
        data: Content of the file, one entry a line.
        digest: SHA-256 of the content, in hexadecimal.
    """
    if hashlib.sha256(data).hexdigest() != digest:
        return None
    try:
        return tuple(Entry.read(line) for line in data.splitlines())
    except ValueError:
        return None


def written(found: Iterable[Entry]) -> tuple[bytes, str]:
    """Content of the file for these entries, and its digest."""
    data = "".join(f"{entry.line()}\n" for entry in found).encode()
    return data, hashlib.sha256(data).hexdigest()
