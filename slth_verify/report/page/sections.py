"""Which sections a page has, in which order, and under which titles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Document = Mapping[str, Any]

_GROUPS = {
    "The paper": ("thm:", "def:", "lem:", "fig:"),
    "Derived here": ("der:",),
    "Related results": ("rel:",),
}
#: Ids and titles, in the order of the page.
SECTIONS = (
    ("comparison", "Changes"),
    ("tickets", "Tickets"),
    ("nearness", "How near"),
    ("accuracy", "Accuracy"),
    ("widths", "Widths"),
    ("law", "Law of the search"),
    ("explorer", "Bound explorer"),
    ("success", "Success probability"),
    ("masks", "Masks"),
    ("collapse", "Collapse"),
    ("findings", "Findings"),
    ("statements", "Statements"),
    ("derivations", "Derivations"),
    ("attacks", "Attacks"),
    ("samples", "Sample digits"),
    ("benchmarks", "Benchmarks"),
    ("replay", "Replay"),
)

#: What a document without a context has beside its cases.
_NOTHING: Document = {
    "success": None,
    "explorer": (),
    "derivations": (),
    "attacks": (),
    "benchmarks": (),
}


def context_of(document: Document) -> Document:
    """What a document has beside its cases; nothing of each kind if it has none."""
    found: Document | None = document["context"]
    return _NOTHING if found is None else found


def sections_of(
    document: Document, shown: Sequence[Document], listed: Sequence[Document]
) -> tuple[tuple[str, str], ...]:
    """Ids and titles of the sections that have anything to show.

    Args:
        document: The whole.
        shown: Cases with charts and tables of their own.
        listed: Cases with a row in tables of all cases.
    """
    context = context_of(document)
    there = {
        "comparison": "comparison" in document,
        "law": document["law"] is not None,
        "success": context["success"] is not None,
        "explorer": bool(context["explorer"]),
        "derivations": bool(context["derivations"]),
        "attacks": bool(context["attacks"]),
        "benchmarks": document["context"] is not None,
        "widths": any(case["ladder"] for case in shown),
        "nearness": any(case["nearness"] for case in listed),
        "accuracy": any(case["accuracy"] for case in shown),
        "samples": any(case["samples"] for case in shown),
        "masks": any(case["masks"] for case in shown),
        "collapse": any(case["collapse"] for case in shown),
    }
    return tuple(item for item in SECTIONS if there.get(item[0], True))


def statement_groups_of(
    statements: Sequence[Document],
) -> tuple[tuple[str, tuple[Document, ...]], ...]:
    """Title and statements of each group that is not empty."""
    groups = [
        (title, tuple(s for s in statements if s["id"].startswith(prefixes)))
        for title, prefixes in _GROUPS.items()
    ]
    return tuple((title, items) for title, items in groups if items)
