"""The subset-sum number of a sample: against every subset, symmetries and edges."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.bounds import (
    first_moment,
    subset_sum_number,
    subset_sum_number_mean,
)
from slth_verify.bounds.mrss import subset_sum_number as source
from slth_verify.errors import InvalidParameterError

F = Fraction


def every_subset(sample, target, eps, size) -> int:
    """The number by its definition, in rational arithmetic."""
    sizes = range(len(sample) + 1) if size is None else [size]
    return sum(
        all(
            abs(sum((F(sample[i][c]) for i in chosen), F(0)) - F(z)) <= F(eps)
            for c, z in enumerate(target)
        )
        for k in sizes
        for chosen in combinations(range(len(sample)), k)
    )


entries = st.one_of(
    st.floats(-4, 4, width=32),
    st.sampled_from([0.0, -0.0, 1.0, 0.5, 1e-40, 2.0**-149, 3e38]),
    st.fractions(-2, 2, max_denominator=12),
)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_it_counts_every_subset(data) -> None:
    dim = data.draw(st.integers(1, 3))
    rows = st.lists(entries, min_size=dim, max_size=dim)
    sample = data.draw(st.lists(rows, max_size=7))
    target = data.draw(
        st.lists(st.fractions(-2, 2, max_denominator=8), min_size=dim, max_size=dim)
    )
    eps = data.draw(st.fractions(F(1, 100), 2, max_denominator=100))
    size = data.draw(st.one_of(st.none(), st.integers(0, len(sample))))
    found = subset_sum_number(sample, target, eps, size)
    assert found == every_subset(sample, target, eps, size)


@pytest.mark.parametrize("kept", [1, 2, 5])
@pytest.mark.parametrize("size", [None, 3])
def test_the_split_of_the_columns_does_not_matter(kept, size, monkeypatch) -> None:
    sample = np.random.default_rng(0).standard_normal((9, 2)).tolist()
    whole = subset_sum_number(sample, [0, 0], 1, size)
    monkeypatch.setattr(source, "_KEPT", kept)
    assert subset_sum_number(sample, [0, 0], 1, size) == whole
    assert whole == every_subset(sample, [0, 0], 1, size) > 0


def test_the_boundary_counts_and_what_is_beyond_does_not() -> None:
    tenth = F(1, 10)
    assert subset_sum_number([[tenth]], [0], tenth) == 2
    assert subset_sum_number([[tenth]], [0], tenth, 1) == 1
    assert subset_sum_number([[tenth + F(1, 10**30)]], [0], tenth) == 1
    # the float 0.1 is larger than one tenth
    assert subset_sum_number([[0.1]], [0], tenth, 1) == 0
    assert subset_sum_number([[0.1]], [0], 0.1, 1) == 0


def test_sizes_add_up_and_order_does_not_matter() -> None:
    sample = np.random.default_rng(1).standard_normal((16, 2)).tolist()
    total = subset_sum_number(sample, ["1/2", 0], "1/4")
    parts = [subset_sum_number(sample, ["1/2", 0], "1/4", k) for k in range(17)]
    assert total == sum(parts) > 100
    assert subset_sum_number(sample[::-1], ["1/2", 0], "1/4") == total


def test_its_mean_over_samples_is_the_one_of_the_law() -> None:
    """A false alarm has a probability of about 1e-6 (five standard errors)."""
    rng = np.random.default_rng(2)
    counts = []
    for _ in range(400):
        columns = rng.standard_normal((10, 1)) * rng.standard_normal((10, 1))
        counts.append(subset_sum_number(columns.tolist(), [1], "1/5", 4))
    mean = subset_sum_number_mean(10, 4, [1], "1/5")
    error = 5 * np.std(counts) / 20
    assert abs(np.mean(counts) - float(mean.lower)) < error
    # the mean for subsets of one vector less is told apart
    other = subset_sum_number_mean(10, 3, [1], "1/5")
    assert abs(np.mean(counts) - float(other.lower)) > error


@pytest.mark.parametrize(
    ("lie", "change"),
    [
        ("open cube", lambda low, high: (low + 1, high - 1)),
        ("rounded the wrong way", lambda low, high: (low - 1, high + 1)),
    ],
)
def test_lies_are_seen(lie, change, monkeypatch) -> None:
    honest = source._counted
    monkeypatch.setattr(
        source,
        "_counted",
        lambda columns, low, high, size: honest(columns, *change(low, high), size),
    )
    sample = [["1/3"], ["1/4"], ["1/6"], ["-1/3"]]
    found = subset_sum_number(sample, ["1/4"], "1/12")
    assert found != every_subset(sample, ["1/4"], "1/12", None)


@pytest.mark.parametrize(
    ("sample", "target", "size", "message"),
    [
        ([[1]], [], None, r"len\(target\)=0"),
        ([[1, 2]], [1], None, r"len\(target\)=1"),
        ([[1]], [1], 2, "size=2"),
        ([[1]], [1], -1, "size=-1"),
        ([[1]] * 31, [1], None, "n=31"),
        ([[2.0**80]] * 10 + [[2.0**-80]] * 11, [1], None, "n=21"),
        ([[float("nan")]], [1], None, "sample"),
        ([["x"]], [1], None, "sample"),
    ],
)
def test_refusals(sample, target, size, message) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        subset_sum_number(sample, target, "1/10", size)


@pytest.mark.nightly
def test_many_columns_size_by_size() -> None:
    sample = np.random.default_rng(3).standard_normal((26, 1)).tolist()
    total = subset_sum_number(sample, [0], "1/100")
    parts = sum(subset_sum_number(sample, [0], "1/100", k) for k in range(27))
    assert total == parts


@pytest.mark.parametrize("target", [["0.3", "-0.1"], ["0.05", "0"]])
def test_mean_over_all_sizes_is_the_sum_over_sizes(target: list[str]) -> None:
    """The second target is hit by the empty subset, which counts."""
    sizes = [subset_sum_number_mean(7, size, target, "1/5") for size in range(8)]
    every = subset_sum_number_mean(7, None, target, "1/5")
    assert sum(one.lower for one in sizes) <= every.upper
    assert every.lower <= sum(one.upper for one in sizes)
    for left_out in (0, 7) if target[0] == "0.05" else (7,):  # planted lies
        rest = sizes[:left_out] + sizes[left_out + 1 :]
        assert sum(one.upper for one in rest) < every.lower


def test_mean_over_all_sizes_knows_the_axis_and_refuses_nonsense() -> None:
    axis = subset_sum_number_mean(30, None, ["3/10", 0, 0], "1/10")
    known = first_moment(30, 3, "1/10", "3/10")
    assert axis.lower <= known.upper
    assert known.lower <= axis.upper
    with pytest.raises(InvalidParameterError, match="n="):
        subset_sum_number_mean(0, None, [1], "1/5")
    with pytest.raises(InvalidParameterError, match="target"):
        subset_sum_number_mean(5, None, [], "1/5")
