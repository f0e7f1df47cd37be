"""The pages of docs/theory: formulas are those of the objects, examples run."""

from __future__ import annotations

import doctest
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from slth_verify.statements import Provenance, statement, statements

THEORY = Path(__file__).parents[2] / "docs" / "theory"
PAGES = [pytest.param(path, id=path.stem) for path in sorted(THEORY.glob("*.md"))]


@pytest.fixture(scope="module")
def renderer() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "docs_theory_render", THEORY / "_render.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", PAGES)
def test_formulas_are_those_of_the_objects(path: Path, renderer: ModuleType) -> None:
    page = path.read_text(encoding="utf-8")
    assert renderer.render(page) == page, f"run {THEORY / '_render.py'}"


def test_lie_an_edited_formula_is_noticed(renderer: ModuleType) -> None:
    page = (THEORY / "one-dimension.md").read_text(encoding="utf-8")
    edited = page.replace(r"\frac{4}{3}", r"\frac{5}{4}", 1)
    assert edited != page
    assert renderer.render(edited) == page


def test_every_statement_is_on_a_page() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in THEORY.glob("*.md"))
    for s in statements():
        assert f"<!-- statement: {s.id} -->" in text or f"`{s.id}`" in text
    for s in statements():
        if s.provenance is Provenance.DERIVED:
            assert f"<!-- statement: {s.id} -->" in text


def test_our_sources_are_headings_of_these_pages() -> None:
    for s in statements():
        if s.provenance is Provenance.DERIVED:
            name, heading = s.source.item.split(", ")
            page = (THEORY / name).read_text(encoding="utf-8")
            assert f"## {heading}\n" in page
            start = page.index(f"## {heading}\n")
            assert f"<!-- statement: {s.id} -->" in page[start:]


@pytest.mark.parametrize("path", PAGES)
def test_links_and_dollars(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([a-z0-9-]+\.md)\)", page):
        assert (THEORY / target).exists()
    assert page.count("$$") % 2 == 0
    for paragraph in re.sub(r"\$\$.*?\$\$", "", page, flags=re.DOTALL).split("\n\n"):
        assert paragraph.count("$") % 2 == 0, paragraph


def test_twenty_worked_queries_run() -> None:
    path = THEORY / "queries.md"
    found = doctest.testfile(str(path), module_relative=False, encoding="utf-8")
    assert found.failed == 0
    headings = re.findall(r"^## \d+\.", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(headings) == 20
    assert found.attempted >= 20


def test_hypotheses_are_what_they_were() -> None:
    # ids are permanent and meanings do not change: a removed or renamed hypothesis
    # needs a new id that supersedes the old one, and a new line here
    lines = (Path(__file__).parent / "hypotheses.txt").read_text(encoding="utf-8")
    pinned = dict(line.split(": ", 1) for line in lines.splitlines())
    current = {s.id: ", ".join(h.name for h in s.hypotheses) for s in statements()}
    assert current == pinned


def test_examples_of_the_room_run() -> None:
    import slth_verify.statements as room

    assert doctest.testmod(room).failed == 0
    assert statement("thm:rss").bound(eps="1/100").free_symbols
