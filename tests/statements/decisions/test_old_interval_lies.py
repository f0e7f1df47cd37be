"""Planted lies about enclosures, which rational intervals catch."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from old_interval.complaints import Q, complaint, on_cell, x

from slth_verify.enclosure.expressions import span

SAMPLE = [
    sp.log(3) - 1,
    sp.exp(sp.sqrt(2)) - 4,
    sp.erf(Q(1, 3)) * sp.pi,
    sp.pi ** Q(1, 5),
]
CELLS = [x - 1, 1 / x, sp.erfc(x), (x - 1) * (x - 3), (x - 2) ** 2, sp.log(x) * x]


def caught() -> bool:
    cells = (on_cell(formula, Fraction(1, 2), Fraction(7, 2)) for formula in CELLS)
    return any(map(complaint, SAMPLE)) or any(cells)


def without_radius(number: Any) -> Any:
    return number.mid() if isinstance(number, span.arb) else number


END = span._end
LIES = {
    "a dropped radius": lambda number, *, up: END(without_radius(number), up=up),
    "a wrong direction": lambda number, *, up: END(number, up=not up),
    "always down": lambda number, *, up: END(number, up=False),
}


@pytest.mark.parametrize("lie", LIES)
def test_lie_about_the_ends_is_caught(
    monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    assert not caught()
    monkeypatch.setattr(span, "_end", LIES[lie])
    assert caught()


def test_lie_about_the_corners_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(span, "_lesser", lambda x, y: x if x >= y else y)
    assert caught()


def test_lie_a_falling_function_that_rises_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(span.Span, "falling", span.Span.rising)
    assert caught()


def test_lie_one_end_for_both_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def at_the_low_end(self: Any, function: Any) -> Any:
        return span.Span.point(function(self.low))

    monkeypatch.setattr(span.Span, "rising", at_the_low_end)
    assert caught()
