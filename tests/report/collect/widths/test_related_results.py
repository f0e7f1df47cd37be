"""Results of others stand beside the law with assumed constants, promising nothing."""

from __future__ import annotations

import copy
import math
from fractions import Fraction

import pytest
import sympy as sp

from slth_verify.report import render_html
from slth_verify.report.collect.widths.related_results import (
    algorithm_width,
    known_reach,
    optimal_width,
)
from slth_verify.statements import statement


def reached(identifier, clause, m, n):
    """The right side of a claim with every constant 1, from the statement itself."""
    (claim,) = (c for c in statement(identifier).claims if c.name == clause)
    bound = claim.relation().rhs
    values = {"m": m, "n": n, "c": 1, "C": 1}
    names = {symbol: values[symbol.name] for symbol in bound.free_symbols}
    return float(bound.subs(names, simultaneous=True).evalf())


CASES = [
    ("rel:balancing-optimum", "upper", optimal_width),
    ("rel:balancing-algorithm", "reach", algorithm_width),
]


@pytest.mark.parametrize(("identifier", "clause", "width"), CASES)
@pytest.mark.parametrize("m", [1, 9, 90])
def test_widths_are_those_of_the_statements(identifier, clause, width, m):
    n = sp.Float(width(m, 0.01), 30)
    assert reached(identifier, clause, m, n) == pytest.approx(0.01, rel=1e-9)


@pytest.mark.parametrize(("identifier", "clause", "width"), CASES)
def test_a_wrong_exponent_is_noticed(identifier, clause, width):
    lie = sp.Float(width(9, 0.01) ** 1.1, 30)
    assert reached(identifier, clause, 9, lie) != pytest.approx(0.01, rel=1e-2)


def test_they_promise_nothing():
    for known in known_reach((9, 18), Fraction(1, 100)):
        assert known.assumed in {"c = 1", "C = 1"}
        assert [item.dimension for item in known.widths] == [9, 18]
        assert {item.width.kind.value for item in known.widths} == {"heuristic"}
        assert {item.width.direction.value for item in known.widths} == {"none"}


def test_beyond_floats_there_is_no_width():
    assert algorithm_width(10**6, 0.01) == math.inf


def test_page_says_what_is_assumed(made):
    page = render_html(made.document)
    law = page[page.index('id="law"') : page.index('id="explorer"')]
    assert "rel:balancing-algorithm" in law
    assert "signed sums: algorithm, if c = 1" in law
    assert "bound nothing" in law


def test_page_without_them(made):
    document = copy.deepcopy(made.document)
    document["law"]["known"] = []
    assert "signed sums: algorithm" not in render_html(document)
