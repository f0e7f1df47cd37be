"""Where the statements of a TOML document stand, which its parser does not say."""

from __future__ import annotations

import re
import tomllib

#: One piece of TOML that can hold line ends or brackets, or a bracket, or a line end.
_PIECE = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|[\[\]{}\n]",
    re.DOTALL,
)

#: Place of a statement: the number of ``[[runs]]`` above it (0 for none), and its key.
Place = tuple[int, str]


def places_of(text: str) -> dict[Place, int]:
    """Line numbers, from 1, of the keys of a plan and of its ``[[runs]]``.

    Args:
        text: A document that `tomllib` has read.

    Returns:
        The line of every key of the document and of its blocks, and with the key ``""``
        that of each block's head.

    Cost:
        Linear in the text.
    """
    places: dict[Place, int] = {}
    block = 0
    for line, statement in _statements(text):
        if statement.startswith("["):
            block += 1
            places[block, ""] = line
            continue
        for key in _parsed(statement):
            places.setdefault((block, key), line)
    return places


def _statements(text: str) -> list[tuple[int, str]]:
    """Statements with the line on which each begins."""
    found: list[tuple[int, str]] = []
    start, line, depth, begun = 0, 1, 0, 1
    for piece in _PIECE.finditer(text + "\n"):
        part = piece.group()
        if part in ("[", "{"):
            depth += 1
        elif part in ("]", "}"):
            depth -= 1
        elif part == "\n" and depth == 0:
            statement = text[start : piece.start()].strip()
            if statement and not statement.startswith("#"):
                found.append((begun, statement))
            start, begun = piece.end(), line + 1
        line += part.count("\n")
    return found


def _parsed(statement: str) -> list[str]:
    try:
        return list(tomllib.loads(statement))
    except (ValueError, RecursionError):
        return []
