"""What changed since an older report: every change is seen, and led the right way."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from slth_verify.cli import run
from slth_verify.errors import UnusableFileError
from slth_verify.report import render_html, schema
from slth_verify.report.comparing import compare_reports, read_report
from slth_verify.report.comparing.courses import (
    Wanted,
    figure_course,
    is_large_change,
    seconds_course,
    verdict_course,
)
from slth_verify.report.model.comparison import JUDGED, Change, Comparison, Course
from slth_verify.report.model.document import comparison_as_json
from slth_verify.report.model.quantity import Absent, Quantity
from slth_verify.report.page.comparison import comparison_lines
from slth_verify.verdict import Direction, Evidence

Json = dict[str, Any]

_WORSE, _BETTER, _DIFFERENT = JUDGED
_MIRRORED = {_WORSE: _BETTER, _BETTER: _WORSE, _DIFFERENT: _DIFFERENT}


def _upper(value: str) -> Json:
    return {"value": value, "kind": "enclosed", "direction": "upper", "unit": ""}


def _lower(value: str) -> Json:
    return _upper(value) | {"direction": "lower"}


def _set(*path: str | int) -> Callable[[Json, Any], None]:
    def change(document: Json, value: Any) -> None:
        place: Any = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


#: Place of a figure, its name, and two values of which the second is to be worse.
_FIGURES = {
    "claimed error": (_set("cases", 0, "eps"), _upper("1"), _upper("2")),
    "certified error": (
        _set("cases", 0, "ticket", "certified_error"),
        *(_upper("1/3"), _upper("0.34")),
    ),
    "certified error, part of the range": (
        _set("cases", 0, "ticket", "share_of_range"),
        *(_upper("1e-9"), _upper("1.0000001e-9")),
    ),
    "looseness": (
        _set("cases", 0, "nearness", "looseness"),
        *(_upper("3"), {"absent": "nothing was found"}),
    ),
    "layer 1: necessary width": (
        _set("cases", 0, "ladder", 0, "necessary"),
        *(_lower("9"), _lower("8")),
    ),
    "layer 1: certified width": (
        _set("cases", 0, "ladder", 0, "certified"),
        *(_upper("9"), _upper("10")),
    ),
    "of 12 images: certified to be classified alike": (
        _set("cases", 0, "accuracy", "certified_same_class"),
        *(_lower("12"), _lower("11")),
    ),
    "law of the search, m = 9: certified width": (
        _set("law", "rows", 0, "certified"),
        *(_upper("9"), _upper("10")),
    ),
}


def _changes(found: Comparison) -> list[Change]:
    return [*found.verdicts, *found.figures, *found.times, *found.asked]


def test_a_report_does_not_differ_from_itself(document: Json) -> None:
    found = compare_reports(document, copy.deepcopy(document))
    assert _changes(found) == []
    assert found.unchanged > 50


@pytest.mark.parametrize("name", _FIGURES)
def test_every_figure_goes_the_way_that_one_wants(document: Json, name: str) -> None:
    change, good, bad = _FIGURES[name]
    better, worse = copy.deepcopy(document), copy.deepcopy(document)
    change(better, good)
    change(worse, bad)
    (found,) = _changes(compare_reports(better, worse))
    assert (found.name, found.course) == (name, _WORSE)
    (back,) = _changes(compare_reports(worse, better))
    assert (back.name, back.course) == (name, _BETTER)


def test_two_seeds_mirror_each_other(made: Any, made_again: Any) -> None:
    there = compare_reports(made.document, made_again.document)
    back = compare_reports(made_again.document, made.document)
    assert len(there.figures) > 5
    assert any(change.name == "seed" for change in there.asked)
    courses = {(c.subject, c.name): c.course for c in back.figures}
    for change in there.figures:
        assert courses[change.subject, change.name] is _MIRRORED[change.course]
    assert there.unchanged == back.unchanged


def test_what_is_no_longer_proved_is_worse_and_what_is_gone_never_better(
    document: Json,
) -> None:
    lost = copy.deepcopy(document)
    case = lost["cases"][0]
    case["findings"][0]["verdict"] = case["verdict"] = "REFUTED"
    lost["verdict"] = "REFUTED"
    found = compare_reports(document, lost)
    assert [c.course for c in found.verdicts] == [_WORSE] * 3
    gone = copy.deepcopy(lost)
    name = gone["cases"].pop(0)["name"]
    gone["verdict"] = "VERIFIED"
    verdicts = {c.subject: c.course for c in compare_reports(lost, gone).verdicts}
    assert verdicts == {"": _BETTER, name: _DIFFERENT}
    verdicts = {c.subject: c.course for c in compare_reports(document, gone).verdicts}
    assert verdicts == {name: _WORSE}


def test_a_claim_about_another_number_is_still_that_claim(document: Json) -> None:
    other = copy.deepcopy(document)
    finding = next(f for f in other["cases"][0]["findings"] if "<= " in f["claim"])
    finding["claim"] = finding["claim"].split("<= ")[0] + "<= 0.125"
    assert compare_reports(document, other).verdicts == ()
    finding["verdict"] = "INCONCLUSIVE"
    (change,) = compare_reports(document, other).verdicts
    assert change.course is _WORSE


def test_errors_of_another_target_are_only_different(document: Json) -> None:
    other = copy.deepcopy(document)
    other["cases"][0]["target"]["sha256"] = "0" * 64
    for name in ("certified_error", "share_of_range"):
        other["cases"][0]["ticket"][name] = _upper("1e-30")
    found = {c.name: c.course for c in compare_reports(document, other).figures}
    assert found == {
        "certified error": _DIFFERENT,
        "certified error, part of the range": _BETTER,
    }


_EXACT = Quantity("5", "5", Evidence.EXACT, Direction.UPPER)


@pytest.mark.parametrize(
    ("after", "course"),
    [
        (_EXACT, None),
        (Quantity("5.0", "10/2", Evidence.EXACT, Direction.UPPER), None),
        # a smaller number that nothing vouches for is no better
        (Quantity("1", "1", Evidence.HEURISTIC, Direction.NONE), _WORSE),
        (Quantity("1", "1", Evidence.STATISTICAL, Direction.UPPER), _WORSE),
        # nor is one whose safe side is lost
        (Quantity("1", "1", Evidence.EXACT, Direction.NONE), _WORSE),
        (Quantity("1", "1", Evidence.EXACT, Direction.LOWER), _WORSE),
        (Quantity("4", "5", Evidence.EXACT, Direction.UPPER), _DIFFERENT),
        (Quantity("5", "5", Evidence.EXACT, Direction.BOTH), _BETTER),
        (Quantity("6", "6", Evidence.EXACT, Direction.BOTH), _DIFFERENT),
        (Quantity("0", "4", Evidence.ENCLOSED, Direction.UPPER), _BETTER),
        (Quantity("1", "1", Evidence.EXACT, Direction.UPPER, "s"), _DIFFERENT),
        (Absent("lost"), _WORSE),
    ],
)
def test_figures_are_judged_by_what_is_guaranteed(
    after: Quantity | Absent, course: Course | None
) -> None:
    assert figure_course(_EXACT, after, Wanted.SMALL) is course


def test_verdicts_and_times_have_their_courses() -> None:
    order = ("REFUTED", "INCONCLUSIVE", "NOT_REJECTED", "VERIFIED")
    for place, low in enumerate(order):
        for high in order[place + 1 :]:
            assert verdict_course(low, high) is _BETTER
            assert verdict_course(high, low) is _WORSE
    assert verdict_course("VACUOUS", "INCONCLUSIVE") is _DIFFERENT
    assert verdict_course(None, "VERIFIED") is _BETTER
    assert verdict_course(None, "REFUTED") is _WORSE
    assert verdict_course("REFUTED", None) is _DIFFERENT
    assert seconds_course(1.0, 1.0) is None
    for seconds in ((30.0, 45.0), (0.1, 0.9), (10.0, 21.0)):
        assert seconds_course(*seconds) is Course.SLOWER
        assert seconds_course(*seconds[::-1]) is Course.FASTER
        assert is_large_change(*seconds) is (seconds == (10.0, 21.0))


_POISON = "</script><img src=x onerror=alert(1)>\x1b[2J"


def test_the_page_and_the_document_say_it(document: Json) -> None:
    older = copy.deepcopy(document)
    older["cases"][0]["ticket"]["share_of_range"] = _upper("1e-9")
    older["cases"][1]["name"] = older["cases"][1]["asked"] = _POISON
    found = comparison_as_json(compare_reports(older, document))
    whole = document | {"comparison": found}
    jsonschema.validate(whole, schema())
    page = render_html(whole)
    assert 'id="comparison"' in page
    assert ">worse</span>" in page
    assert "\x1b" not in page
    assert "<img" not in page
    assert 'id="comparison"' not in render_html(document)


def test_sides_that_look_alike_are_shown_in_full(document: Json) -> None:
    older = copy.deepcopy(document)
    for made, value in ((older, "0.12345678"), (document, "0.12345679")):
        made["law"]["constant"] = _upper(value)
    found = comparison_as_json(compare_reports(older, document))
    (line,) = list(comparison_lines(found))[1:]
    assert "0.12345678 (enclosed, upper) -> 0.12345679" in line
    page = render_html(document | {"comparison": found})
    assert ">0.12345678 (enclosed, upper)<" in page


def _written(path: Path, document: Json) -> str:
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


_LIES: dict[str, Callable[[Json], object]] = {
    "is not slth-report": lambda d: d.update(schema="slth-suite-9"),
    "schema_version is 1": lambda d: d.update(schema_version=1),
    "schema_version is True": lambda d: d.update(schema_version=True),
    "breaks additionalProperties": lambda d: d.update(surprise=1),
    "breaks enum": lambda d: d.update(verdict="PROVED"),
    "breaks required": lambda d: d["cases"][0].pop("ticket"),
    "too long": lambda d: d["cases"][0]["eps"].update(value="1e999999999"),
    "of its findings": lambda d: d["cases"][0]["findings"][0].update(verdict="REFUTED"),
    "of its cases": lambda d: d.update(verdict="VACUOUS"),
    "its counts": lambda d: d["counts"].update(VERIFIED=10**6),
    "one name": lambda d: d["cases"].append(d["cases"][0]),
}


@pytest.mark.parametrize("told", _LIES)
def test_a_document_that_lies_is_refused(
    document: Json, tmp_path: Path, told: str
) -> None:
    _LIES[told](document)
    with pytest.raises(UnusableFileError, match=told):
        read_report(_written(tmp_path / "old.json", document))


def test_a_place_on_an_axis_that_is_too_long_is_refused(
    document: Json, tmp_path: Path
) -> None:
    members = {}
    for name in ("accuracy", "probability", "radius"):
        holders = [
            item for item in _objects(document) if isinstance(item.get(name), str)
        ]
        members[name] = len(holders)
        for holder in holders[:1]:
            honest, holder[name] = holder[name], "1e999999999"
            with pytest.raises(UnusableFileError, match="too long"):
                read_report(_written(tmp_path / "old.json", document))
            holder[name] = honest
    assert all(members.values()), members


def _objects(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list):
            yield from _objects(part)


def test_the_command_compares_and_fails_on_demand(
    document: Json, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = copy.deepcopy(document)
    older["context"]["success"]["points"][0]["lower"] = _lower("0.02")
    new = _written(tmp_path / "new.json", document)
    old = _written(tmp_path / "old.json", older)
    words = ["report", "--output", str(tmp_path / "out"), "--from"]
    code = run([*words, new])
    assert code in (0, 3)
    capsys.readouterr()
    assert run([*words, new, "--compare", old]) == code
    assert "1 worse, 0 better" in capsys.readouterr().out
    page = (tmp_path / "out" / "slth-report.html").read_text(encoding="utf-8")
    assert 'id="comparison"' in page
    failing = ["--compare", old, "--fail-on-worse"]
    assert run([*words, new, *failing, "--annotations", "github"]) == (code or 5)
    assert "::error title=worse%3A slth-verify::worse" in capsys.readouterr().err
    assert run([*words, old, "--compare", new, "--fail-on-worse"]) == code
    assert run([*words, new, *failing, "--format", "markdown"]) == (code or 5)
    assert "| worse |" in capsys.readouterr().out
    assert run([*words, new, *failing, "--json"]) == (code or 5)
    printed = json.loads(capsys.readouterr().out)
    jsonschema.validate(printed, schema())
    assert printed["comparison"]["counts"]["worse"] == 1
    # what it printed can be compared with again
    assert read_report(_written(tmp_path / "again.json", printed)) == document
    assert run([*words, new, "--fail-on-worse"]) == 2
    assert run([*words, new, "--compare", str(tmp_path / "no.json")]) == 2
