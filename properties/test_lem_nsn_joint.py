"""lem:nsn-joint (Lemma 8): how often two overlapping k-sums both hit a cube."""

import pytest

from slth_verify.conformance import check_joint_law, pool_columns

pytestmark = pytest.mark.slth(statement="lem:nsn-joint")


@pytest.mark.parametrize("seed", [0, 1])
def test_overlapping_sums_hit_as_often_as_the_law_says(seed: int) -> None:
    check_joint_law(pool_columns, seed=seed)


@pytest.mark.nightly
def test_overlapping_sums_hit_as_often_as_the_law_says_in_bulk() -> None:
    check_joint_law(pool_columns, seed=2, trials=100_000)
