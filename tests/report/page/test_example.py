"""The committed example has every section, with real figures, under the schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from slth_verify.report import schema
from slth_verify.report.page.sections import SECTIONS

_FOLDER = Path(__file__).parents[3] / "examples" / "report"


@pytest.fixture(scope="module")
def document():
    """The example's document."""
    return json.loads((_FOLDER / "slth-report.json").read_text(encoding="utf-8"))


def test_it_is_a_document_of_this_version(document):
    jsonschema.validate(document, schema())


def test_its_page_has_every_section():
    page = (_FOLDER / "slth-report.html").read_text(encoding="utf-8")
    assert len(page.encode()) < 2_000_000
    (changes, _), *others = SECTIONS  # the example is compared with nothing
    assert f'<h2 id="{changes}">' not in page
    for name, _ in others:
        assert f'<h2 id="{name}">' in page


def test_its_figures_are_there(document):
    context = document["context"]
    assert any(point["hits"] for point in context["success"]["points"])
    assert any(point["again"] for point in context["explorer"])
    assert context["derivations"]
    assert context["benchmarks"]
    for case in document["cases"]:
        assert "absent" not in case["ticket"]["certified_error"]
        assert all("absent" not in x["budget"] for x in case["ticket"]["stages"])
