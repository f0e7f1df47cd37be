"""The page: made from the document alone, safe, complete, deterministic."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import jsonschema
import pytest

from slth_verify.errors import UnusableFileError
from slth_verify.report import render_html, render_suite, schema

_VOID = {"meta", "link", "br", "img", "input", "hr"}
_POISON = '<script>alert("x")</script><img src=x onerror=alert(1)>'


class _Tree(HTMLParser):
    """Start tags with attributes, and a check that elements nest."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.starts = []
        self.text = {}
        self._open = []

    def handle_starttag(self, tag, attrs):
        self.starts.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.starts.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        for tag in self._open:
            self.text[tag] = self.text.get(tag, "") + data

    def close(self):
        super().close()
        assert self._open == []


def parse(html):
    tree = _Tree()
    tree.feed(html)
    tree.close()
    return tree


@pytest.fixture(scope="module")
def page(made):
    return (made.folder / "slth-report.html").read_text(encoding="utf-8")


def test_same_document_same_bytes(made, page):
    again = json.loads((made.folder / "slth-report.json").read_text(encoding="utf-8"))
    assert render_html(again, just_proved=True) == page
    assert render_html(again) != page  # nothing was proved for it


def test_embedded_document_is_the_document(made, page):
    found = re.search(
        r'<script type="application/json" id="slth-report">(.*?)</script>', page
    )
    assert json.loads(found.group(1)) == made.document


def test_page_needs_nothing_from_outside(page):
    tree = parse(page)
    scripts = [attrs for tag, attrs in tree.starts if tag == "script"]
    assert scripts == [
        {"type": "application/json", "id": "slth-widths"},
        {"type": "application/json", "id": "slth-report"},
        {},
    ]
    for tag, attrs in tree.starts:
        assert tag not in {"link", "img", "iframe", "object", "base", "form"}
        assert not any(name.startswith("on") for name in attrs)
        for name in ("href", "xlink:href", "src"):
            assert attrs.get(name, "#").startswith("#")
    assert "@import" not in page
    assert "url(http" not in page
    assert len(page.encode()) < 2_000_000


def test_ids_are_unique_and_links_lead_somewhere(page):
    tree = parse(page)
    ids = [attrs["id"] for _, attrs in tree.starts if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in tree.starts:
        for name in ("href", "xlink:href"):
            if name in attrs:
                assert attrs[name][1:] in ids
        if "aria-labelledby" in attrs:
            assert attrs["aria-labelledby"] in ids


def test_page_is_accessible(page):
    tree = parse(page)
    tags = [tag for tag, _ in tree.starts]
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert tags.count(landmark) == 1
    assert tags.count("table") == tags.count("caption")
    pictures = [attrs for tag, attrs in tree.starts if tag == "svg"]
    assert all(attrs.get("role") == "img" for attrs in pictures)
    assert page.count("<title>") == len(pictures) + 1
    assert dict(tree.starts[0][1]) == {"lang": "en"}


def test_verdict_comes_first(made, page):
    assert made.document["verdict"] in parse(page).text["h1"]
    assert page.index("<h1>") < page.index("<table>")


@pytest.mark.parametrize("verdict", ["REFUTED", "INCONCLUSIVE", "VACUOUS"])
def test_changed_verdict_shows(document, verdict):
    document["verdict"] = verdict
    case = document["cases"][1]
    case["verdict"] = case["findings"][2]["verdict"] = verdict
    case["findings"][2]["reason"] = "planted on purpose"
    body = render_html(document)
    headline = parse(body).text["h1"]
    assert verdict in headline
    assert "VERIFIED" not in headline
    problems = body[body.index("What is not verified") : body.index("Reading figures")]
    assert "planted on purpose" in problems
    assert f'<span class="badge {verdict.lower()}">' in problems


def test_refuted_first_target_is_not_praised(made, page, document):
    assert "in every output" in page
    document["cases"][0]["verdict"] = "REFUTED"
    html = render_html(document)
    assert "in every output" not in html[: html.index("</header>")]
    assert "is REFUTED" in html[: html.index("</header>")]


def test_verified_page_lists_no_problems(page):
    assert "What is not verified" not in page


def test_scripts_in_names_are_escaped(document):
    for case in document["cases"]:
        case["name"] += _POISON
        case["description"] += _POISON
        case["findings"][0]["reason"] += _POISON
    document["versions"]["torch"] = _POISON
    document["cases"][0]["ladder"][0]["certified"] = {"absent": _POISON}
    tree = parse(render_html(document))
    assert [tag for tag, _ in tree.starts].count("script") == 3
    assert "img" not in [tag for tag, _ in tree.starts]
    assert _POISON in tree.text["body"]


def test_scripts_in_formulas_vanish(document):
    claim = document["statements"][0]["claims"][0]
    claim["mathml"] = (
        '<math><mi onclick="alert(1)" href="javascript:x">n</mi><script>1</script>'
        "<mo><</mo><mn>2</mn></math></details><iframe></iframe>"
    )
    html = render_html(document)
    tree = parse(html)
    assert [tag for tag, _ in tree.starts].count("script") == 3
    assert "iframe" not in [tag for tag, _ in tree.starts]
    shown = html[html.index("<main") : html.index("<footer")]
    assert "javascript" not in shown
    assert "onclick" not in shown
    assert "<mi>n</mi>1<mo>&lt;</mo><mn>2</mn></math>" in shown


def test_changed_figure_shows(document):
    figure = document["cases"][0]["ticket"]["certified_error"]
    figure["interval"] = ["0.0023449", "0.0023451"]
    assert "≤ 0.002346" in render_html(document)


def test_range_of_the_target_and_share_of_it_are_shown(document):
    case, common = document["cases"][0], {"kind": "enclosed", "unit": ""}
    case["target"]["widest"] = {
        "interval": ["0.5381", "1.6"],
        "direction": "two-sided",
        **common,
    }
    case["ticket"]["share_of_range"] = {
        "interval": ["0.0125001", "0.0125002"],
        "direction": "upper",
        **common,
    }
    jsonschema.validate(document, schema())
    text = parse(render_html(document)).text["main"]
    assert "0.5381 to 1.6" in text
    assert "≤ 1.251" in text


def test_page_without_digits_and_tickets(document):
    case = document["cases"][1]
    case.update(ticket=None, masks=[], collapse=[], observations=[])
    document["cases"] = [case]
    tree = parse(render_html(document))
    assert "no ticket" in tree.text["main"]


@pytest.mark.parametrize("render", [render_html, render_suite])
@pytest.mark.parametrize("document", [None, {}, [], {"cases": 1, "tests": 1}])
def test_what_is_no_document_is_refused_in_words(render, document):
    with pytest.raises(UnusableFileError, match=r"cannot be drawn .*Make it again"):
        render(document)


def test_a_document_with_any_part_missing_is_refused_in_words_or_drawn(made):
    whole = json.loads((made.folder / "slth-report.json").read_text(encoding="utf-8"))
    refused = 0
    for missing in whole:
        try:
            render_html({key: whole[key] for key in whole if key != missing})
        except UnusableFileError:
            refused += 1
    assert refused > len(whole) // 2
