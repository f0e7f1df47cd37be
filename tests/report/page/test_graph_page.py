"""Networks outside the paper's class in documents and on the page."""

from __future__ import annotations

import re

import jsonschema
import pytest

from slth_verify.report import Profile, render_html, schema

_TINY = Profile(
    name="tiny",
    uniform_inputs=4,
    corner_inputs=4,
    certified_dimension=0,
    law_dimension=0,
    success_trials=0,
    stored_answers=0,
)


def test_document_validates_and_needs_some_case(graph_document) -> None:
    jsonschema.validate(graph_document, schema())
    graph_document["cases"] = []
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(graph_document, schema())


def test_page_of_a_network_outside_the_papers_class(graph_document) -> None:
    html = render_html(graph_document)
    shown = html[: html.index('<script type="application/json" id="slth-report"')]
    assert " style=" not in shown
    for section in ("widths", "law", "samples"):
        assert f'id="{section}"' not in shown
        assert f'href="#{section}"' not in shown
    ids = re.findall(r' id="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    section = shown[shown.index('id="tickets"') :]
    assert "extension and not the paper" in section
    assert "outside the paper" in section
    for words in ("of its box", "widest range"):
        assert words in shown[: shown.index("</header>")]
    assert shown.count("<table") == shown.count("<caption")


def test_widths_needed_alone_are_labelled(graph_document) -> None:
    """Where no stage has one, as in older documents, neither column nor words stand."""
    label = "another construction could spread the error otherwise"
    html = render_html(graph_document)
    shown = html[: html.index('<script type="application/json" id="slth-report"')]
    for words in (
        "Needed n",
        "Needed alone",
        "own kernel within its share of eps",
        label,
    ):
        assert words in shown
    for case in graph_document["cases"]:
        for stage in case["ticket"]["stages"]:
            del stage["needed"], stage["alone"]
    jsonschema.validate(graph_document, schema())
    html = render_html(graph_document)
    older = html[: html.index('<script type="application/json" id="slth-report"')]
    assert "Needed alone" not in older
    assert shown.count(label) == older.count(label) + 1  # statements say it too


def test_no_name_of_a_graph_steers_the_page(graph_document) -> None:
    poison = '<script>alert("x")</script>\u202e$x^{$'
    (case,) = graph_document["cases"]
    for holder, key in (
        (case, "name"),
        (case, "description"),
        (case, "asked"),
        (case["target"], "outside"),
        (case["ticket"]["stages"][0], "stage"),
        (case["ticket"]["stages"][0], "layer"),
        (case["findings"][0], "reason"),
    ):
        holder[key] = poison
    case["target"]["nodes"] = {poison: 1}
    html = render_html(graph_document)
    scripts = html.count("<script>") + html.count('<script type="application/json"')
    assert html.count("<script") == scripts == 3
    assert "\u202e" not in html


def test_budgets_are_drawn_beside_what_was_spent(graph_made) -> None:
    stages = graph_made.document["cases"][0]["ticket"]["stages"]
    assert {stage["budget"]["kind"] for stage in stages} == {"heuristic"}
    page = render_html(graph_made.document)
    assert "budget of the own error" in page
    assert "Budget</th><th" in page


def test_a_stage_beyond_its_budget_shows(graph_document) -> None:
    (stage, *_) = graph_document["cases"][0]["ticket"]["stages"]
    before = render_html(graph_document)
    stage["budget"]["value"] = "1e-9"
    page = render_html(graph_document)
    assert "10⁻⁹" in page
    assert page != before


def test_no_budget_is_no_bar(graph_document) -> None:
    for stage in graph_document["cases"][0]["ticket"]["stages"]:
        stage["budget"] = {"absent": "not planned"}
    page = render_html(graph_document)
    assert "budget of the own error" not in page
