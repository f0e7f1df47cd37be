"""def:channel-blocked-mask (Definition 3)."""

import pytest

from slth_verify.conformance import check_mask
from slth_verify.network import channel_blocked_mask
from slth_verify.strategies.profiles import times

pytestmark = pytest.mark.slth(statement="def:channel-blocked-mask")


def test_mask_is_the_definition() -> None:
    check_mask(channel_blocked_mask, settings=times(22))
