"""The intervals are those of scipy's own test, and a wrong tail is seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from slth_verify.sweep.intervals import clopper_pearson


@given(st.data(), st.sampled_from((0.9, 0.99, 0.999)))
def test_they_are_those_of_the_exact_test(data: st.DataObject, confidence) -> None:
    trials = data.draw(st.integers(1, 400), "trials")
    hits = data.draw(st.integers(0, trials), "hits")
    found = binomtest(hits, trials).proportion_ci(confidence, method="exact")
    low, high = clopper_pearson(hits, trials, confidence)
    assert (low, high) == pytest.approx((found.low, found.high), rel=1e-9, abs=1e-12)
    assert low <= hits / trials <= high
    one_sided = clopper_pearson(hits, trials, 1 - (1 - confidence) / 2)
    assert one_sided != (low, high)  # planted lie: the tail is halved twice
