"""Figures and claims meet their own older selves, and nothing else."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from slth_verify.report.comparing import compare_reports, compare_suites, reports
from slth_verify.report.comparing.changes import Claimed
from slth_verify.report.model.comparison import Change, Comparison, Course
from slth_verify.suite import Recorder, suite_document
from slth_verify.verdict import Verdict

Json = dict[str, Any]
Path = tuple[str | int, ...]

#: What a change of these means is told by others: inputs of what is asked, properties
#: of the target, and floats that can only contradict.
_NOT_COMPARED = re.compile(
    r"cases/\d+/(target|observations|nearness/(certified|open)|ladder/\d+/"
    r"(accuracy|probability)|collapse/\d+/filters|"
    r"ticket/stages/\d+/(budget|filters|output))(/|$)"
    r"|law/(accuracy|probability|known)(/|$)"
    r"|context/(success/(accuracy|confidence|points/\d+/interval)"
    r"|explorer/\d+/found)(/|$)"
)


def _figures(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        if {"kind", "direction", "unit"} <= value.keys():
            yield path
            return
        for key, item in value.items():
            yield from _figures(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _figures(item, (*path, number))


def _changes(found: Comparison) -> list[Change]:
    return [*found.verdicts, *found.figures, *found.times, *found.asked]


def _place(document: Json, path: Path) -> Any:
    for key in path:
        document = document[key]  # type: ignore[index]
    return document


def test_one_figure_that_changes_marks_exactly_one(document: Json) -> None:
    del document["context"]["explorer"][3:]  # the others are like these
    before, marked = copy.deepcopy(document), 0
    for path in _figures(before):
        figure = _place(document, path)
        figure.pop("interval", None)
        figure["value"] = "123456.5"
        found = _changes(compare_reports(before, document))
        figure.clear()
        figure.update(_place(before, path))
        compared = not _NOT_COMPARED.match("/".join(map(str, path)))
        assert len(found) == compared, path
        marked += compared
    assert marked > 100
    assert _changes(compare_reports(before, document)) == []


def test_one_verdict_that_changes_marks_exactly_one_claim(document: Json) -> None:
    before = copy.deepcopy(document)
    for number, case in enumerate(document["cases"]):
        for finding in case["findings"]:
            finding["verdict"] = "REFUTED"
            (found,) = compare_reports(before, document).verdicts
            assert found.subject == before["cases"][number]["name"]
            assert (found.name, found.course) == (finding["claim"], Course.WORSE)
            finding["verdict"] = "VERIFIED"


def _stages(document: Json, *names: str) -> Json:
    """A copy whose first case has a claim about each of these stages."""
    found = copy.deepcopy(document)
    found["cases"][0]["findings"] = [
        {"claim": f"stage {name}: kept filters exist", "verdict": "VERIFIED"}
        for name in names
    ]
    return found


def test_a_document_without_keys_is_compared_by_words(document: Json) -> None:
    older = copy.deepcopy(document)
    for case in older["cases"]:
        for finding in case["findings"]:
            del finding["key"]
    assert _changes(compare_reports(older, document)) == []
    assert _changes(compare_reports(document, older)) == []


def _without_numbers(case: Json, keyed: bool) -> Iterator[Claimed]:
    """A planted lie: claims are alike if only their numbers differ."""
    for found in case["findings"]:
        key = re.sub(r"[0-9]+", "#", found["claim"])
        yield Claimed(key, found["claim"], found["verdict"])


def _meets_another_stage(document: Json) -> bool:
    before = _stages(document, "1", "3")
    found = compare_reports(before, _stages(document, "2", "3")).verdicts
    return [change.course for change in found] != [Course.WORSE, Course.BETTER]


def test_a_claim_never_meets_that_of_another_stage(
    document: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not _meets_another_stage(document)
    monkeypatch.setattr(reports, "_claims", _without_numbers)
    assert _meets_another_stage(document)  # the lie is caught


def test_widths_of_another_question_are_only_different(document: Json) -> None:
    other = copy.deepcopy(document)
    rung = other["cases"][0]["ladder"][0]
    rung["accuracy"]["value"], rung["used"]["value"] = "1/7", "1"
    (found,) = compare_reports(document, other).figures
    assert (found.course, found.note) == (Course.DIFFERENT, "asked otherwise")


def _suite(*claims: tuple[str, str]) -> Json:
    recorder = Recorder()
    for statement, claim in claims:
        recorder.verdict(Verdict.VERIFIED, claim=claim, statement=statement)
        recorder.bound(claim, 1, statement=statement)
    test = {"id": "test_x.py::test_x", "statement": None, "outcome": "passed"}
    test |= {"seconds": 0.5, "seed": "7", "reason": "", "records": recorder.records}
    return suite_document([test], options={}, versions={}, platform={})


def test_claims_of_a_suite_are_paired_by_statement_and_words() -> None:
    rss, norm = ("thm:rss", "n = 7 is enough"), ("thm:mrss-nsn", "n = 7 is enough")
    assert _changes(compare_suites(_suite(rss, norm), _suite(norm, rss))) == []
    found = compare_suites(_suite(rss, norm), _suite(norm))
    assert [c.course for c in _changes(found)] == [Course.WORSE] * 2
    found = compare_suites(_suite(rss), _suite(("thm:rss", "n = 8 is enough")))
    courses = [c.course for c in found.verdicts]
    assert courses == [Course.WORSE, Course.BETTER]
