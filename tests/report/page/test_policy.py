"""The page passes its own strict content-security policy, and shows what files say."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from slth_verify.report import render_html
from slth_verify.report.page.mathml import safe_mathml

_LOADING = {"href", "xlink:href", "src", "srcset", "data", "poster", "action"}
_PRESENTATION = {
    *("clip-path", "d", "fill", "fill-opacity", "fill-rule", "font-size", "opacity"),
    *("stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap"),
    *("stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stroke-width"),
    *("text-anchor", "transform", "x", "y", "width", "height", "font-family"),
    *("id", "href", "class", "role", "viewbox", "shape-rendering"),
}


class _Reader(HTMLParser):
    """Start tags in order, and the text of style elements."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.starts, self.styles, self.scripts, self._open = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.starts.append((tag, attrs, tuple(self._open)))
        if tag not in {"meta", "link", "br", "img", "input", "hr"}:
            self._open.append(tag)
        if tag == "style":
            self.styles.append("")
        if tag == "script" and not attrs:
            self.scripts.append("")
            self._open[-1] = "running script"

    def handle_startendtag(self, tag, attrs):
        self.starts.append((tag, attrs, tuple(self._open)))

    def handle_endtag(self, tag):
        self._open.pop()

    def handle_data(self, data):
        if self._open and self._open[-1] == "style":
            self.styles[-1] += data
        if self._open and self._open[-1] == "running script":
            self.scripts[-1] += data


def _read(html):
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def violations(html):
    """What a browser would block or fetch, under ``default-src 'none'``."""
    page, found = _read(html), []
    policies = [
        dict(attrs).get("content", "")
        for tag, attrs, _ in page.starts
        if tag == "meta" and dict(attrs).get("http-equiv") == "Content-Security-Policy"
    ]
    wanted = [
        f"default-src 'none'; style-src 'sha256-{_digest(style)}'; "
        f"script-src 'sha256-{_digest(script)}'; base-uri 'none'; form-action 'none'"
        for style in page.styles
        for script in page.scripts
    ]
    if len(wanted) != 1 or policies != wanted:
        found.append("policy")
    for tag, attrs, outer in page.starts:
        if tag == "style" and outer != ("html", "head"):
            found.append("style outside the head")
        if tag == "script" and attrs and attrs[0] != ("type", "application/json"):
            found.append("script")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                found.append(name)
            beside = (tag, name, value) == ("a", "href", "slth-report.json")
            if name in _LOADING and not value.startswith("#") and not beside:
                found.append(name)
    return found


def _digest(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@pytest.fixture(scope="module")
def page(made):
    return (made.folder / "slth-report.html").read_text(encoding="utf-8")


def test_page_keeps_to_its_policy(page):
    assert violations(page) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("<h1>", '<h1 style="color: red">', "style"),
        ("<h1>", "<h1 onclick='1'>", "onclick"),
        ("<h1>", "<style>p{}</style><h1>", "policy"),
        ('<svg class="chart"', '<svg style="" class="chart"', "style"),
        ('href="#main"', 'href="https://example.org"', "href"),
        ("<h1>", '<img src="x.png"><h1>', "src"),
        ("<h1>", "<script>1</script><h1>", "policy"),
        ("<h1>", "<script type='module'>1</script><h1>", "script"),
        ('"use strict";', '"use strict"; ', "policy"),
        (":root {", ":root  {", "policy"),
        ("default-src 'none'", "default-src *", "policy"),
        ("'sha256-", "'unsafe-inline' 'sha256-", "policy"),
    ],
)
def test_every_breach_is_seen(page, old, new, what):
    assert old in page
    assert what in violations(page.replace(old, new, 1))


def test_charts_look_by_attributes_that_svg_knows(page):
    drawn = [(tag, attrs) for tag, attrs, outer in _read(page).starts if "svg" in outer]
    assert len(drawn) > 500
    for tag, attrs in drawn:
        assert {name for name, _ in attrs} <= _PRESENTATION, tag


def test_without_its_style_the_page_still_has_colours(page):
    assert re.findall(r'="var\([^,"]*\)"', page) == []
    assert 'fill="var(--series-1, #' in page
    for tag, attrs, outer in _read(page).starts:
        if outer and outer[-1] == "svg" and tag in {"path", "rect"}:
            fill = dict(attrs)["fill"]
            known = re.fullmatch(
                r"none|currentColor|#c2691d|var\(--[\w-]+, #\w+\)", fill
            )
            assert known, fill


_HOSTILE = "a\x1b[2J\nb\u202ec\u2066d\x9be\u2028f\x00g\ud800h"
_SHOWN = r"a\x1b[2J\nb\u202ec\u2066d\x9be\u2028f\x00g\ud800h"
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def _poisoned(value, path=()):
    """The document with hostile characters in every text that may be any text."""
    free = {
        "name",
        "origin",
        "description",
        "reason",
        "claim",
        "absent",
        "unit",
        "file",
    }
    free |= {"title", "summary", "source", "meaning", "subject", "inputs"}
    free |= {"readout", "largest_on", "network", "mathml", "platform"}
    if isinstance(value, dict):
        return {key: _poisoned(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_poisoned(item, path) for item in value]
    texts = {"notes", "evaluated", "replay", "versions", "platform"} & set(path)
    free_text = isinstance(value, str) and (texts or path[-1] in free)
    return value + _HOSTILE if free_text else value


def test_no_text_of_the_document_steers_a_reader(document):
    html = render_html(_poisoned(document))
    assert _UNSEEN.search(html) is None
    assert html.encode("utf-8").decode("utf-8") == html
    shown = html[: html.index('<script type="application/json" id="slth-report"')]
    for case in document["cases"]:
        assert case["name"] + _SHOWN in shown
        assert case["description"] + _SHOWN in shown
    assert document["cases"][0]["findings"][0]["reason"] + _SHOWN in shown
    assert violations(html) == []


def test_formulas_keep_their_invisible_operators_only():
    text = "<math><mi>a\u2062b\u202e\x1b</mi>\n<mo>\u2061</mo></math>"
    wanted = "<math><mi>a\u2062b\\u202e\\x1b</mi> <mo>\u2061</mo></math>"
    assert str(safe_mathml(text)) == wanted


@pytest.mark.parametrize(
    "name",
    [
        *("$x^{$", "数学 \U0001f600", "<b>&amp;"),
        *(
            pytest.param(name, marks=pytest.mark.nightly)
            for name in ("$", r"\$1", "a" * 5000, "%s {}")
        ),
    ],
)
def test_awkward_names_are_drawn_as_they_are(document, name):
    document["cases"][0]["name"] = name
    html = render_html(document)
    assert violations(html) == []
    labels = re.findall(r"<text [^>]*>([^<]*)</text>", html)
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert escaped[:32] in "\n".join(labels)
