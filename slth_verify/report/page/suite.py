"""The page of a suite of tests, rendered from the JSON that the plugin wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from slth_verify.report.page.assets import embedded, style_sheet
from slth_verify.report.page.folding import (
    MOST_PROBLEMS,
    MOST_ROWS,
    counts,
    folded_records,
)
from slth_verify.report.page.html import drawable, page_environment
from slth_verify.suite.judging import FAILED, loose_ends
from slth_verify.text import counted

_HEADLINES = {
    "REFUTED": "A claim is false",
    "REJECTED": "A claim is rejected by a statistical test",
    "INCONCLUSIVE": "Not every claim could be decided",
    "VACUOUS": "Some claims say nothing at these parameters",
    "NOT_REJECTED": "Nothing was contradicted; not every claim was proved",
    "VERIFIED": "Every claim that was recorded is proved",
}
_DIGITS = 6


def render_suite(document: Mapping[str, Any]) -> str:
    """One self-contained page: no network, no scripts, one style, embedded JSON.

    Args:
        document: A document as `slth_verify.suite.read_suite` reads it. The page says
            that nothing was run or proved again for it.

    Returns:
        HTML; the same document gives the same bytes with the same libraries.

    Raises:
        UnusableFileError: If it is no such document, or holds what cannot be drawn.

    Rigor:
        All texts of the document are escaped, as in `render_html`.
    """
    with drawable("pytest --slth-report"):
        return _rendered(document)


def _rendered(document: Mapping[str, Any]) -> str:
    style, style_hash = style_sheet()
    verdicts = list(_records(document, "verdict"))
    order = list(_HEADLINES)
    problems = [x for x in verdicts if x[1]["verdict"] in order[:4]]
    problems.sort(key=lambda item: order.index(item[1]["verdict"]))
    shown, more = folded_records(verdicts)
    loose = list(loose_ends(document["tests"]))
    ratios = sorted(
        _records(document, "ratio"),
        key=lambda item: Decimal(item[1]["ratio"]),
        reverse=True,
    )
    template = page_environment().get_template("suite.html.j2")
    return template.render(
        document=document,
        style=style,
        style_hash=style_hash,
        data=embedded(document),
        headline=_headline(document),
        verdicts=shown,
        more=more,
        problems=problems[:MOST_PROBLEMS],
        more_problems=counts(record for _, record in problems[MOST_PROBLEMS:]),
        loose=loose[:MOST_PROBLEMS],
        more_loose=Counter(name for _, name, _ in loose[MOST_PROBLEMS:]),
        ratios=[
            (test, record, _short(record["ratio"]))
            for test, record in ratios[:MOST_ROWS]
        ],
        bounds=list(_records(document, "bound"))[:MOST_ROWS],
        tests=document["tests"][:MOST_ROWS],
        rows=MOST_ROWS,
    )


def _headline(document: Mapping[str, Any]) -> str:
    """One sentence for the verdict; tests that failed are in it."""
    said = _HEADLINES[document["verdict"]]
    failed = sum(document["outcomes"][name] for name in FAILED)
    if not failed:
        return said
    told = f"{counted(failed, 'test')} failed"
    if document["verdict"] == "INCONCLUSIVE" and not document["counts"]["INCONCLUSIVE"]:
        return f"{told}: not everything was shown that was to be"
    return f"{said}, and {told}"


def _records(
    document: Mapping[str, Any], kind: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for test in document["tests"]:
        for record in test["records"]:
            if record["kind"] == kind:
                yield test["id"], record


def _short(number: str) -> str:
    """Six significant digits of a decimal; the document has the rest."""
    return f"{Decimal(number):.{_DIGITS}g}"
