"""lem:kernel-pruning: the certified error of one layer is attained at a vertex."""

from slth_verify.conformance import certified_layer_error, check_layer_error


def test_certified_layer_error_is_attained() -> None:
    check_layer_error(certified_layer_error)
