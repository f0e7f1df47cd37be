"""Pairs of questions: whoever asks for less never gets a larger width."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slth_verify.bounds import mrss_width
from slth_verify.bounds.library import answers, known_width, store
from slth_verify.bounds.mrss import widths

F = Fraction

#: Accuracy, probability, norm; and how much of each is given up.
Asked = tuple[Fraction, Fraction, Fraction]

_ASKED = st.tuples(
    st.sampled_from([F(1, 100), F(1, 30), F(1, 10), F(3, 10)]),
    st.sampled_from([F(1, 10), F(1, 2), F(3, 4), F(9, 10), F(99, 100)]),
    st.sampled_from([F(1), F(2), F(5), F(10)]),
)


@pytest.fixture(autouse=True)
def nothing_is_searched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def searched(*_: object) -> None:
        raise AssertionError("the library has nothing near this question")

    monkeypatch.setattr(widths._Search, "_searched", searched)
    known_width.cache_clear()
    yield
    known_width.cache_clear()


def _easier_and_harder(one: Asked, other: Asked) -> tuple[Asked, Asked]:
    """The easier of each of two points, and the harder of each."""
    pairs = [sorted(pair) for pair in zip(one, other, strict=True)]
    (fine, coarse), (seldom, often), (near, far) = pairs
    return (coarse, seldom, near), (fine, often, far)


def _kept(dim: int, one: Asked, other: Asked, universal: bool) -> bool:
    """Whether the easier question is answered by no larger width."""
    easy, hard = _easier_and_harder(one, other)
    found = [mrss_width(dim, *asked, universal=universal).n for asked in (easy, hard)]
    assert None not in found
    return bool(found[0] <= found[1])


@settings(max_examples=2)
@given(st.sampled_from([1, 2, 9]), _ASKED, _ASKED, st.booleans())
@example(9, (F(1, 100), F(1, 2), F(5)), (F(1, 100), F(9, 10), F(10)), False)
def test_an_easier_question_has_no_larger_width(
    dim: int, one: Asked, other: Asked, universal: bool
) -> None:
    assert _kept(dim, one, other, universal)


@pytest.mark.nightly
@settings(max_examples=400)
@given(st.sampled_from([1, 2, 3, 4, 6, 9, 16, 30, 36]), _ASKED, _ASKED, st.booleans())
def test_easier_questions_have_no_larger_width(
    dim: int, one: Asked, other: Asked, universal: bool
) -> None:
    assert _kept(dim, one, other, universal)


def _far_ones_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificates for far targets are looked at only if one asks for far ones."""
    honest = answers._near

    def near(entries: Any, question: Any) -> Any:
        far = question.norm > 5
        return [x for x in honest(entries, question) if far or x.norm == 1]

    monkeypatch.setattr(answers, "_near", near)


def _one_number_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate is passed over if one sample less than is known is too few."""
    monkeypatch.setattr(answers, "RIPPLE", 0)


LIES: list[tuple[Callable[[pytest.MonkeyPatch], None], int, Asked, Asked]] = [
    (
        _far_ones_alone,
        1,
        (F(1, 10), F(99, 100), F(5)),
        (F(1, 10), F(99, 100), F(10)),
    ),
    (
        _one_number_is_asked,
        9,
        (F(1, 10), F(99, 100), F(1)),
        (F(1, 30), F(99, 100), F(1)),
    ),
]


@pytest.mark.parametrize(("lie", "dim", "one", "other"), LIES)
def test_lies_about_what_is_looked_at_are_noticed(
    lie: Callable[[pytest.MonkeyPatch], None],
    dim: int,
    one: Asked,
    other: Asked,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _kept(dim, one, other, universal=False)
    known_width.cache_clear()
    lie(monkeypatch)
    assert not _kept(dim, one, other, universal=False)


def test_without_far_entries_far_targets_would_be_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near = tuple(entry for entry in store.entries() if entry.norm == 1)
    monkeypatch.setattr(store, "entries", lambda: near)
    with pytest.raises(AssertionError, match="nothing near"):
        mrss_width(1, F(1, 10), F(99, 100), 10)
