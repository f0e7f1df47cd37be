"""What counts as worse is one rule: of sums, lists, pages, marks and exit codes."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from slth_verify.cli.reporting.changes import (
    WORSE,
    change_lines,
    change_marks,
    change_rows,
    code_of,
    with_changes,
)
from slth_verify.report import render_html, schema
from slth_verify.report.model.comparison import Course

Json = dict[str, Any]


def slower(document: Json) -> None:
    document["seconds"] *= 100
    case = document["cases"][0]
    case["seconds"] = {stage: 100 + s for stage, s in case["seconds"].items()}


def asked_otherwise(document: Json) -> None:
    document["seed"] += "1"
    document["cases"][0]["asked"] = "1/7"


def with_worse_figure(document: Json) -> None:
    document["cases"][0]["ticket"]["share_of_range"] = {
        "value": "9",
        "kind": "enclosed",
        "direction": "upper",
        "unit": "",
    }


def with_worse_verdict(document: Json) -> None:
    document["cases"][0]["verdict"] = "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("changes", "worse"),
    [
        pytest.param((), 0, marks=pytest.mark.nightly),
        pytest.param((slower,), 0, marks=pytest.mark.nightly),
        pytest.param((asked_otherwise,), 0, marks=pytest.mark.nightly),
        ((slower, asked_otherwise), 0),
        pytest.param((with_worse_figure,), 1, marks=pytest.mark.nightly),
        ((with_worse_verdict, with_worse_figure, slower, asked_otherwise), 2),
    ],
)
def test_what_counts_as_worse_is_the_same_everywhere(
    changes: tuple[Callable[[Json], None], ...], worse: int, document: Json
) -> None:
    """In the sum, in the lists, on the page, in marks, and in the exit code."""
    after = copy.deepcopy(document)
    for change in changes:
        change(after)
    for first, last in ((document, after), (after, document)):
        whole = with_changes(last, first)
        jsonschema.validate(whole, schema())
        found = whole["comparison"]
        listed = Counter(
            change["course"]
            for group in ("verdicts", "figures", "times", "asked")
            for change in found[group]
        )
        assert {course: listed[course] for course in found["counts"]} == found["counts"]
        assert found["counts"]["worse"] == (worse if last is after else 0)
        lines = change_lines(whole)
        assert f"{found['counts']['worse']} worse, " in lines[0]
        told = sum(line.split()[0] == "worse" for line in lines[1:])
        marked = len(list(change_marks(whole)))
        rows = change_rows(whole).get("changes", [])
        in_table = sum(row["course"] == "worse" for row in rows)
        on_page = render_html(whole).count('<span class="course worse">')
        assert told == marked == in_table == on_page == found["counts"]["worse"]
        assert bool(told) is (code_of(0, whole, fail_on_worse=True) == WORSE)


def test_lie_a_slower_run_is_worse(
    document: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was once said: listed as worse, and not counted."""
    monkeypatch.setattr(
        "slth_verify.report.comparing.changes.seconds_course",
        lambda before, after: Course.WORSE,
    )
    after = copy.deepcopy(document)
    slower(after)
    with pytest.raises(AssertionError):
        test_what_counts_as_worse_is_the_same_everywhere((slower,), 0, document)
