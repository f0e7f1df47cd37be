"""``report --compare``: the older document, what changed, and whether it fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from slth_verify.suite.annotations import Annotation

#: Exit code of ``--fail-on-worse``, where the verdict alone would be 0.
WORSE = 5

Document = Mapping[str, Any]


def read_older(path: str | None) -> Document | None:
    """The document that the new one is compared with; read before it is replaced."""
    from slth_verify.report.comparing import read_suite_or_report

    return None if path is None else read_suite_or_report(path)


def with_changes(document: Document, older: Document | None) -> dict[str, Any]:
    """The document with its member ``comparison``, where there is an older one.

    Raises:
        click.UsageError: The two are of different kinds.
    """
    if older is None:
        return dict(document)
    from slth_verify.report.comparing import compare_reports, compare_suites
    from slth_verify.report.model.document import comparison_as_json
    from slth_verify.suite import is_suite

    if is_suite(older) is not is_suite(document):
        raise click.UsageError(
            "--compare: a report and a suite of tests have nothing in common. Give the "
            "older one of the same kind."
        )
    compare = compare_suites if is_suite(document) else compare_reports
    return {**document, "comparison": comparison_as_json(compare(older, document))}


def change_lines(document: Document) -> list[str]:
    """What changed, in words; nothing where nothing was compared."""
    from slth_verify.report.page.comparison import comparison_lines

    if "comparison" not in document:
        return []
    return list(comparison_lines(document["comparison"]))


def change_rows(document: Document) -> dict[str, Any]:
    """What changed, as plain data for Markdown."""
    from slth_verify.report.page.comparison import plain_sides, summary

    if "comparison" not in document:
        return {}
    found = document["comparison"]
    rows = [
        {
            "course": change["course"],
            "of": change["subject"] or "the whole",
            "what": change["name"],
            **dict(zip(("before", "now"), plain_sides(change), strict=True)),
        }
        for group in ("verdicts", "figures", "times")
        for change in found[group]
    ]
    return {"compared": summary(found), **({"changes": rows} if rows else {})}


def change_marks(document: Document) -> Iterator[Annotation]:
    """A mark for each verdict or figure that is worse."""
    from slth_verify.report.page.comparison import change_line

    found = document.get("comparison", {"verdicts": (), "figures": ()})
    for change in (*found["verdicts"], *found["figures"]):
        if change["course"] == "worse":
            yield Annotation("worse", "worse: slth-verify", change_line(change))


def code_of(code: int, document: Document, *, fail_on_worse: bool) -> int:
    """The exit code: a verdict's own comes first, times never count."""
    if code or not fail_on_worse:
        return code
    return WORSE if document["comparison"]["counts"]["worse"] else 0
