"""lem:error-accumulation: composed errors never exceed the certified recurrence."""

from slth_verify.conformance import certified_accumulation, check_accumulation


def test_recurrence_bounds_composed_errors() -> None:
    check_accumulation(certified_accumulation)
