"""``report --from``: pages of documents that were recorded; nothing is run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slth_verify.cli._output import note
from slth_verify.cli.printing import Form
from slth_verify.cli.reporting.changes import code_of, with_changes
from slth_verify.cli.reporting.shown import show_report, show_suite
from slth_verify.files import write_atomically
from slth_verify.text import printable

Document = Mapping[str, Any]


def of_recorded(
    recorded: str,
    older: Document | None,
    folder: Path,
    form: Form,
    service: str | None,
    *,
    fail_on_worse: bool,
) -> int:
    """Render a suite or a report; the exit code is what it came to.

    Args:
        recorded: Path of the document.
        older: The one to compare it with.
        folder: Where the page is written.
        form: Of what is printed.
        service: That is told what is not verified.
        fail_on_worse: Whether what is worse fails.
    """
    from slth_verify.report.comparing import read_suite_or_report
    from slth_verify.suite import is_suite, suite_exit_code

    document = with_changes(read_suite_or_report(recorded), older)
    if is_suite(document):
        _write(folder, "slth-suite.html", document)
        show_suite(document, form, service)
        code = suite_exit_code(document)
    else:
        _write(folder, "slth-report.html", document)
        show_report(document, form, service, recorded=True)
        code = _report_code(document)
    return code_of(code, document, fail_on_worse=fail_on_worse)


def _write(folder: Path, name: str, document: Document) -> None:
    from slth_verify.report import render_html, render_suite
    from slth_verify.suite import is_suite

    text = (render_suite if is_suite(document) else render_html)(document)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / name, text)
    note(f"written: {printable(str(folder / name))}")


def _report_code(document: Document) -> int:
    from slth_verify.verdict import Verdict, exit_code

    return exit_code(Verdict(document["verdict"]))
