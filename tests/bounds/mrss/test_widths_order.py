"""An answer for a harder question is never smaller: estimates and widths."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product

import pytest
from handmade.nightly import cases
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.bounds.library import known_width
from slth_verify.bounds.mrss.widths import width_for_all
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches.weighted_float import (
    Moment,
    accuracy_at,
    place_above,
)

F = Fraction

#: Floats of one estimate, computed twice.
_NOISE = 1e-9

_SIZES = st.sampled_from([(49, 17, 4), (60, 24, 9), (210, 60, 16), (97, 40, 2)])
_ACCURACIES = st.floats(2.0**-20, 4.0)


@given(eps=_ACCURACIES)
def test_a_fixed_accuracy_is_just_above(eps: float) -> None:
    place = place_above(eps)
    assert accuracy_at(place - 1) < eps <= accuracy_at(place)


def _rises(best: object, size: tuple[int, int, int], eps: list[float]) -> bool:
    """Whether the best bound rises with the accuracy and falls with the norm."""
    moment = Moment(*size, 0.12, (size[2] // 4) / 2)
    assert moment.useful
    small, large = (best(moment, x, 5.0)[0] for x in sorted(eps))  # type: ignore[operator]
    far = best(moment, max(eps), 6.0)[0]  # type: ignore[operator]
    return bool(small <= large + _NOISE and far <= large + _NOISE)


@given(size=_SIZES, eps=st.lists(_ACCURACIES, min_size=2, max_size=2))
@settings(cases(20, 60), deadline=None)
def test_a_larger_accuracy_never_has_a_smaller_bound(
    size: tuple[int, int, int], eps: list[float]
) -> None:
    assert _rises(Moment.best, size, eps)


def test_the_accuracy_itself_alone_would_have_one() -> None:
    def plain(moment: Moment, eps: float, norm: float) -> tuple[float, float]:
        return moment.log_bound(eps, norm), eps

    assert not _rises(plain, (49, 17, 4), [0.2, 0.5])


_CHAINS = {  # from hard to easy
    "coarse": [(4, e, "5", "1/4") for e in ("1/10", "1/5", "2/5", "1/2")],
    "coarse, every second time": [(4, e, "5", "1/2") for e in ("1/5", "2/5", "1/2")],
    "seldom": [(9, "1/2", "1", p) for p in ("1/2", "1/4", "1/1000")],
    "seldom, in many dimensions": [(30, "1/3", "2", p) for p in ("1/2", "1/4")],
    "near": [(2, "1/10", r, "1/2") for r in ("2", "1", "1/2", "1/5")],
}


def _questions(chain: list[tuple[int, str, str, str]]) -> list[Question]:
    return [Question(m, F(eps), F(norm), F(prob)) for m, eps, norm, prob in chain]


#: Others show the same in seconds.
_SLOW = ("coarse", "seldom, in many dimensions")


@pytest.mark.parametrize(
    "name",
    [
        *(x for x in _CHAINS if x not in _SLOW),
        *(pytest.param(x, marks=pytest.mark.nightly) for x in _SLOW),
    ],
)
def test_an_easier_question_needs_no_more(name: str) -> None:
    asked = _questions(_CHAINS[name])
    found = [known_width(question, universal=False) for question in asked]
    for hard, easy in pairwise(found):
        assert easy.n <= hard.n
    for question, width in zip(asked, found, strict=True):
        assert width.probability >= question.prob


def test_for_all_targets_a_net_counts_at_any_probability() -> None:
    chain = [("1/20", "99/100"), ("1/20", "1/2"), ("1/3", "1/2"), ("1/3", "1/20")]
    asked = _questions([(1, eps, "1", prob) for eps, prob in chain])
    widths = [width_for_all(question, "euclidean") for question in asked]
    assert [x.n for x in widths] == sorted((x.n for x in widths), reverse=True)
    assert widths[1].n < 60  # two sides take 122


@pytest.mark.nightly
@pytest.mark.parametrize("dim", [1, 2, 4, 9, 30])
def test_many_questions_keep_their_order(dim: int) -> None:
    """All that the library answers: a few hundred pairs for every dimension."""
    grid = product(("1/30", "1/5", "1/2"), ("1/2", "1", "2"), ("1/4", "1/2", "9/10"))
    asked = [Question(dim, F(e), F(r), F(p)) for e, r, p in grid if F(e) < F(r)]
    found = [(q, known_width(q, universal=False)) for q in asked]
    for (easy, one), (hard, other) in product(found, found):
        easier = easy.eps >= hard.eps and easy.norm <= hard.norm
        if easier and easy.prob <= hard.prob and other is not None:
            assert one is not None
            assert one.n <= other.n, (easy, hard)
