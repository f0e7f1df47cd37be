"""One place decides the form of an answer; what is quoted in it stays a quotation."""

from __future__ import annotations

import json
import re
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.cli import group, run
from slth_verify.cli.printing import annotate, asked_form, finding_marks
from slth_verify.cli.printing.markdown import escaped, markdown
from slth_verify.suite.annotations import Annotation, annotation_lines
from slth_verify.verdict import Finding, Verdict

_POISON = "| a <img src=x> [l](http://x) *b*\n::error::c\r# d\x1b[2J%0A@e `f` $g$"


def _commands(command: click.Command, name: str) -> dict[str, click.Command]:
    if not isinstance(command, click.Group):
        return {name: command}
    found = {}
    context = click.Context(command)
    for inner in command.list_commands(context):
        child = command.get_command(context, inner)
        assert child is not None
        found |= _commands(child, f"{name} {inner}".strip())
    return found


def test_every_command_that_prints_an_answer_has_the_forms() -> None:
    without = {
        name
        for name, command in _commands(group, "").items()
        if not {"--format", "--json"} <= {o for p in command.params for o in p.opts}
    }
    assert without == {"sweep export", "sweep report"}  # they write one file


@pytest.mark.parametrize(
    "words",
    [
        ("statements", "thm:rss"),
        ("bounds", "rss", "--eps", "0.1", "--kind", "all"),
        ("bounds", "success", "--dim", "1", "--n", "4", "--eps", "0.1"),
    ],
)
def test_the_three_forms(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 0
    table = capsys.readouterr().out
    assert run([*words, "--format", "table"]) == 0
    assert capsys.readouterr().out == table
    assert run([*words, "--format", "json"]) == 0
    document = capsys.readouterr().out
    assert json.loads(document)["schema_version"] == 1
    assert run([*words, "--json"]) == 0
    assert capsys.readouterr().out == document
    assert run([*words, "--json", "--format=json"]) == 0
    assert capsys.readouterr().out == document
    assert run([*words, "--format=markdown"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("## slth-verify ")
    assert "| --- |" in text


def test_a_failure_takes_the_form_that_was_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["bounds", "rss", "--eps", "-1"]
    assert run(words) == 2
    assert capsys.readouterr().out == ""
    assert run([*words, "--format", "json"]) == 2
    assert json.loads(capsys.readouterr().out)["verdict"] == "INCONCLUSIVE"
    assert run([*words, "--format=markdown"]) == 2
    assert capsys.readouterr().out.startswith("## INCONCLUSIVE: slth-verify bounds")
    assert run(["statements", "--json", "--format", "markdown"]) == 2
    assert "leave out --format" in capsys.readouterr().err
    assert asked_form(["check", "--format", "yaml"]) == "table"


def test_markdown_says_the_verdict_first_and_cuts_what_is_long() -> None:
    content: dict[str, Any] = {
        "verdict": "REFUTED",
        "one": {"two": [1, 2], "none": None},
        "rows": [{"a": n, "verdict": "VERIFIED"} for n in range(103)],
    }
    text = markdown("check", content)
    assert text.startswith("## REFUTED: slth-verify check\n\n|  |  |\n| --- | --- |\n")
    assert "| one two | 1, 2 |" in text
    assert "| 99 | VERIFIED |" in text
    assert "| 100 |" not in text
    assert "and 3 rows more" in text


@given(st.text() | st.just(_POISON))
def test_a_text_stays_in_its_cell(text: str) -> None:
    table = markdown(text, {"verdict": text, "a": text, "b": [{text: text}]})
    rows = [line for line in table.splitlines() if line.startswith("|")]
    assert [len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows] == [3] * 3 + [
        2
    ] * 3
    headings = [line for line in table.splitlines() if line.startswith("#")]
    assert len(headings) == 2
    ours = table.replace("<br>", "")  # a new line of the text
    assert not re.search(r"[<>\x00-\x09\x0b-\x1f]|://", ours)
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]*`$]", escaped(text))


@given(st.text() | st.just(_POISON), st.text() | st.just(_POISON))
def test_an_annotation_is_one_command_with_its_own_properties(
    title: str, message: str
) -> None:
    (line,) = annotation_lines([Annotation("REFUTED", f"t{title}", message, "a,b:c")])
    command = re.fullmatch(r"::error file=([^:,]*),title=([^:,]*)::(.*)", line)
    assert command is not None
    assert command[1] == "a%2Cb%3Ac"
    assert not re.search(r"%(?!25|2C|3A)", line)
    assert not re.search(r"[\x00-\x1f]", line)


def test_errors_come_first_and_what_is_too_much_is_counted() -> None:
    marks = [Annotation("VACUOUS", "a", "b")] * 12 + [Annotation("REJECTED", "c", "d")]
    lines = annotation_lines(marks)
    assert [line.split()[0] for line in lines] == ["::error"] + ["::warning"] * 9
    assert lines[-1].endswith("::and 4 more; see the log")


def test_nothing_is_annotated_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    annotate(None, [Annotation("REFUTED", "a", "b")])
    assert capsys.readouterr() == ("", "")


def test_check_marks_the_ticket_for_what_is_not_verified() -> None:
    ledger = (Finding("a", Verdict.VERIFIED, "b"), Finding("c", Verdict.REFUTED, "d"))
    (mark,) = finding_marks(ledger, "my.ticket")
    assert annotation_lines([mark]) == [
        "::error file=my.ticket,title=REFUTED%3A slth-verify check::c: d"
    ]
