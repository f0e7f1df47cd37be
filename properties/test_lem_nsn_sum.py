"""lem:nsn-sum (Lemma 7): how often k-sums of the construction's columns hit a cube."""

import pytest

from slth_verify.conformance import check_sum_law, pool_columns

pytestmark = pytest.mark.slth(statement="lem:nsn-sum")


@pytest.mark.parametrize("seed", [0, 1])
def test_sums_hit_as_often_as_the_law_says(seed: int) -> None:
    check_sum_law(pool_columns, seed=seed)


@pytest.mark.nightly
def test_sums_hit_as_often_as_the_law_says_in_bulk() -> None:
    check_sum_law(pool_columns, seed=2, trials=100_000)
