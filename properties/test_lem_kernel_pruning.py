"""lem:kernel-pruning: the certified error of one layer is attained at a vertex."""

import pytest

from slth_verify.conformance import certified_layer_error, check_layer_error
from slth_verify.strategies.profiles import times

pytestmark = pytest.mark.slth(statement="lem:kernel-pruning")


def test_certified_layer_error_is_attained() -> None:
    check_layer_error(certified_layer_error, settings=times(10))
