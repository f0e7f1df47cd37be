"""def:channel-blocked-mask (Definition 3)."""

from slth_verify.conformance import check_mask
from slth_verify.network import channel_blocked_mask


def test_mask_is_the_definition() -> None:
    check_mask(channel_blocked_mask)
