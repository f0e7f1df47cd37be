"""A page says whether anything was proved for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from handmade.example_report import EXAMPLE

from slth_verify.cli import run
from slth_verify.report import render_html
from slth_verify.report.comparing.reading import read_report


def test_a_page_says_whether_anything_was_proved_for_it(
    made: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = (made.folder / "slth-report.html").read_text(encoding="utf-8")
    claims = (
        "<p>Each ticket was written to a file, read back",
        "were evaluated again for this report",
        "Proved again here",
    )
    assert all(claim in fresh for claim in claims)
    assert "nothing was proved again" not in fresh
    source = str(made.folder / "slth-report.json")
    words = ["report", "--from", source, "--output", str(tmp_path)]
    run(words)
    assert "nothing was proved again (slth-verify check" in capsys.readouterr().out
    run([*words, "--format", "markdown"])
    assert "nothing was proved again (slth-verify check" in capsys.readouterr().out
    page = (tmp_path / "slth-report.html").read_text(encoding="utf-8")
    assert page == render_html(made.document)
    assert not [claim for claim in claims if claim in page]
    top = page[: page.index("</header>")]
    assert "nothing was proved again" in top
    assert made.document["replay"][0] in top
    assert "nothing was proved again" in page[page.index("<footer") :]


def test_a_command_of_a_document_that_is_no_check_is_not_recommended() -> None:
    example = read_report(EXAMPLE)
    example["replay"] = [
        "slth-verify check a b; echo lost",
        "echo slth-verify check a b",
    ]
    top = render_html(example).split("</header>")[0]
    assert "slth-verify check TICKET TARGET" in top
    assert "echo" not in top
