"""Masks that are nearly blocked: none is, and every near miss occurs."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import Phase, find, given, settings

from slth_verify import strategies as slst
from slth_verify.statements import is_channel_blocked

MANY = settings(
    max_examples=300,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
)


@given(item=slst.near_blocked_masks())
def test_no_near_mask_is_blocked(item: slst.NearMask) -> None:
    assert is_channel_blocked(item.near.mask)
    assert item.mask.shape == item.near.mask.shape
    assert item.mask.dtype == np.bool_
    assert not is_channel_blocked(item.mask)


def test_every_near_miss_occurs_often() -> None:
    seen: Counter[str] = Counter()

    @MANY
    @given(item=slst.near_blocked_masks())
    def draw(item: slst.NearMask) -> None:
        seen[item.change] += 1

    draw()
    assert len(seen) == 6
    assert min(seen.values()) >= 15


def test_near_masks_shrink_to_two_channels_and_one_filter() -> None:
    item = find(slst.near_blocked_masks(), lambda _: True)
    assert (item.near.channels, item.near.block, item.near.kernel_size) == (2, 1, 1)
    assert item.change == "one entry differs"
    assert (item.mask != item.near.mask).sum() == 1
