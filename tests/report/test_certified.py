"""Certified widths come from a second process, or are said to be missing."""

from fractions import Fraction

import pytest

from slth_verify.report._certified import certified_widths
from slth_verify.report._ladder import completed
from slth_verify.report._progress import silent
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
        assert "0 s after" in figure.absent


class _Ended:
    """A search in the second process that has ended with its own number."""

    def __init__(self, width: int) -> None:
        self.width = width

    def get(self, timeout: float) -> int:
        return self.width


def test_every_width_comes_to_its_own_layer(made) -> None:
    case = made.report.cases[1]
    assert len(case.ladder) > 1
    with certified_widths(9, 60.0) as widths:
        for rung in case.ladder:
            widths._open[case.name, rung.layer] = _Ended(1000 + rung.layer)
        widths._open["another case", 1] = _Ended(5)
        ladder = completed(case, widths, silent).ladder
    for rung in ladder:
        assert isinstance(rung.certified, Quantity)
        assert int(rung.certified.lower) == 1000 + rung.layer
