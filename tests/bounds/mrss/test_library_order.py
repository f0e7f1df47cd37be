"""Answers of the library keep the order of questions where floats alone would not."""

from __future__ import annotations

from fractions import Fraction

import pytest

from slth_verify.bounds.library import known_width
from slth_verify.bounds.library.answers import Question
from slth_verify.bounds.library.rays import Ray, least
from slth_verify.bounds.mrss.found import FoundWidth

F = Fraction


@pytest.mark.parametrize(("dim", "eps"), [(9, "1/2"), (2, "1/10")])
@pytest.mark.parametrize("prob", ["1/1000", "1/4"])
def test_seldom_needs_no_more_than_every_second_time(dim, eps, prob) -> None:
    seldom, often = (
        known_width(Question(dim, F(eps), F(1), F(p)), universal=False)
        for p in (prob, "1/2")
    )
    assert seldom.n <= often.n
    assert seldom.probability >= F(prob)


class _Rippled(Ray):
    """One more sample than 6 is worse."""

    def suffices(self, n: int) -> bool:
        return n >= 8 or n == 6

    def proved(self, n: int) -> FoundWidth:
        raise AssertionError("nothing is proved here")


def test_a_ray_looks_below_a_ripple() -> None:
    question = Question(1, F(1, 10), F(1), F(1, 2))
    assert least(_Rippled(question, 1, 12)) == 6
    assert least(_Rippled(question, 1, 5)) is None
