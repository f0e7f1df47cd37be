"""Oracles of stored answers take numbers of any size that an answer may have."""

from __future__ import annotations

import pytest

from slth_verify.conformance._answers import contradiction

HUGE, TINY = str(10**400), f"1/{10**400}"
WIDTH = {
    "dim": 2,
    "eps": "1/10",
    "prob": "9/10",
    "target_norm": "1",
    "universal": False,
}


@pytest.mark.parametrize("kind", ["certified", "necessary"])
@pytest.mark.parametrize("name", ["eps", "target_norm"])
@pytest.mark.parametrize("value", [HUGE, TINY])
def test_widths_of_any_size_are_compared_or_left(kind, name, value) -> None:
    answer = {"kind": kind, "inputs": WIDTH | {name: value}, "n": 28}
    contradiction(answer)


def test_an_accuracy_beyond_floats_is_met_by_any_width() -> None:
    answer = {"kind": "certified", "inputs": WIDTH | {"eps": HUGE}, "n": 1}
    assert contradiction(answer) == ("", True)


def test_lie_that_a_fine_accuracy_is_met_by_one_sample() -> None:
    answer = {"kind": "certified", "inputs": WIDTH | {"eps": TINY}, "n": 1}
    told, compared = contradiction(answer)
    assert compared
    assert "too small" in told
