"""One target: the smallest answer of all evaluators, and refusals."""

from fractions import Fraction

import pytest

from slth_verify.bounds.mrss import fixed_target
from slth_verify.bounds.mrss.fixed_target import by_blocks, fixed_width
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.question import Question
from slth_verify.errors import InvalidParameterError

F = Fraction

QUESTION = Question(1, F(1, 2), F(1), F(11, 20))


def _answer(n: int):
    return lambda *question: FoundWidth(n=n, failure=F(1, 9), derivation=())


def _refusal(*question: object) -> FoundWidth:
    raise InvalidParameterError("dim=1: no certificate")


def test_the_smallest_answer_counts(monkeypatch) -> None:
    evaluators = (_answer(9), _refusal, _answer(7))
    monkeypatch.setattr(fixed_target, "evaluators", lambda *_: evaluators)
    assert fixed_width(QUESTION).n == 7


def test_without_any_answer_the_first_refusal_is_raised(monkeypatch) -> None:
    monkeypatch.setattr(fixed_target, "evaluators", lambda *_: (_refusal,))
    monkeypatch.setattr(fixed_target, "_ALL", (_refusal,))
    with pytest.raises(InvalidParameterError, match="no certificate"):
        fixed_width(QUESTION)


def test_the_rest_is_asked_only_if_the_first_choice_refuses(monkeypatch) -> None:
    monkeypatch.setattr(fixed_target, "_ALL", (_answer(5),))
    monkeypatch.setattr(fixed_target, "evaluators", lambda *_: (_answer(9),))
    assert fixed_width(QUESTION).n == 9
    monkeypatch.setattr(fixed_target, "evaluators", lambda *_: (_refusal,))
    assert fixed_width(QUESTION).n == 5


def test_blocks_are_one_evaluator() -> None:
    found = by_blocks(QUESTION)
    assert found.probability >= F(11, 20)
    assert (found.n, found.failure) in found.staircase()
    assert found.derivation[0].statement == "der:weighted-moment"
    assert fixed_width(QUESTION).n <= found.n


def test_stairs_that_a_smaller_width_beats_are_left_out() -> None:
    found = FoundWidth(
        n=10,
        failure=F(1, 4),
        derivation=(),
        stairs=((5, F(1)), (8, F(1, 2)), (12, F(1, 3)), (20, F(1, 8)), (20, F(1, 9))),
    )
    assert found.staircase() == ((8, F(1, 2)), (10, F(1, 4)), (20, F(1, 9)))
