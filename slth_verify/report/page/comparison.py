"""What changed since an older report, as the page and the terminal say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from slth_verify.report.page.display import figure, plain_figure
from slth_verify.text import counted, printable

Document = Mapping[str, Any]

#: Rows of one table of the page; the document has them all.
MOST_SHOWN = 300
_LINES = 20  # of the terminal
_DASH = "\u2013"
_VERDICTS = frozenset(
    {"VERIFIED", "REFUTED", "INCONCLUSIVE", "VACUOUS", "REJECTED", "NOT_REJECTED"}
)


def said(value: Document | str | None) -> Markup:
    """One side of a change as markup: a figure, a verdict, words, or a dash."""
    if value is None:
        return Markup('<span class="absent">{}</span>').format(_DASH)
    if isinstance(value, str):
        if value in _VERDICTS:
            badge = Markup('<span class="badge {}">{}</span>')
            return badge.format(value.lower(), value)
        return Markup('<span class="reason">{}</span>').format(
            printable(value, len(value))
        )
    return figure(value)


def sides(change: Document) -> tuple[Markup, Markup]:
    """Both sides of a change as markup; in full where they look alike when rounded."""
    before, after = change["before"], change["after"]
    if plain_side(before) == plain_side(after):
        before, after = plain_sides(change)
    return said(before), said(after)


def change_groups(found: Document) -> list[tuple[str, Sequence[Document], int]]:
    """Title, shown changes and number of left-out ones of each group that has some."""
    groups = (
        ("Verdicts", found["verdicts"]),
        ("Figures", found["figures"]),
        ("Times, which are no property of a claim", found["times"]),
        ("Asked or used differently", found["asked"]),
    )
    return [
        (title, changes[:MOST_SHOWN], max(0, len(changes) - MOST_SHOWN))
        for title, changes in groups
        if changes
    ]


def comparison_lines(found: Document) -> Iterator[str]:
    """The same for a terminal: the counts, then what is worse, better, different."""
    yield f"{summary(found)} (before: {printable(found['before'])})"
    changes = [*found["verdicts"], *found["figures"], *found["times"]]
    for change in changes[:_LINES]:
        yield f"  {change_line(change)}"
    if len(changes) > _LINES:
        yield f"  and {counted(len(changes) - _LINES, 'change')} more"


def change_line(change: Document) -> str:
    """One change in words."""
    name = ": ".join(filter(None, (change["subject"], change["name"])))
    note = f" ({change['note']})" if change["note"] else ""
    before, after = plain_sides(change)
    return printable(f"{change['course']:9} {name}: {before} -> {after}{note}")


def summary(found: Document) -> str:
    """How many verdicts and figures changed, and where to."""
    counts = found["counts"]
    parts = [
        f"{counts[course]} {course}" for course in ("worse", "better", "different")
    ]
    return f"{', '.join(parts)}, {found['unchanged']} unchanged"


def plain_side(value: Document | str | None) -> str:
    """One side of a change in words."""
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else plain_figure(value)


def plain_sides(change: Document) -> tuple[str, str]:
    """Both sides in words; in full where they look alike when rounded."""
    before, after = plain_side(change["before"]), plain_side(change["after"])
    if before == after and isinstance(change["before"], Mapping):
        return _whole(change["before"]), _whole(change["after"])
    return before, after


def _whole(value: Document) -> str:
    """A figure with all its digits."""
    if "absent" in value:
        return plain_side(value)
    number = value["value"] if "value" in value else " to ".join(value["interval"])
    unit = f" {value['unit']}" if value["unit"] else ""
    return f"{number}{unit} ({value['kind']}, {value['direction']})"
