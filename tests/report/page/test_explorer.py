"""The bound explorer: proved widths only, and none that others contradict."""

from __future__ import annotations

import json
import re

import pytest

from slth_verify.report import render_html
from slth_verify.report.page.explorer import Explorer


@pytest.fixture
def points(document):
    """The points of a document, free to be changed."""
    return document["context"]["explorer"]


def test_it_shows_every_point(points):
    explorer = Explorer.of(points)
    assert explorer.probabilities == ("1/2", "9/10", "999/1000")
    assert len(explorer.rows) == 21
    assert explorer.conflicts == ()
    assert len(json.loads(explorer.data)) == 63


def test_its_numbers_are_those_of_the_points(points):
    numbers = {tuple(x[:3]): x[3:] for x in json.loads(Explorer.of(points).data)}
    assert numbers[9, 0.01, 0.5][:2] == [85, 95]
    assert numbers[1, 0.1, 0.5][2] is None
    assert numbers[9, 0.01, 0.5][3] is True  # proved again for the document
    assert numbers[9, 0.01, 0.9][3] is False


def test_a_certified_width_on_the_wrong_side_is_noticed(points, document):
    (lie,) = (
        point
        for point in points
        if (point["dimension"], point["accuracy"], point["probability"])
        == (9, "1/100", "999/1000")
    )
    lie["certified"]["value"] = "80"
    explorer = Explorer.of(points)
    assert "m = 9, eps = 1/100, probability 1/2" in explorer.conflicts
    assert "m = 9, eps = 1/100, probability 999/1000" in explorer.conflicts  # the lie
    assert [9, 0.01, 0.5, 85, 95] not in [x[:5] for x in json.loads(explorer.data)]
    assert "exceeds a certified one" in render_html(document)


def test_absent_widths_are_none(points, document):
    points[0]["certified"] = {"absent": "left out"}
    assert json.loads(Explorer.of(points).data)[0][4] is None
    assert "left out" in render_html(document)


def test_it_reads_without_the_script(document):
    page = render_html(document)
    section = page[page.index('id="explorer"') : page.index('id="success"')]
    assert re.search(r'<div id="explore"[^>]* hidden>', section)
    table = section[section.index("<table") : section.index("</table>")]
    assert table.count("<tr>") == 22
    assert "≥ 85" in table


def test_no_points_no_section(document):
    document["context"]["explorer"] = []
    page = render_html(document)
    assert 'id="explorer"' not in page
    assert 'id="slth-widths"' not in page


def test_stars_mark_what_others_are_not(document):
    assert "*</td>" in render_html(document, just_proved=True)
    for point in document["context"]["explorer"]:
        point["again"] = True
    page = render_html(document, just_proved=True)
    assert "all proved again for this report" in page
    assert "*</td>" not in page
