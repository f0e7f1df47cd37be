"""What stands beside the cases: shipped files, curves, and lies that are noticed."""

from __future__ import annotations

import copy
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from slth_verify.bounds import mrss_width, necessary_width
from slth_verify.conformance.lies import planted_lies
from slth_verify.report import render_html
from slth_verify.report.collect.context import stored, success
from slth_verify.report.collect.context.derivations import derivations
from slth_verify.report.collect.context.explorer import width_points
from slth_verify.report.model.quantity import Absent
from slth_verify.report.page.success import conflict
from slth_verify.report.shipped import (
    benchmark_ratios,
    planted_counts,
    stored_answers,
)
from slth_verify.report.shipped.build import (
    ACCURACIES,
    CURVE,
    DIMENSIONS,
    PROBABILITIES,
)
from slth_verify.report.shipped.ratios import ratios

_RESULTS = Path(__file__).parents[4] / "reports" / "benchmarks"


@pytest.fixture
def context(document):
    """The context of a document, free to be changed."""
    return document["context"]


@pytest.mark.skipif(not _RESULTS.is_dir(), reason="needs a checkout's results")
def test_shipped_ratios_are_those_of_the_committed_results():
    assert benchmark_ratios() == ratios(_RESULTS)
    assert {row["benchmark"] for row in benchmark_ratios()} >= {"check", "mrss_vs_mip"}


def test_a_changed_result_changes_the_ratios(tmp_path):
    for path in _RESULTS.glob("*.json"):
        (tmp_path / path.name).write_text(path.read_text())
    result = json.loads((tmp_path / "wide.json").read_text())
    result["peers"]["ratio search / numpy scan"] *= 2
    (tmp_path / "wide.json").write_text(json.dumps(result))
    assert ratios(tmp_path) != benchmark_ratios()


def test_shipped_counts_are_those_of_the_lies():
    assert planted_counts() == Counter(lie.statement for lie in planted_lies())


def test_shipped_answers_are_those_of_the_grid():
    asked = [answer["inputs"] for answer in stored_answers()]
    widths = Counter((x["dim"], x["prob"], x["eps"]) for x in asked if "prob" in x)
    grid = {(m, p, e) for m in DIMENSIONS for p in PROBABILITIES for e in ACCURACIES}
    assert widths == dict.fromkeys(grid, 2)
    assert tuple(sorted(x["n"] for x in asked if "prob" not in x)) == CURVE[2]


def test_some_shipped_widths_are_what_the_evaluators_say():
    told = {
        (x["kind"], x["inputs"]["dim"], x["inputs"]["eps"], x["inputs"]["prob"]): x["n"]
        for x in stored_answers()
        if "prob" in x["inputs"]
    }
    assert told["certified", 2, "1/100", "1/2"] == mrss_width(2, "1/100", "1/2").n
    assert told["necessary", 4, "1/10", "9/10"] == necessary_width(4, "1/10", "9/10").n


@pytest.mark.nightly
def test_every_shipped_answer_is_proved_again():
    found = stored.answers(stored.proved(0, len(stored_answers())))
    assert len(found) == len(stored_answers())
    assert all(answer.again for answer in found)


def test_an_answer_that_is_false_is_not_shown(monkeypatch):
    lies = [copy.deepcopy(answer) for answer in stored_answers()[:5]]
    assert lies[3]["kind"] == "certified"
    lies[3]["n"] -= 1
    monkeypatch.setattr(stored, "stored_answers", lambda: tuple(lies))
    found = stored.answers(stored.proved(0, 5))
    assert len(found) == 4
    (point,) = width_points(found, None)
    assert isinstance(point.certified, Absent)
    assert point.necessary.lower == "85"
    assert len(derivations(found)) == 2


def test_damaged_answers_are_not_shown(monkeypatch, tmp_path):
    (tmp_path / "answers.jsonl").write_text("{}\n")
    (tmp_path / "answers.sha256").write_text("0  answers.jsonl\n")
    monkeypatch.setattr("slth_verify.report.shipped.files", lambda name: tmp_path)
    with pytest.warns(UserWarning, match="damaged"):
        assert stored_answers.__wrapped__() == ()


def test_necessary_widths_lie_below_certified_ones(context):
    for row in context["explorer"]:
        assert int(row["necessary"]["value"]) < int(row["certified"]["value"])


def test_harder_questions_need_no_less(context):
    rows = context["explorer"]
    assert len(rows) == 63
    for one in rows:
        for other in rows:
            harder = (
                one["dimension"] <= other["dimension"]
                and Fraction(one["accuracy"]) >= Fraction(other["accuracy"])
                and Fraction(one["probability"]) <= Fraction(other["probability"])
            )
            if harder:
                assert int(one["necessary"]["value"]) < int(other["certified"]["value"])


def test_intervals_are_those_of_clopper_and_pearson():
    found = success.interval(0, 10)
    assert found.lower == "0"
    # (1 - p)^10 = alpha / 2 at the upper end
    assert float(found.upper) == pytest.approx(1 - 0.0005**0.1, abs=1e-4)
    assert float(found.upper) >= 1 - 0.0005**0.1
    assert isinstance(success.interval(0, 0), Absent)


def test_curve_lies_between_its_ends(context):
    curve = context["success"]
    assert [point["samples"] for point in curve["points"]] == list(CURVE[2])
    assert [conflict(point) for point in curve["points"]] == [""] * 11
    assert sum(point["again"] for point in curve["points"]) == 3
    assert {point["trials"] for point in curve["points"]} == {0, 2}


@pytest.mark.parametrize(
    ("side", "value", "seen", "what"),
    [
        ("lower", "0.6", 0, "below the proved lower end"),
        ("upper", "0.2", 6, "above the proved upper end"),
        ("upper", "0.1", None, "exclude each other"),
    ],
)
def test_a_curve_on_the_wrong_side_is_noticed(document, side, value, seen, what):
    point = document["context"]["success"]["points"][6]
    point[side] = {**point[side], "value": value}
    point[side].pop("interval", None)
    if seen is not None:
        found = success.interval(seen * 5, 30)
        point["interval"].update(interval=[found.lower, found.upper])
        point["lower" if side == "upper" else "upper"] = {"absent": "left out"}
    assert what in conflict(point)
    assert what in render_html(document)


def test_page_shows_every_section(document):
    page = render_html(document)
    for name in ("success", "derivations", "attacks", "benchmarks"):
        assert f'<h2 id="{name}">' in page
        assert f'<a href="#{name}">' in page
    assert "wrong implementations ship" in page
    assert "slth-verify bounds mrss --dim 9" in page
    shown = page[page.index('id="derivations"') : page.index('id="attacks"')]
    assert shown.count("</math>") == 3


def test_page_without_context(document):
    document["context"] = None
    page = render_html(document)
    for name in ("success", "derivations", "attacks", "benchmarks"):
        assert f'id="{name}"' not in page


def test_page_without_benchmarks_says_so(document):
    document["context"]["benchmarks"] = []
    assert "ships no results of benchmarks" in render_html(document)


def test_derivations_are_whole_and_escaped(document):
    rows = document["context"]["derivations"]
    assert [row["statement"] for row in rows] == [
        "der:crude-moment",
        "der:weighted-moment",
        "der:first-moment",
    ]
    rows[0]["mathml"] += "<script>alert(1)</script>"
    assert "<script>alert" not in render_html(document)
