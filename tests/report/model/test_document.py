"""The JSON document: valid, exact, and nothing in it is a bare number."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import jsonschema
import pytest

from slth_verify.report import schema, to_json
from slth_verify.report.model.quantity import (
    Absent,
    Direction,
    enclosed,
    exact,
    heuristic,
)


@pytest.fixture(scope="module")
def validator():
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def test_document_validates(made, validator):
    validator.validate(made.document)
    validator.validate(json.loads((made.folder / "slth-report.json").read_text()))


def _figures(value):
    if isinstance(value, dict):
        if "kind" in value and "direction" in value and "unit" in value:
            yield value
        for item in value.values():
            yield from _figures(item)
    elif isinstance(value, list):
        for item in value:
            yield from _figures(item)


def test_every_figure_reads_exactly(made):
    figures = list(_figures(made.document))
    assert len(figures) > 100
    for figure in figures:
        ends = figure.get("interval") or [figure["value"]]
        low, high = Fraction(ends[0]), Fraction(ends[-1])
        assert low <= high
        if figure["kind"] == "exact":
            assert low == high


def _break_kind(document):
    del document["cases"][0]["eps"]["kind"]


def _bare_number(document):
    document["cases"][0]["ticket"]["certified_error"] = 0.01


def _unknown_verdict(document):
    document["verdict"] = "PROVED"


def _extra_field(document):
    document["cases"][0]["surprise"] = 1


def _not_a_number(document):
    document["cases"][0]["eps"]["value"] = "nan"


def _number_as_seed(document):
    document["seed"] = 0


def _no_cases(document):
    document["cases"] = []


@pytest.mark.parametrize(
    "lie",
    [
        _break_kind,
        _bare_number,
        _unknown_verdict,
        _extra_field,
        _not_a_number,
        _number_as_seed,
        _no_cases,
    ],
)
def test_schema_refuses(document, validator, lie):
    lie(document)
    assert not validator.is_valid(document)


def test_nan_never_gets_out(document):
    document["cases"][0]["seconds"]["prune"] = float("nan")
    with pytest.raises(ValueError, match="JSON"):
        to_json(document)


def test_document_cannot_steer_a_terminal_and_loses_nothing(document):
    name = document["cases"][0]["name"] = "a\x1b\x9b2J\u202e\u2028\ud800\nb"
    text = to_json(document)
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert json.loads(text)["cases"][0]["name"] == name


def test_counts_are_those_of_the_findings(made):
    found = [f["verdict"] for case in made.document["cases"] for f in case["findings"]]
    for verdict, count in made.document["counts"].items():
        assert count == found.count(verdict)
    assert sum(made.document["counts"].values()) == len(found)


def test_seeds_are_strings_of_digits(made):
    for case in made.document["cases"]:
        assert re.fullmatch("[0-9]+", case["network"]["seed"])


def test_enclosures_round_outwards():
    third = Fraction(1, 3)
    figure = enclosed(third, third, Direction.UPPER)
    assert Fraction(figure.lower) < third < Fraction(figure.upper)
    assert Fraction(figure.upper) - Fraction(figure.lower) < Fraction(1, 10**11)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_floats_that_are_not_finite_are_absent(value):
    assert isinstance(heuristic(value), Absent)


@pytest.mark.parametrize("text", ["nan", "inf", "1/0", "", "one"])
def test_exact_figures_must_be_numbers(text):
    with pytest.raises(ValueError, match="exact figure"):
        exact(text)
