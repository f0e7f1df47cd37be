"""A page of very many findings stays small and hides nothing that is not proved."""

from __future__ import annotations

import copy
import json
import re

import pytest

from slth_verify.report import render_html
from slth_verify.report.page import assets, folding, html, parts
from slth_verify.report.page.folding import folded_findings


def finding(verdict, number=0):
    return {"claim": f"claim {number}", "verdict": verdict, "reason": "planted"}


@pytest.fixture
def few(monkeypatch):
    """Limits that a few findings exceed."""
    monkeypatch.setattr(folding, "MOST_ROWS", 10)
    monkeypatch.setattr(folding, "MOST_PROBLEMS", 4)
    monkeypatch.setattr(parts, "MOST_PROBLEMS", 4)


def test_few_findings_are_all_shown(document):
    for case, shown in zip(
        document["cases"], folded_findings(document["cases"]), strict=True
    ):
        assert list(shown.rows) == case["findings"]
        assert not shown.more


def test_what_is_not_verified_is_shown_first(few):
    found = [finding("VERIFIED", n) for n in range(50)]
    found += [finding("REFUTED", n) for n in range(3)]
    (shown,) = folded_findings([{"findings": found}])
    assert [x["verdict"] for x in shown.rows] == ["VERIFIED"] * 7 + ["REFUTED"] * 3
    assert shown.more == {"VERIFIED": 43}


def test_nothing_is_lost(few):
    cases = [
        {"findings": [finding(verdict, n) for n in range(9)]}
        for verdict in ("REFUTED", "VERIFIED", "INCONCLUSIVE")
    ]
    shown = folded_findings(cases)
    assert all(len(x.rows) + sum(x.more.values()) == 9 for x in shown)
    assert shown[0].more == {"REFUTED": 5}
    assert shown[2].more == {"INCONCLUSIVE": 9}


def test_page_counts_the_others_and_links_the_document(document, few):
    case = document["cases"][0]
    case["findings"] += [finding("INCONCLUSIVE", n) for n in range(30)]
    page = render_html(document)
    assert page.count("Not shown here") >= 2
    assert "26 INCONCLUSIVE" in page
    assert '<a href="slth-report.json">' in page


def test_a_long_document_lies_beside_its_page(document, monkeypatch):
    page = render_html(document)
    assert '<script type="application/json" id="slth-report">' in page
    monkeypatch.setattr(assets, "MOST_EMBEDDED", len(json.dumps(document)) - 1)
    page = render_html(document)
    assert 'id="slth-report"' not in page
    assert "too long to be embedded" in page


def test_a_suite_of_many_records_shows_its_problems():
    records = [("test", finding("VERIFIED", n)) for n in range(1500)]
    records.append(("last", finding("REFUTED")))
    shown, more = folding.folded_records(records)
    assert len(shown) == folding.MOST_ROWS
    assert shown[-1][0] == "last"
    assert more == {"VERIFIED": 501}


def test_a_witness_comes_with_the_command_that_finds_it(document):
    case = document["cases"][0]
    case["witness"] = {
        "image": ["1/2"],
        "shape": [1, 1, 1],
        "entry": [0, 0, 0],
        "difference": case["ticket"]["stages"][0]["own_error"],
    }
    page = render_html(document)
    command = f"slth-verify check {case['ticket']['file']} {case['target']['file']}"
    assert f"<code>{command}</code>" in page


@pytest.fixture
def few_cases(monkeypatch):
    """Limits that a dozen targets exceed."""
    monkeypatch.setattr(parts, "MOST_DETAILED", 2)
    monkeypatch.setattr(parts, "MOST_LISTED", 5)
    monkeypatch.setattr(parts, "MOST_DRAWN", 3)


def many(document, count):
    """The document with many targets, of which the last is not verified."""
    first = document["cases"][0]
    document["cases"] = [
        copy.deepcopy(first) | {"name": f"target{n}"} for n in range(count)
    ]
    last = document["cases"][-1]
    last["verdict"] = last["findings"][0]["verdict"] = "REFUTED"
    return document


def test_many_targets_have_counts_instead_of_charts(document, few_cases):
    page = render_html(many(document, 12))
    assert page.count('aria-labelledby="tickets"') == 1
    details = re.findall(r"</span> (target\d+)</summary>", page)
    assert details == ["target0", "target11"]  # what is not verified has its place
    assert re.findall(r'class="[^"]*">\w+</span> (target\d+): \d+ findings', page) == [
        *("target0", "target1", "target2", "target3", "target11")
    ]
    assert "7 VERIFIED targets." in page
    assert "10 VERIFIED targets with their tables and charts" in page
    assert "3 are drawn at most" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_pictures_of_masks_are_counted_too(document, monkeypatch):
    stages = sum(len(case["masks"]) for case in document["cases"])
    monkeypatch.setattr(parts, "MOST_MASKS", 2)
    page = render_html(document)
    assert len(re.findall(r"of [\d\u202f]+ filters kept", page)) == 2
    assert f"masks of {stages - 2} stages" in page


def test_a_page_that_grows_too_long_leaves_its_document_beside(document, monkeypatch):
    monkeypatch.setattr(html, "MOST_BYTES", 10**5)
    assert 'id="slth-report"' not in render_html(document)
