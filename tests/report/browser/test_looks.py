"""How a page looks in Chromium: sizes, schemes, print, the script, and axe."""

from __future__ import annotations

import base64
import copy
import os
from fractions import Fraction
from pathlib import Path

import pytest
from handmade.chromium import chromium, found

from slth_verify.report import render_html

pytestmark = pytest.mark.skipif(found() is None, reason="needs Chromium")

#: What a look at a page finds wrong; everything is unfolded before.
_LOOK = """(() => {
  document.querySelectorAll("details").forEach((part) => { part.open = true; });
  const wrong = [], root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) wrong.push("the page overflows");
  const name = (part) => part.textContent.trim().slice(0, 40);
  if (root.clientWidth > 1200)
    for (const table of document.querySelectorAll(".scroll > table"))
      if (table.scrollWidth > table.parentElement.clientWidth + 1)
        wrong.push("a table scrolls: " + name(table));
  for (const chart of document.querySelectorAll("svg.chart")) {
    const box = chart.getBoundingClientRect();
    if (box.width < 50 || box.height < 20 || !chart.querySelector("path"))
      wrong.push("an empty figure: " + name(chart));
    for (const text of chart.querySelectorAll("text")) {
      const at = text.getBoundingClientRect();
      if (!name(text)) wrong.push("an empty label: " + name(chart));
      if (at.left < box.left - 1 || at.right > box.right + 1 ||
          at.top < box.top - 1 || at.bottom > box.bottom + 1)
        wrong.push("a cut label: " + name(text));
    }
  }
  return wrong;
})()"""

#: Axe has no rules for the inside of charts and formulas, and takes long to say so.
_LIGHTEN = """document.querySelectorAll("svg.chart > g, svg.pixels > path, math > *")
  .forEach((part) => part.remove())"""

_AXE = """axe.run(document, OPTIONS).then((found) =>
  found.violations.filter((x) => ["serious", "critical"].includes(x.impact))
    .map((x) => `${x.id}: ${x.nodes[0].html.slice(0, 200)}`))"""


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    """A page in a browser that all tests share."""
    with chromium(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(made, tmp_path_factory):
    """The page of the small report, with a claim that is not proved."""
    document = copy.deepcopy(made.document)
    case = document["cases"][1]
    case["verdict"] = case["findings"][0]["verdict"] = "INCONCLUSIVE"
    path = tmp_path_factory.mktemp("page") / "slth-report.html"
    path.write_text(render_html(document), encoding="utf-8")
    return path


def _planted(page, tmp_path, old, new):
    """A page with something wrong in it."""
    html = page.read_text(encoding="utf-8")
    assert old in html
    lie = tmp_path / "lie.html"
    lie.write_text(html.replace(old, new, 1), encoding="utf-8")
    return lie


#: Widths with schemes; a scheme changes no size, so that two show what others do.
_SIZES = [(390, "light"), (1920, "dark")]
_MORE = [(390, "dark"), (1280, "light"), (1280, "dark"), (1920, "light")]


@pytest.mark.parametrize(
    ("width", "scheme"),
    [*_SIZES, *(pytest.param(*size, marks=pytest.mark.nightly) for size in _MORE)],
)
def test_every_size_looks_right(tab, page, width, scheme):
    tab.resize(width)
    tab.open(page, scheme=scheme)
    assert tab.evaluate(_LOOK) == []
    assert tab.said == []
    shot = tab.call("Page.captureScreenshot", format="png")
    assert base64.b64decode(shot["data"]).startswith(b"\x89PNG")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_example_looks_right(tab, width):
    """Figures of real networks are longer than those of the small report."""
    tab.resize(width)
    tab.open(Path(__file__).parents[3] / "examples" / "report" / "slth-report.html")
    assert tab.evaluate(_LOOK) == []
    assert tab.said == []


def test_print_looks_right(tab, page):
    tab.resize(794)  # a sheet of A4
    tab.open(page, media="print")
    assert tab.evaluate(_LOOK) == []
    shown = "getComputedStyle(document.querySelector('nav')).display"
    assert tab.evaluate(shown) == "none"
    sheets = tab.call("Page.printToPDF", printBackground=True)
    assert base64.b64decode(sheets["data"]).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("<h1>", f"<p>{'x' * 3000}</p><h1>", "the page overflows"),
        ('<table class="points">', f"<table><tr><td>{'x' * 900}", "a table scrolls"),
        ('<svg class="chart"', '<svg class="chart"/><svg class="chart"', "an empty"),
        ("text-anchor", 'dx="900" text-anchor', "a cut label"),
        ("</text>", "</text><text> </text>", "an empty label"),
    ],
)
def test_what_looks_wrong_is_seen(tab, page, tmp_path, old, new, what):
    tab.resize(1280)
    tab.open(_planted(page, tmp_path, old, new))
    assert any(seen.startswith(what) for seen in tab.evaluate(_LOOK))


def test_what_the_policy_blocks_is_said(tab, page, tmp_path):
    tab.open(_planted(page, tmp_path, "<h1>", '<h1 style="color: red">'))
    assert "Content Security Policy" in " ".join(tab.said)


@pytest.fixture(scope="module")
def axe():
    """The source of axe-core, where it is installed."""
    root = Path(__file__).parents[3]
    told = os.environ.get("SLTH_AXE_CORE")
    path = Path(told) if told else root / "node_modules/axe-core/axe.min.js"
    if not path.is_file():
        pytest.skip("needs axe-core: npm install axe-core, or SLTH_AXE_CORE=axe.min.js")
    return path.read_text(encoding="utf-8") + "; 0"


@pytest.mark.parametrize(
    ("width", "scheme"),
    [pytest.param(390, "light", marks=pytest.mark.nightly), (1280, "dark")],
)
def test_axe_finds_nothing_serious(tab, page, axe, width, scheme):
    tab.resize(width)
    tab.open(page, scheme=scheme)
    tab.evaluate(_LIGHTEN)
    tab.evaluate(axe)
    assert tab.evaluate(_AXE.replace("OPTIONS", "{}")) == []


def test_axe_finds_a_planted_fault(tab, page, axe, tmp_path):
    lie = _planted(page, tmp_path, '<html lang="en">', "<html>")
    tab.open(lie)
    tab.evaluate(_LIGHTEN)
    tab.evaluate(axe)
    only = "{runOnly: ['html-has-lang']}"
    (fault,) = tab.evaluate(_AXE.replace("OPTIONS", only))
    assert fault.startswith("html-has-lang")


def _asked(tab, **values):
    """What the explorer answers."""
    for name, value in values.items():
        tab.evaluate(
            f"(() => {{ const part = document.getElementById('explore-{name}');"
            f"part.value = '{value}'; part.dispatchEvent(new Event('input')); }})()"
        )
    names = ("necessary", "certified", "found")
    return [
        tab.evaluate(f"document.getElementById('explore-{name}').textContent")
        for name in names
    ]


@pytest.mark.parametrize(
    ("m", "eps", "prob"),
    [
        *((9, "0.01", "0.5"), (10, "0.05", "0.6"), (1, "0.5", "0.1")),
        *((90, "0.001", "0.999"), (91, "0.01", "0.5"), (18, "0.0001", "0.5")),
    ],
)
def test_the_explorer_stays_on_the_safe_side(tab, page, made, m, eps, prob):
    if tab.evaluate("!document.getElementById('explore')"):
        tab.open(page)
    rows = made.document["context"]["explorer"]
    asked = (-m, Fraction(eps), -Fraction(prob))
    at = [
        ((-r["dimension"], Fraction(r["accuracy"]), -Fraction(r["probability"])), r)
        for r in rows
    ]
    harder = [
        int(r["certified"]["value"])
        for key, r in at
        if all(x <= y for x, y in zip(key, asked, strict=True))
    ]
    easier = [
        int(r["necessary"]["value"])
        for key, r in at
        if all(x >= y for x, y in zip(key, asked, strict=True))
    ]
    necessary, certified, _ = _asked(tab, m=m, eps=eps, prob=prob)
    assert certified == (f"≤ {min(harder)}" if harder else "no harder point")
    assert necessary == (f"≥ {max(easier)}" if easier else "no easier point")


@pytest.mark.parametrize("wrong", [{"m": "1.5"}, {"eps": "0"}, {"prob": "1"}])
def test_the_explorer_refuses_what_is_no_question(tab, page, wrong):
    tab.open(page)
    assert _asked(tab, **wrong) == ["\u2013"] * 3
    note = "document.getElementById('explore-note').textContent"
    assert "whole number" in tab.evaluate(note)


def test_the_script_sorts_filters_and_unfolds(tab, page):
    tab.open(page)
    hidden = "document.querySelectorAll('tr[data-verdict][hidden]').length"
    proved = "document.querySelectorAll('tr[data-verdict=VERIFIED]').length"
    assert tab.evaluate(hidden) == 0
    press = "[...document.querySelectorAll('#tools button')].find(b => b.textContent."
    tab.evaluate(press + "startsWith('VERIFIED')).click()")
    assert tab.evaluate(hidden) == tab.evaluate(proved) > 0
    tab.evaluate(press + "startsWith('Unfold')).click()")
    assert tab.evaluate("document.querySelectorAll('details:not([open])').length") == 0
    head = "document.querySelector('table.attacks thead').rows[0].cells[3]"
    tab.evaluate(f"{head}.querySelector('button').click()")
    column = (
        "[...document.querySelectorAll('table.attacks tbody tr')]"
        ".map(row => Number(row.cells[3].textContent)).filter(x => x > 0)"
    )
    counts = tab.evaluate(column)
    assert counts == sorted(counts)
    assert tab.evaluate(f"{head}.getAttribute('aria-sort')") == "ascending"
    assert tab.said == []
