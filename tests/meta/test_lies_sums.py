"""Planted lies for ``check_sum_law`` and ``check_joint_law``."""

from __future__ import annotations

import pytest

from slth_verify.conformance import (
    ColumnSampler,
    ConformanceFailure,
    check_joint_law,
    check_sum_law,
)
from slth_verify.conformance.lies.sums import (
    LYING_COLUMNS,
    LYING_JOINT_LAWS,
    LYING_LAWS,
    each_column_twice,
    honest_columns,
    scale_dropped,
    scale_squared,
)


@pytest.mark.parametrize("lie", LYING_COLUMNS, ids=lambda lie: lie.__name__)
def test_lying_columns_are_caught(lie: ColumnSampler) -> None:
    with pytest.raises(ConformanceFailure, match="lem:nsn-sum"):
        check_sum_law(lie, trials=5_000)


@pytest.mark.parametrize("name", LYING_LAWS)
def test_lying_law_is_caught(name: str) -> None:
    with pytest.raises(ConformanceFailure, match="lem:nsn-sum"):
        check_sum_law(honest_columns, law=LYING_LAWS[name])


@pytest.mark.parametrize("name", LYING_JOINT_LAWS)
def test_lying_joint_law_is_caught(name: str) -> None:
    with pytest.raises(ConformanceFailure, match="lem:nsn-joint"):
        check_joint_law(honest_columns, law=LYING_JOINT_LAWS[name])


@pytest.mark.parametrize(
    "lie",
    [scale_dropped, scale_squared, each_column_twice],
    ids=lambda lie: lie.__name__,
)
def test_lying_columns_are_caught_jointly(lie: ColumnSampler) -> None:
    with pytest.raises(ConformanceFailure, match="lem:nsn-joint"):
        check_joint_law(lie, trials=10_000)
