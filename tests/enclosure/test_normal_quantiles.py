"""Weights of many words: the search's own, proved, wherever floats may be wrong."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.enclosure import (
    check_normal_quantiles,
    nearest_normal_quantiles,
    normal_quantiles,
)
from slth_verify.enclosure.quantiles import proved
from slth_verify.network.random_networks import normal_weights
from slth_verify.verdict import Verdict

LAST = 2**64 - 1

WORDS = st.one_of(
    st.integers(0, LAST),
    st.integers(0, 1000),
    st.integers(LAST - 1000, LAST),
    st.integers(2**63 - 1000, 2**63 + 1000),
    st.integers(0, 63).map(lambda bit: 1 << bit),
    st.integers(0, 63).map(lambda bit: LAST - (1 << bit)),
    # ends of the series near the middle
    st.integers(-1000, 1000).map(lambda step: 2**63 + 2**54 + step),
    st.integers(-1000, 1000).map(lambda step: 2**63 - 2**54 + step),
)


def agree(words: np.ndarray) -> None:
    found = normal_quantiles(words)
    assert found.dtype == np.float32
    assert np.array_equal(found, normal_weights(words))
    assert check_normal_quantiles(words, found).verdict is Verdict.VERIFIED


@given(st.lists(WORDS, max_size=40))
def test_words_of_all_kinds(words: list[int]) -> None:
    agree(np.array(words, np.uint64))


def test_many_words() -> None:
    agree(np.random.Philox(key=7).random_raw(300_000))


def test_the_first_and_the_last_word_have_opposite_weights() -> None:
    words = np.array([0, LAST, 2**63 - 1, 2**63], np.uint64)
    first, last, below, above = normal_quantiles(words).tolist()
    assert first == -last
    assert below == -above
    assert -9.2 < first < -9.0  # Phi(-9.08) is about 2^-65
    agree(words)


def near_midpoints() -> np.ndarray:
    values = np.array([0.25, 1, 1.5, 2.75, 1e-3, -0.7, 4, 2.0**-12], np.float32)
    upper = np.nextafter(values, np.float32(np.inf))
    middles = (values.astype(np.float64) + upper.astype(np.float64)) / 2
    words = []
    with mpmath.workdps(60):
        for middle in middles.tolist():
            at = mpmath.ncdf(mpmath.mpf(middle)) * mpmath.mpf(2) ** 64
            words += [int(mpmath.floor(at)) + shift for shift in (-2, -1, 0, 1, 2)]
    return np.array(words, np.uint64)


def test_words_next_to_midpoints_are_decided() -> None:
    agree(near_midpoints())


def test_chunks_and_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    words = np.random.Philox(key=8).random_raw(50)
    whole = normal_quantiles(words)
    monkeypatch.setattr(proved, "_CHUNK", 7)
    assert np.array_equal(normal_quantiles(words), whole)
    assert normal_quantiles(words[:0]).shape == (0,)


@pytest.mark.parametrize("step", [-1, 1])
def test_wrong_proposals_are_corrected(
    step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Floats only propose: one float beside the truth changes nothing."""
    words = np.concatenate([np.random.Philox(key=9).random_raw(50), near_midpoints()])
    proposed = proved.proposed_quantiles

    def beside(some: Any) -> Any:
        return np.nextafter(proposed(some), np.float32(step * np.inf))

    monkeypatch.setattr(proved, "proposed_quantiles", beside)
    assert np.array_equal(normal_quantiles(words), nearest_normal_quantiles(words))


def test_an_undecided_word_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    words = np.array([5], np.uint64)
    monkeypatch.setattr(proved, "decide_one", lambda *_: Verdict.INCONCLUSIVE)
    with pytest.raises(ArithmeticError, match="word=5"):
        normal_quantiles(words)
