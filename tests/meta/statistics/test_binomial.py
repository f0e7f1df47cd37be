"""The exact tests keep their failure probability, and see what they should."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from slth_verify.conformance import (
    BinomialTest,
    ConformanceFailure,
)
from slth_verify.conformance.oracles.binomial import outcome, require_not_rejected
from slth_verify.verdict import Statistical


def _chance_of_rejection(trials: int, p: Fraction, level: float) -> Fraction:
    return sum(
        (
            comb(trials, hits) * p**hits * (1 - p) ** (trials - hits)
            for hits in range(trials + 1)
            if BinomialTest("", hits, trials, float(p), float(p)).p_value < level
        ),
        Fraction(0),
    )


@pytest.mark.parametrize("trials", [1, 7, 40])
@pytest.mark.parametrize("p", [Fraction(1, 2), Fraction(1, 10), Fraction(9, 10)])
@pytest.mark.parametrize("level", [0.5, 0.05, 1e-3])
def test_a_right_claim_is_rejected_at_most_as_often_as_stated(
    trials: int, p: Fraction, level: float
) -> None:
    assert _chance_of_rejection(trials, p, level) <= level


def test_counts_inside_the_range_are_never_rejected() -> None:
    for hits in range(20, 61):
        assert BinomialTest("", hits, 100, 0.2, 0.6).p_value == 1.0


def test_both_sides_are_tested() -> None:
    assert BinomialTest("", 0, 100, 0.2, 0.6).p_value < 1e-9
    assert BinomialTest("", 100, 100, 0.2, 0.6).p_value < 1e-20
    assert BinomialTest("", 1, 10, 0.0, 0.0).p_value == 0.0


def test_many_claims_share_the_failure_probability() -> None:
    # rejected when it stands alone, not rejected among a thousand others
    odd = BinomialTest("odd", 580, 1000, 0.5, 0.5)
    fair = BinomialTest("fair", 500, 1000, 0.5, 0.5)
    level = 2 * odd.p_value
    assert outcome([odd], level)[0] is Statistical.REJECTED
    found, text = outcome([odd] + [fair] * 999, level)
    assert found is Statistical.NOT_REJECTED
    assert text.startswith("odd: 580 of 1000")


def test_rejection_names_claim_counts_and_level() -> None:
    bad = BinomialTest("heads", 900, 1000, 0.5, 0.5)
    with pytest.raises(ConformanceFailure, match=r"def:nsn: heads: 900 of 1000"):
        require_not_rejected("def:nsn", [bad])
