"""Recognising pruning patterns on arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import (
    Pattern,
    channel_blocked_mask,
    is_channel_blocked,
    is_filter_mask,
    is_mask,
    pattern,
    statement,
)

sizes = st.integers(1, 4)


@given(d=st.integers(1, 2), c=st.integers(1, 3), n=st.integers(1, 3))
@settings(max_examples=15)
def test_the_mask_is_its_definition(d: int, c: int, n: int) -> None:
    mask = channel_blocked_mask(d, c, n)
    entry = statement("def:channel-blocked-mask")
    assert mask.shape == (d, d, c, c * n)
    for k in range(1, c + 1):
        for filter_ in range(1, c * n + 1):
            expected = entry.bound(k=k, l=filter_, n=n)
            assert np.all(mask[:, :, k - 1, filter_ - 1] == bool(expected))
    assert is_channel_blocked(mask, n)
    assert is_channel_blocked(mask)


@given(d=sizes, c=sizes, n=sizes, data=st.data())
def test_one_flipped_entry_is_noticed(d: int, c: int, n: int, data) -> None:
    mask = channel_blocked_mask(d, c, n)
    where = tuple(data.draw(st.integers(0, size - 1)) for size in mask.shape)
    mask[where] = not mask[where]
    assert not is_channel_blocked(mask)


@given(d=sizes, c=sizes, n=st.integers(1, 6), data=st.data())
def test_filter_masks(d: int, c: int, n: int, data) -> None:
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    mask = np.broadcast_to(kept, (d, d, c, n)).copy()
    assert is_filter_mask(mask)
    assert pattern(mask) in (Pattern.NEURON, Pattern.CHANNEL_BLOCKED)
    if d * d * c > 1:
        mask[0, 0, 0, 0] = not mask[0, 0, 0, 0]
        assert not is_filter_mask(mask)


def test_the_strictest_pattern_is_named() -> None:
    assert pattern(channel_blocked_mask(3, 2, 4)) is Pattern.CHANNEL_BLOCKED
    assert pattern(np.ones((3, 3, 2, 5))) is Pattern.NEURON
    mask = np.ones((3, 3, 2, 5))
    mask[0, 0, 0, 0] = 0
    assert pattern(mask) is Pattern.UNSTRUCTURED


def test_block_size_must_match() -> None:
    mask = channel_blocked_mask(1, 2, 6)
    assert is_channel_blocked(mask, 6)
    assert not is_channel_blocked(mask, 3)
    assert not is_channel_blocked(mask[:, :, :, :-1])
    assert not is_channel_blocked(mask[0])


@pytest.mark.parametrize("bad", [0.5, 2, -1, np.nan])
def test_other_entries_are_refused(bad: float) -> None:
    mask = np.ones((1, 1, 2, 2))
    mask[0, 0, 0, 0] = bad
    assert not is_mask(mask)
    with pytest.raises(InvalidParameterError, match="0 and 1"):
        pattern(mask)


@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, -2, 1), (1, 1, True), (1, 1, 1.0)])
def test_sizes_are_positive_integers(sizes) -> None:
    with pytest.raises(InvalidParameterError, match="positive int"):
        channel_blocked_mask(*sizes)
