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
from slth_verify.suite.judging import loose_ends
from slth_verify.text import printable

Document = Mapping[str, Any]


#: What is said of documents that were read, of a report and of a suite.
_RECORDED = (
    "as the recorded document says; nothing was proved again (slth-verify check does)"
)
_RECORDED_SUITE = (
    "as the recorded document says; nothing was run or proved again (the tests do, and "
    "slth-verify replay)"
)


def show_report(
    document: Document, form: Form, service: str | None, *, recorded: bool = False
) -> None:
    """Print a report's document.

    Args:
        document: The document, which JSON is.
        form: Of what is printed.
        service: That is told what is not verified.
        recorded: Whether it was read, and nothing proved again, which is then said.
    """
    print_answer(
        form,
        "report",
        lambda: document,
        lambda: "\n".join(_report_lines(document, recorded=recorded)),
        lambda: _report_summary(document, recorded=recorded),
        own_schema=True,
    )
    annotate(service, [*_report_marks(document), *change_marks(document)])


def show_suite(document: Document, form: Form, service: str | None) -> None:
    """Print the document of a suite."""
    print_answer(
        form,
        "report",
        lambda: document,
        lambda: "\n".join(_suite_lines(document)),
        lambda: _suite_summary(document),
        own_schema=True,
    )
    annotate(service, [*suite_marks(document["tests"]), *change_marks(document)])


def _report_lines(document: Document, *, recorded: bool) -> Iterator[str]:
    from slth_verify.report.model.contradictions import believed, believed_verdict

    yield believed_verdict(document)
    if recorded:
        yield f"  {_RECORDED}"
    for case in document["cases"]:
        yield f"  {believed(case):12} {printable(case['name'])}"
    yield from change_lines(document)


def _report_summary(document: Document, *, recorded: bool) -> dict[str, Any]:
    from slth_verify.report.model.contradictions import believed, believed_verdict
    from slth_verify.report.page.comparison import plain_side

    none = {"absent": "no ticket"}
    findings = [
        {"target": case["name"], **finding}
        for case in document["cases"]
        for finding in case["findings"]
        if finding["verdict"] not in PASSING
    ]
    return {
        "verdict": believed_verdict(document),
        **({"recorded": _RECORDED} if recorded else {}),
        "profile": document["profile"]["name"],
        "seed": document["seed"],
        **change_rows(document),
        "claims": document["counts"],
        "targets": [
            {
                "target": case["name"],
                "verdict": believed(case),
                "certified error": plain_side(
                    (case["ticket"] or {"certified_error": none})["certified_error"]
                ),
                "claimed": plain_side(case["eps"]),
            }
            for case in document["cases"]
        ],
        **({"not verified": findings} if findings else {}),
    }


def _suite_lines(document: Document) -> Iterator[str]:
    yield document["verdict"]
    for test, name, reason in loose_ends(document["tests"]):
        yield f"  {name:12} {printable(test['id'])}: {printable(reason)}"
    yield f"  {_RECORDED_SUITE}"
    yield from change_lines(document)


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
    failed = [
        {
            "outcome": name,
            "statement": test["statement"],
            "reason": reason,
            "test": test["id"],
        }
        for test, name, reason in loose_ends(document["tests"])
    ]
    return {
        "verdict": document["verdict"],
        "recorded": _RECORDED_SUITE,
        "tests": {name: n for name, n in document["outcomes"].items() if n},
        **change_rows(document),
        "claims": document["counts"],
        **({"failed": failed} if failed else {}),
        **({"not as it should be": found} if found else {}),
    }


def _report_marks(document: Document) -> Iterator[Annotation]:
    from slth_verify.report.model.contradictions import contradictions

    for name, reason in contradictions(document):
        told = f"{name}: {reason}"
        yield Annotation("INCONCLUSIVE", "INCONCLUSIVE: slth-verify report", told)
    for case in document["cases"]:
        for finding in case["findings"]:
            name = finding["verdict"]
            if name not in PASSING:
                told = f"{case['name']}: {finding['claim']}: {finding['reason']}"
                yield Annotation(name, f"{name}: slth-verify report", told)
