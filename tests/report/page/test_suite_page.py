"""The page of a suite: made from its document alone, safe, complete."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from slth_verify.cli import run
from slth_verify.report import render_suite
from slth_verify.suite import Recorder, suite_document
from slth_verify.suite.judging import seed_of
from slth_verify.verdict import Statistical, Verdict

_POISON = '<script>alert("x")</script><img src=x onerror=alert(1)>\x1b[2J'


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.starts: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.starts.append((tag, dict(attrs)))


def _document(*verdicts: Verdict | Statistical, **options: Any) -> dict[str, Any]:
    recorder = Recorder(statement="thm:rss")
    for number, verdict in enumerate(verdicts):
        recorder.verdict(verdict, claim=f"claim {number}", reason=_POISON)
    recorder.bound("width", "1/3")
    recorder.ratio("1/3", 1, claim="small")
    recorder.ratio("2/3", 1, claim="larger")
    name = f"test_x.py::test_x[{_POISON}]"
    test = {
        "id": name,
        "statement": "thm:rss",
        "outcome": "skipped",
        "seconds": 0.5,
        "seed": str(seed_of("1", name)),
        "reason": _POISON,
        "records": recorder.records,
    }
    return suite_document(
        [test],
        options={"seed": "1", **options},
        versions={"slth-verify": "0.1.0"},
        platform={"system": _POISON},
    )


def test_the_page_is_safe_and_complete() -> None:
    document = _document(Verdict.REFUTED, Verdict.VERIFIED)
    page = render_suite(document)
    tags = _Tags()
    tags.feed(page)
    scripts = [attrs for tag, attrs in tags.starts if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "slth-suite"}]
    assert not any(tag in {"img", "link", "iframe"} for tag, _ in tags.starts)
    assert not any(name.startswith("on") for _, a in tags.starts for name in a)
    assert "\x1b" not in page
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page)
    assert found is not None
    assert json.loads(found.group(1)) == document
    ids = [attrs["id"] for _, attrs in tags.starts if "id" in attrs]
    assert len(ids) == len(set(ids))
    names = [tag for tag, _ in tags.starts]
    assert names.count("table") == names.count("caption")
    assert page.index(">0.666667<") < page.index(">0.333333<")
    assert f"slth-verify replay {document['tests'][0]['records'][0]['replay']}" in page
    assert render_suite(document) == page


@pytest.mark.parametrize("verdict", [*Verdict, *Statistical])
def test_the_worst_verdict_comes_first(verdict: Verdict | Statistical) -> None:
    page = render_suite(_document(verdict, Verdict.VERIFIED))
    headline = page[page.index("<h1>") : page.index("</h1>")]
    assert verdict.name in headline
    bad = verdict.name not in {"VERIFIED", "NOT_REJECTED"}
    assert ("What is not as it should be" in page) is bad


@pytest.mark.parametrize(
    ("verdict", "options", "code"),
    [
        (Verdict.VERIFIED, {}, 0),
        (Statistical.NOT_REJECTED, {}, 0),
        (Verdict.REFUTED, {"allow_inconclusive": True}, 1),
        (Statistical.REJECTED, {}, 1),
        (Verdict.INCONCLUSIVE, {}, 3),
        (Verdict.VACUOUS, {"allow_inconclusive": True}, 0),
    ],
)
def test_the_command_writes_it(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    verdict: Verdict | Statistical,
    options: dict[str, Any],
    code: int,
) -> None:
    document = _document(verdict, **options)
    source, folder = tmp_path / "out.json", tmp_path / "reports"
    source.write_text(json.dumps(document), encoding="utf-8")
    words = ["report", "--from", str(source), "--output", str(folder)]
    assert run(words) == code
    first, told = capsys.readouterr().out.splitlines()
    assert first == verdict.name
    assert "nothing was run or proved again" in told
    page = (folder / "slth-suite.html").read_text(encoding="utf-8")
    assert "nothing was proved again" in page[: page.index("</header>")]
    assert page == render_suite(document)
    assert run([*words, "--json"]) == code
    assert json.loads(capsys.readouterr().out) == document


def test_other_files_and_other_options_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "out.json"
    source.write_text('{"schema": "slth-report"}', encoding="utf-8")
    words = ["report", "--output", str(tmp_path / "reports"), "--from"]
    assert run([*words, str(source)]) == 2
    source.write_text(json.dumps(_document()), encoding="utf-8")
    assert run([*words, str(source), "--eps", "1"]) == 2
    assert run([*words, str(tmp_path / "missing.json")]) == 2
    assert not (tmp_path / "reports").exists()


def test_a_page_is_made_without_what_searches() -> None:
    code = (
        "import sys; from slth_verify.report import render_suite\n"
        "print(sorted({'torch', 'scipy', 'sympy', 'hypothesis'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
