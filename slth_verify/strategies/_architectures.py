"""Channels and kernel sizes."""

from __future__ import annotations

from collections.abc import Collection

from hypothesis import strategies as st

from slth_verify.network import Architecture
from slth_verify.strategies._options import check_range, check_sizes

MAX_DEPTH = 16
MAX_CHANNELS = 64
MAX_KERNEL_SIZE = 11


@st.composite
def architectures(
    draw: st.DrawFn,
    *,
    min_depth: int = 1,
    max_depth: int = 4,
    min_channels: int = 1,
    max_channels: int = 3,
    kernel_sizes: Collection[int] = (1, 2, 3),
) -> Architecture:
    """Shapes of target CNNs; shrinks to one layer, one channel, the smallest kernel.

    Args:
        min_depth: Fewest layers l.
        max_depth: Most layers; up to 16.
        min_channels: Fewest channels c_i of any layer, the input included.
        max_channels: Most channels; up to 64.
        kernel_sizes: Admissible d_i, from 1 to 11; even ones are covered.
    """
    check_range("depth", min_depth, max_depth, least=1, most=MAX_DEPTH)
    check_range("channels", min_channels, max_channels, least=1, most=MAX_CHANNELS)
    check_sizes("kernel_sizes", kernel_sizes, most=MAX_KERNEL_SIZE)
    channel = st.integers(min_channels, max_channels)
    size = st.sampled_from(sorted(set(kernel_sizes)))
    layers = draw(
        st.lists(st.tuples(channel, size), min_size=min_depth, max_size=max_depth)
    )
    channels = (draw(channel), *(c_out for c_out, _ in layers))
    return Architecture(channels, tuple(d for _, d in layers))
