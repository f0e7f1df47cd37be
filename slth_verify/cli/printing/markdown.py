"""Plain data as Markdown for the page of a CI job: verdict first, then tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slth_verify.text import counted, printable

_ROWS = 100  # of one table; a job's page holds a mebibyte
_LETTERS = 240  # of one cell
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]|#~$!^])")
#: What only browsers read, or what the heading says already.
_PASSED_OVER = frozenset({"mathml", "verdict", "schema_version", "sympy"})


def markdown(title: str, content: Mapping[str, Any]) -> str:
    """A section that says what a JSON document says.

    Single values become one table, lists of objects one each, and long ones are cut and
    say so. Every text is escaped: none can become a heading, a link, HTML or an image.

    Args:
        title: What was done.
        content: Plain JSON; a ``verdict`` becomes the heading.
    """
    named = f"slth-verify {title}"
    verdict = content.get("verdict")
    heading = escaped(named if verdict is None else f"{verdict}: {named}")
    lines = [f"## {heading}", ""]
    facts, tables = _sorted_out("", content)
    if facts:
        lines += [*_table(("", ""), facts), ""]
    for name, rows in tables:
        columns = list(dict.fromkeys(key for row in rows for key in row))
        columns = [key for key in columns if key not in _PASSED_OVER - {"verdict"}]
        cells = [[_inline(row.get(key)) for key in columns] for row in rows]
        lines += [f"### {escaped(_words(name))}", ""]
        lines += [*_table(list(map(_words, columns)), cells), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def escaped(text: str) -> str:
    """A text that means itself, and nothing else, in a line or cell of Markdown.

    Examples:
        >>> escaped("*a* <b> | @c")
        '\\\\*a\\\\* &lt;b&gt; \\\\| &#64;c'
    """
    safe = _PUNCTUATION.sub(r"\\\1", printable(text, _LETTERS))
    for letter, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("@", "&#64;"),
    ):
        safe = safe.replace(letter, entity)
    return safe.replace("://", "&#58;//")


def _sorted_out(
    prefix: str, content: Mapping[str, Any]
) -> tuple[list[list[str]], list[tuple[str, Sequence[Mapping[str, Any]]]]]:
    """Single facts, and lists of objects by their names."""
    facts: list[list[str]] = []
    tables: list[tuple[str, Sequence[Mapping[str, Any]]]] = []
    for key, value in content.items():
        name = f"{prefix}{key}"
        if key in _PASSED_OVER and not prefix:
            continue
        if isinstance(value, Mapping):
            inner_facts, inner_tables = _sorted_out(f"{name} ", value)
            facts += inner_facts
            tables += inner_tables
        elif _is_table(value):
            tables.append((name, value))
        elif key not in _PASSED_OVER:
            facts.append([_words(name), _inline(value)])
    return facts, tables


def _is_table(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(item, Mapping) for item in value)
    )


def _inline(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple) and not any(
        isinstance(item, list | tuple | Mapping) for item in value
    ):
        return ", ".join(map(str, value[:_ROWS])) or "none"
    return value if isinstance(value, str) else json.dumps(value)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _row(columns)
    yield f"|{' --- |' * len(columns)}"
    for row in rows[:_ROWS]:
        yield _row(row)
    if len(rows) > _ROWS:
        yield ""
        yield f"and {counted(len(rows) - _ROWS, 'row')} more"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    """A text in a cell, in which a new line is one."""
    return "<br>".join(map(escaped, text.split("\n")[:_ROWS]))


def _words(name: str) -> str:
    return name.replace("_", " ")
