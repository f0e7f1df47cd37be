"""lem:error-accumulation: composed errors never exceed the certified recurrence."""

import pytest

from slth_verify.conformance import certified_accumulation, check_accumulation
from slth_verify.strategies.profiles import times

pytestmark = pytest.mark.slth(statement="lem:error-accumulation")


def test_recurrence_bounds_composed_errors() -> None:
    check_accumulation(certified_accumulation, settings=times(4))
