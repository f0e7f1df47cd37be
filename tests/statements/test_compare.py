"""Which statement is stronger, where, and where that changes."""

from __future__ import annotations

import pytest
import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import Direction, decide, statement
from slth_verify.verdict import Verdict

RSS, CONSTANT = statement("thm:rss"), statement("der:rss-constant")
COUNTING, GAUSSIAN = statement("der:rss-counting"), statement("rel:gaussian-mrss")


@pytest.mark.parametrize(
    ("constant", "stronger"), [(20, "thm:rss"), (24, "der:rss-constant")]
)
def test_the_smaller_sufficient_width_is_stronger(constant, stronger) -> None:
    for extra in ({}, {"eps": "1/100"}):  # for all eps at once, and for one
        found = RSS.compare(CONSTANT, C=constant, **extra)
        assert found.stronger == found.smaller == stronger


def test_without_a_constant_nothing_is_decided() -> None:
    found = RSS.compare(CONSTANT)
    assert found.stronger is None
    assert sp.Symbol("C", real=True) in found.left.free_symbols


def test_a_statement_equals_itself() -> None:
    assert RSS.compare(RSS, eps="1/9", C=2).stronger == "equal"


def test_sufficient_and_necessary_are_a_gap_not_a_contest() -> None:
    found = CONSTANT.compare(COUNTING, eps="1/100")
    assert found.directions == (Direction.SUFFICIENT, Direction.NECESSARY)
    assert found.stronger is None
    assert found.smaller == "der:rss-counting"


def test_a_crossover_is_bracketed() -> None:
    found = GAUSSIAN.compare(
        RSS, over=("eps", "1e-6", "1/4"), d=1, C=1, second_values={"C": 5}
    )
    assert len(found.crossovers) == 1
    low, high = found.crossovers[0]
    assert decide(low, "<=", sp.exp(-5)) is Verdict.VERIFIED
    assert decide(sp.exp(-5), "<=", high) is Verdict.VERIFIED
    assert high - low <= sp.Rational(1, 10**5) * high
    assert [s.stronger for s in found.stretches] == [
        "thm:rss",
        None,
        "rel:gaussian-mrss",
    ]


def test_a_constant_order_needs_no_crossover() -> None:
    found = CONSTANT.compare(COUNTING, over=("eps", "1e-9", "1/4"))
    assert found.crossovers == ()
    assert [s.smaller for s in found.stretches] == ["der:rss-counting"]


def test_neuron_pruning_meets_unstructured_pruning() -> None:
    found = statement("rel:unstructured-log").compare(
        statement("rel:neuron-pruning-lower-single"),
        over=("eps", "1e-6", "1/3"),
        C=1,
        d_in=1,
        d_out=1,
        depth=1,
        delta="1/2",
    )
    assert found.smaller == "rel:unstructured-log"


def test_misuse_is_explained() -> None:
    with pytest.raises(InvalidParameterError, match="neither"):
        RSS.compare(CONSTANT, depth=3)
    with pytest.raises(InvalidParameterError, match="leaves C without a value"):
        RSS.compare(CONSTANT, over=("eps", "1/100", "1/4"))
