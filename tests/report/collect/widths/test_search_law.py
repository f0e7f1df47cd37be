"""The law of the search stands beside proved widths and is never taken for one."""

from __future__ import annotations

import copy
from fractions import Fraction

import jsonschema
import pytest

from slth_verify.errors import InvalidParameterError
from slth_verify.processes.background import Background
from slth_verify.report import Profile, render_html, schema
from slth_verify.report.collect.widths.proved import proved_widths
from slth_verify.report.collect.widths.search_law import Sweep
from slth_verify.report.model.quantity import Absent, Quantity

_SWEPT = Profile(name="law", law_dimension=18, law_repeats=1)


@pytest.fixture(scope="module")
def law(made):
    return made.document["law"]


def test_every_search_is_there(law):
    assert len(law["points"]) == 2 * 2 * 2
    assert {point["dimension"] for point in law["points"]} == {9, 18}


def test_its_figures_promise_nothing(law):
    figures = [law["constant"], law["worst"], law["dim_exponent"]]
    figures += [row["found"] for row in law["rows"]]
    assert {(x["kind"], x["direction"]) for x in figures} == {("statistical", "none")}


def test_found_lies_beyond_necessary(law):
    for row in law["rows"]:
        assert int(row["necessary"]["value"]) < int(row["found"]["value"])


def test_no_search_is_worse_than_the_worst(law):
    worst = float(law["worst"]["value"])
    mean = float(law["constant"]["value"])
    constants = [
        p["residual"] * p["width"] / p["dimension"] ** 1.5 for p in law["points"]
    ]
    assert max(constants) == pytest.approx(worst)
    assert min(constants) < mean < worst


def test_certified_widths_of_the_law_are_searched_like_those_of_layers():
    with proved_widths(9, 120.0) as widths:
        rows = Sweep(_SWEPT, 0, widths.second).figures(widths).rows
    assert isinstance(rows[0].certified, Quantity)
    assert isinstance(rows[0].necessary, Quantity)
    assert int(rows[0].necessary.lower) <= int(rows[0].certified.lower) <= 120
    assert isinstance(rows[1].certified, Absent)


@pytest.fixture(scope="module")
def swept():
    """A sweep whose searches are kept, and the steps that it told."""
    seen = []
    with Background() as second:
        sweep = Sweep(_SWEPT, 0, second)
        sweep.wait(lambda *step: seen.append(step))
    return sweep, seen


def test_outside_the_sweep_no_width_is_given(swept):
    sweep, seen = swept
    assert [step[1:] for step in seen] == [(0, 2), (1, 2), (2, 2)]
    for dimension in (8, 19):
        assert isinstance(sweep.width(dimension, Fraction(1, 100)), Absent)
    assert isinstance(sweep.width(9, Fraction(1)), Absent)
    assert isinstance(sweep.width(9, Fraction(1, 100)), Quantity)


def test_searches_that_were_lost_with_their_process_are_made_again(swept):
    kept, _ = swept
    with Background() as second:
        lost = Sweep(_SWEPT, 0, second)
    assert lost.width(9, Fraction(1, 100)) == kept.width(9, Fraction(1, 100))


def test_page_shows_it(made):
    page = render_html(made.document)
    assert 'id="law"' in page
    assert "What exists, and what can be found" in page


def test_page_without_it(made):
    document = copy.deepcopy(made.document)
    document["law"] = None
    page = render_html(document)
    assert "What exists, and what can be found" not in page
    assert 'href="#law"' not in page
    jsonschema.validate(document, schema())


def test_a_width_dressed_up_as_a_number_is_seen(made):
    document = copy.deepcopy(made.document)
    document["law"]["rows"][0]["found"] = 1234
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema())


@pytest.mark.parametrize("fields", [{"law_dimension": 9}, {"law_repeats": 0}])
def test_a_sweep_that_determines_nothing_is_refused(fields):
    with pytest.raises(InvalidParameterError, match="law_"):
        Profile(name="law", **fields)
