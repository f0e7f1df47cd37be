"""Planted lies for ``check_filters``."""

from __future__ import annotations

import pytest

from slth_verify.conformance import ConformanceFailure, FilterSampler, check_filters
from slth_verify.conformance.lies.filters import LIES, positive_scalars


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_lie_is_caught(lie: FilterSampler) -> None:
    with pytest.raises(ConformanceFailure, match="def:nsn"):
        check_filters(lie)


def test_message_names_the_rejected_claim() -> None:
    with pytest.raises(ConformanceFailure, match=r"scalar > 0: 20000 of 20000"):
        check_filters(positive_scalars)
