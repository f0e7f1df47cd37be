"""Proved widths come from a second process, or are said to be missing."""

from concurrent.futures import Future
from fractions import Fraction

import pytest

from slth_verify.bounds import BoundResult, mrss_width
from slth_verify.errors import InvalidParameterError
from slth_verify.processes.background import Background, BackgroundLostError
from slth_verify.report.collect.targets.generated import generated_subjects
from slth_verify.report.collect.widths import proved as proved_module
from slth_verify.report.collect.widths.ladder import ask_ladder, width_ladder
from slth_verify.report.collect.widths.proved import proved_widths
from slth_verify.report.model.quantity import Absent, Quantity
from slth_verify.ticket import output_spread

_TENTH = Fraction(1, 10)


def test_small_dimensions_have_both_widths() -> None:
    with proved_widths(9, 120.0) as widths:
        low, high = widths.necessary(1, _TENTH), widths.certified(1, _TENTH)
    assert isinstance(low, Quantity)
    assert isinstance(high, Quantity)
    assert 4 <= int(low.lower) <= int(high.lower) <= 14


def test_beyond_the_limit_nothing_is_searched() -> None:
    with proved_widths(3, 60.0) as widths:
        widths.ask(4, _TENTH)
        assert not widths._certified
        figure = widths.certified(4, _TENTH)
    assert isinstance(figure, Absent)
    assert "m = 3" in figure.absent


def test_the_empty_subset_needs_no_width() -> None:
    with proved_widths(3, 60.0) as widths:
        assert isinstance(widths.necessary(2, Fraction(1)), Absent)
        assert isinstance(widths.certified(2, Fraction(3, 2)), Absent)
        assert not widths._necessary


@pytest.mark.parametrize("patience", [120.0, 0.0])
def test_searches_end_in_a_width_or_in_words(patience: float) -> None:
    with proved_widths(9, patience) as widths:
        widths.ask(2, _TENTH)
        figures = widths.necessary(2, _TENTH), widths.certified(2, _TENTH)
    for figure, kind in zip(figures, ("necessary", "certified"), strict=True):
        if patience:
            assert isinstance(figure, Quantity)
            assert 8 <= int(figure.lower) <= 20
        else:
            assert isinstance(figure, Absent)
            assert "undecided after 0 s" in figure.absent
            question = f"mrss --dim 2 --eps 1/10 --prob 1/2 --kind {kind}"
            assert question in figure.absent


class _Answer:
    """A future of a result whose width tells what was asked."""

    def __init__(self, width: int) -> None:
        self.n = width

    def result(self, timeout: float) -> "_Answer":
        return self


class _Teller:
    """In place of the second process: widths that name function and dimension."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, str]] = []

    def call(self, function, dimension, accuracy, probability) -> _Answer:
        assert probability == Fraction(1, 2)
        self.calls.append((function.__name__, dimension, accuracy))
        index = self.calls.index(self.calls[-1])
        return _Answer(1000 * (function.__name__ == "mrss_width") + index)


def test_every_width_comes_to_its_own_layer() -> None:
    target = generated_subjects(0, 1)[0].target
    eps = output_spread(target).widest / 100
    with proved_widths(9, 60.0) as widths:
        widths.second = teller = _Teller()
        ask_ladder(target, eps, widths)
        asked = list(teller.calls)
        ladder = width_ladder(target, eps, (5, 6), widths, None)
    assert teller.calls == asked  # nothing is asked twice
    assert len(ladder) == 2
    for rung in ladder:
        text = rung.accuracy.lower
        low = asked.index(("necessary_width", rung.dimension, text))
        high = asked.index(("mrss_width", rung.dimension, text))
        assert rung.necessary.lower == str(low)
        assert rung.certified.lower == str(1000 + high)


@pytest.mark.parametrize("n", [None, "refusal"])
def test_no_certificate_is_said_in_words(n) -> None:
    class Found:
        def result(self, timeout):
            if n is None:
                return _Answer(n)
            raise InvalidParameterError("no evaluator found a certificate")

    with proved_widths(9, 60.0) as widths:
        widths.ask(2, _TENTH)
        widths._certified[2, _TENTH] = widths._necessary[2, _TENTH] = Found()
        assert widths.certified(2, _TENTH) == Absent("no certificate was found")
        assert "too small" in widths.necessary(2, _TENTH).absent


@pytest.mark.parametrize("lost", [BackgroundLostError("planted"), ValueError("bug")])
def test_a_lost_search_is_a_missing_width_and_a_fault_is_raised(lost) -> None:
    class Broken:
        def result(self, timeout):
            raise lost

    with proved_widths(9, 60.0) as widths:
        widths.ask(2, _TENTH)
        widths._certified[2, _TENTH] = Broken()
        if isinstance(lost, BackgroundLostError):
            assert isinstance(widths.certified(2, _TENTH), Absent)
        else:
            with pytest.raises(ValueError, match="bug"):
                widths.certified(2, _TENTH)


def test_what_the_second_process_has_not_begun_is_decided_here(monkeypatch) -> None:
    steps = []
    with proved_widths(2, 120.0) as other:
        there = other.necessary(2, _TENTH), other.certified(2, _TENTH)
    monkeypatch.setattr(Background, "call", lambda *_: Future())  # never begins
    with proved_widths(2, 120.0) as widths:
        widths.ask(1, _TENTH)
        widths.ask(2, _TENTH)
        monkeypatch.setattr(proved_module, "mrss_width", _refusing_one)
        widths.share(lambda *step: steps.append(step[1:]))
        assert (widths.necessary(2, _TENTH), widths.certified(2, _TENTH)) == there
        assert "no certificate" in widths.certified(1, _TENTH).absent
    assert steps == [(0, 2), (1, 2), (2, 2)]


def test_without_patience_nothing_is_decided_here(monkeypatch) -> None:
    monkeypatch.setattr(Background, "call", lambda *_: Future())
    with proved_widths(2, 0.0) as widths:
        widths.ask(2, _TENTH)
        widths.share(lambda *_: None)
        assert "undecided after 0 s" in widths.necessary(2, _TENTH).absent


def _refusing_one(dimension: int, *rest: object) -> BoundResult:
    if dimension == 1:
        raise InvalidParameterError("no evaluator found a certificate")
    return mrss_width(dimension, *rest)
