"""Certified widths come from a second process, or are said to be missing."""

from fractions import Fraction

import pytest

from slth_verify.report._certified import certified_widths
from slth_verify.report._quantity import Absent, Quantity


def test_small_dimensions_are_answered_at_once() -> None:
    with certified_widths(9, 60.0) as widths:
        figure = widths.ask(("case", 1), 1, Fraction(1, 10))
    assert isinstance(figure, Quantity)
    assert 4 <= int(figure.lower) <= 14


def test_beyond_the_limit_nothing_is_searched() -> None:
    with certified_widths(3, 60.0) as widths:
        figure = widths.ask(("case", 1), 4, Fraction(1, 10))
    assert isinstance(figure, Absent)
    assert "m = 3" in figure.absent


@pytest.mark.parametrize("patience", [120.0, 0.0])
def test_open_searches_end_in_a_width_or_in_words(patience: float) -> None:
    with certified_widths(9, patience) as widths:
        placeholder = widths.ask(("case", 1), 2, Fraction(1, 10))
        assert isinstance(placeholder, Absent)
        figure = widths._await(widths._open["case", 1])
    if patience:
        assert isinstance(figure, Quantity)
        assert 9 <= int(figure.lower) <= 20
    else:
        assert isinstance(figure, Absent)
        assert "more than 0 s" in figure.absent
