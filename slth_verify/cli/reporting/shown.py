"""What ``report`` prints of a report or of a suite of tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slth_verify.cli.printing import (
    Form,
    annotate,
    print_answer,
)
from slth_verify.cli.reporting.changes import change_lines, change_marks, change_rows
from slth_verify.suite.annotations import (
    PASSING,
    Annotation,
    open_claims,
    suite_marks,
)
from slth_verify.text import printable

Document = Mapping[str, Any]


def show_report(document: Document, form: Form, service: str | None) -> None:
    """Print a report's document."""
    print_answer(
        form,
        "report",
        lambda: document,
        lambda: "\n".join(_report_lines(document)),
        lambda: _report_summary(document),
        own_schema=True,
    )
    annotate(service, [*_report_marks(document), *change_marks(document)])


def show_suite(document: Document, form: Form, service: str | None) -> None:
    """Print the document of a suite."""
    print_answer(
        form,
        "report",
        lambda: document,
        lambda: "\n".join([document["verdict"], *change_lines(document)]),
        lambda: _suite_summary(document),
        own_schema=True,
    )
    annotate(service, [*suite_marks(document["tests"]), *change_marks(document)])


def _report_lines(document: Document) -> Iterator[str]:
    yield document["verdict"]
    for case in document["cases"]:
        yield f"  {case['verdict']:12} {printable(case['name'])}"
    yield from change_lines(document)


def _report_summary(document: Document) -> dict[str, Any]:
    from slth_verify.report.page.comparison import plain_side

    none = {"absent": "no ticket"}
    findings = [
        {"target": case["name"], **finding}
        for case in document["cases"]
        for finding in case["findings"]
        if finding["verdict"] not in PASSING
    ]
    return {
        "verdict": document["verdict"],
        "profile": document["profile"]["name"],
        "seed": document["seed"],
        **change_rows(document),
        "claims": document["counts"],
        "targets": [
            {
                "target": case["name"],
                "verdict": case["verdict"],
                "certified error": plain_side(
                    (case["ticket"] or {"certified_error": none})["certified_error"]
                ),
                "claimed": plain_side(case["eps"]),
            }
            for case in document["cases"]
        ],
        **({"not verified": findings} if findings else {}),
    }


def _suite_summary(document: Document) -> dict[str, Any]:
    found = [
        {
            "verdict": record["verdict"],
            "statement": record["statement"],
            "claim": record["claim"],
            "reason": record["reason"],
            "test": test["id"],
        }
        for test, record in open_claims(document["tests"])
    ]
    return {
        "verdict": document["verdict"],
        "tests": str(len(document["tests"])),
        **change_rows(document),
        "claims": document["counts"],
        **({"not as it should be": found} if found else {}),
    }


def _report_marks(document: Document) -> Iterator[Annotation]:
    for case in document["cases"]:
        for finding in case["findings"]:
            name = finding["verdict"]
            if name not in PASSING:
                told = f"{case['name']}: {finding['claim']}: {finding['reason']}"
                yield Annotation(name, f"{name}: slth-verify report", told)
