"""Planted lies for ``check_width``."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import settings

from slth_verify.conformance import ConformanceFailure, check_width
from slth_verify.conformance.lies.widths import LIES


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_lie_is_caught(lie: Callable[..., int], hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match="thm:mrss-nsn"):
        check_width(lie, settings=hunt)


def test_more_columns_than_necessary_contradict_nothing(hunt: settings) -> None:
    check_width(lambda **_: 1 << 40, settings=hunt)
