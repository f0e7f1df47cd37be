"""Figures are held to each other by the ends that are guaranteed, and no others."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.report.model import contradicted_errors
from slth_verify.report.model.contradictions import (
    contradiction,
)
from slth_verify.report.model.ends import Document, ends, is_bound, is_within
from slth_verify.report.model.quantity import enclosed
from slth_verify.verdict import Direction

Json = dict[str, Any]
Place = tuple[str | int, ...]


def test_lie_the_lower_end_of_a_bound_is_compared(
    example: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was once done: an error of at most 5 kept to a claim of 0.013."""
    case = example["cases"][0]
    figures = [
        case["ticket"]["certified_error"],
        case["nearness"]["certified"],
        case["nearness"]["by_intervals"],
        *(seen["limit"] for seen in case["observations"][:-1]),
    ]
    for figure in figures:
        figure["interval"] = ["0", "5"]
    assert "within the claim" in contradiction(case)
    monkeypatch.setattr(
        contradicted_errors, "is_within", lambda figure, limit: ends(figure)[0] <= limit
    )
    assert contradiction(case) == ""  # nothing else sees it


_UNPROVED: tuple[Place, ...] = (
    ("ticket", "certified_error"),
    ("ticket", "share_of_range"),
    ("ticket", "relative_error"),
    ("ticket", "stages", 0, "error"),
    ("nearness", "by_intervals"),
    ("nearness", "looseness"),
    ("ladder", 0, "certified"),
    ("ladder", 0, "necessary"),
)


def _unnoticed(case: Json) -> list[tuple[Place, Json]]:
    found = []
    for place in _UNPROVED:
        figure: Any = case
        for key in place:
            figure = figure[key]
        other = {"upper": "lower", "lower": "upper"}[figure["direction"]]
        for change in (
            {"kind": "heuristic"},
            {"direction": "none"},
            {"direction": other},
        ):
            before = dict(figure)
            figure.update(change)
            if not contradiction(case):
                found.append((place, change))
            figure.update(before)
    return found


def test_a_bound_that_nothing_guarantees_is_none(
    example: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _unnoticed(example["cases"][0]) == []

    def lie(figure: Document, side: str) -> bool:
        return is_bound({**figure, "direction": side}, side)

    monkeypatch.setattr(contradicted_errors, "is_bound", lie)
    assert _unnoticed(example["cases"][0])


_NUMBERS = st.fractions(
    min_value=Fraction(1, 10**9), max_value=10**6, max_denominator=10**15
)


@given(limit=_NUMBERS, share=st.fractions(min_value=0, max_value=1))
def test_rounding_for_display_refuses_no_proved_claim(
    limit: Fraction, share: Fraction
) -> None:
    for bound in (limit, limit * share, limit * (1 - share / 10**14)):
        shown = enclosed(bound, bound, Direction.UPPER)
        assert is_within({"interval": [shown.lower, shown.upper]}, limit)
    beyond = limit * (1 + Fraction(3, 10**11))
    shown = enclosed(beyond, beyond, Direction.UPPER)
    assert not is_within({"interval": [shown.lower, shown.upper]}, limit)
    assert not is_within({"interval": ["0", shown.upper]}, limit)
