"""Necessary widths and success probabilities: of easier questions, of harder ones."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from handmade.nightly import cases
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.bounds import mrss_success, necessary_width
from slth_verify.bounds.mrss import necessary_width as necessary_module
from slth_verify.bounds.mrss import success_sizes

F = Fraction

_DIMS = st.tuples(*[st.sampled_from([1, 2, 3, 4, 9, 30])] * 2)
_ACCURACIES = st.tuples(*[st.integers(1, 600).map(lambda part: F(part, 300))] * 2)
_NORMS = st.tuples(*[st.integers(1, 100).map(lambda part: F(part, 10))] * 2)
_CHANCES = st.tuples(*[st.integers(1, 99).map(lambda part: F(part, 100))] * 2)


def _needed(dims: Any, eps: Any, norms: Any, chances: Any) -> bool:
    """Whether the harder of two questions needs no fewer samples."""
    easy = min(dims), max(eps), min(chances), min(norms)
    hard = max(dims), min(eps), max(chances), max(norms)
    return necessary_width(*easy).n <= necessary_width(*hard).n


@settings(cases(15, 50))
@given(_DIMS, _ACCURACIES, _NORMS, _CHANCES)
def test_a_harder_question_needs_no_fewer_samples(
    dims: Any, eps: Any, norms: Any, chances: Any
) -> None:
    assert _needed(dims, eps, norms, chances)


def test_lie_far_targets_that_are_easy(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = necessary_module.first_moment
    monkeypatch.setattr(
        necessary_module,
        "first_moment",
        lambda n, dim, eps, norm: honest(n, dim, eps, 1 / norm),
    )
    assert not _needed((2, 2), (F(1, 10),) * 2, (F(1, 3), F(3)), (F(1, 2),) * 2)


Question = tuple[int, int, int | None, Fraction, Fraction]


def _ordered(questions: list[Question]) -> bool:
    """Whether success is proved no less often from question to question."""
    found = [mrss_success(*question).probability for question in questions]
    return all(
        one.lower <= other.lower and one.upper <= other.upper
        for one, other in pairwise(found)
    )


def test_success_of_easier_questions() -> None:
    """More samples, a nearer target, a larger accuracy."""
    from_hard_to_easy: list[Question] = [
        (1, 5, None, F(1, 5), F(2)),
        (1, 6, None, F(1, 5), F(2)),
        (1, 6, None, F(1, 5), F(1)),
        (1, 6, None, F(2, 5), F(1)),
        (1, 6, None, F(1), F(1)),
    ]
    assert _ordered(from_hard_to_easy)


def _free_is_best(dim: int, n: int, eps: Fraction, norm: Fraction) -> bool:
    """Whether subsets of any size hit no less often than those of one size."""
    free = mrss_success(dim, n, None, eps, norm).probability
    fixed = (mrss_success(dim, n, k, eps, norm).probability for k in range(1, n + 1))
    return all(one.lower <= free.lower and one.upper <= 1 for one in fixed)


def test_success_with_any_size_is_no_less() -> None:
    assert _free_is_best(1, 6, F(1, 5), F(1))


def test_lie_only_one_size_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = success_sizes._sizes
    monkeypatch.setattr(
        success_sizes, "_sizes", lambda n, size, *asked: honest(n, size or 1, *asked)
    )
    assert not _free_is_best(1, 6, F(1, 5), F(1))
    assert not _ordered([(1, 6, 3, F(1, 5), F(1)), (1, 6, None, F(1, 5), F(1))])


#: Beyond the numbers of samples for which parameters are searched.
_STRETCHED: list[Question] = [(1, n, None, F(1, 100), F(5)) for n in (229, 230)]


def test_success_with_more_samples_where_parameters_are_stretched() -> None:
    assert _ordered(_STRETCHED)


def test_lie_sizes_are_only_stretched(monkeypatch: pytest.MonkeyPatch) -> None:
    """The best share of the samples falls with their number."""
    monkeypatch.setattr(success_sizes, "_resized", lambda proposal, *_: proposal)
    assert not _ordered(_STRETCHED)


@pytest.mark.nightly
@settings(max_examples=40)
@given(st.integers(1, 9), st.integers(0, 300), st.integers(1, 9), _ACCURACIES, _NORMS)
def test_success_with_many_samples_and_more(
    dim: int, beyond: int, more: int, eps: Any, norms: Any
) -> None:
    n = 12 * (dim + 8) + beyond
    hard = dim, n, None, min(eps), max(norms)
    assert _ordered([hard, (dim, n + more, None, max(eps), min(norms))])
    assert _ordered([hard, (dim, n + 1, None, min(eps), max(norms))])


@pytest.mark.nightly
@settings(max_examples=60)
@given(st.integers(1, 4), st.integers(5, 22), _ACCURACIES, _NORMS, st.integers(0, 2))
def test_success_of_many_easier_questions(
    dim: int, n: int, eps: Any, norms: Any, more: int
) -> None:
    hard = dim, n, None, min(eps), max(norms)
    easy = dim, n + more, None, max(eps), min(norms)
    assert _ordered([hard, easy])
    assert _free_is_best(dim, min(n, 9), max(eps), max(norms))
