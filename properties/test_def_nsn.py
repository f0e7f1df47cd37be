"""def:nsn (Definition 4): the random network's filters are independent normals."""

import pytest

from slth_verify.conformance import check_filters, random_cnn_filters

pytestmark = pytest.mark.slth(statement="def:nsn")


@pytest.mark.parametrize("seed", [0, 1, (1 << 64) - 1])
def test_filters_are_independent_standard_normals(seed: int) -> None:
    check_filters(random_cnn_filters, seed=seed)


@pytest.mark.nightly
def test_filters_are_independent_standard_normals_in_bulk() -> None:
    check_filters(random_cnn_filters, seed=2, trials=500_000)
