"""Planted lies for ``check_mask``."""

from __future__ import annotations

import pytest
from hypothesis import settings

from slth_verify.conformance import ConformanceFailure, check_mask
from slth_verify.conformance.lies.masks import LIES, not_blocked


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_lie_is_caught(lie: object, hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match="def:channel-blocked-mask"):
        check_mask(lie, settings=hunt)  # type: ignore[arg-type]


def test_message_shows_the_case(hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match=r"channels=2, block=1, kernel_size=1"):
        check_mask(not_blocked, settings=hunt)
