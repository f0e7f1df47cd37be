"""Channels and kernel sizes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hypothesis import strategies as st

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import whole_numbers
from slth_verify.showing import OneLine
from slth_verify.strategies._options import check_range, check_sizes

MAX_DEPTH = 16
MAX_CHANNELS = 64
MAX_KERNEL_SIZE = 11


@dataclass(frozen=True, slots=True, repr=False)
class Architecture(OneLine):
    """Layer i convolves ``channels[i-1]`` channels into ``channels[i]``.

    Attributes:
        channels: c_0, ..., c_l, each at least 1.
        kernel_sizes: d_1, ..., d_l, each at least 1.
    """

    channels: tuple[int, ...]
    kernel_sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        for name in ("channels", "kernel_sizes"):
            sizes = whole_numbers(getattr(self, name), name)
            object.__setattr__(self, name, sizes)
        if len(self.channels) != len(self.kernel_sizes) + 1 or not self.kernel_sizes:
            raise InvalidParameterError(
                f"channels={self.channels} and kernel_sizes={self.kernel_sizes} do not "
                "fit: l >= 1 layers have l kernel sizes and l + 1 channel counts "
                "(thm:structured-slth). Give one more channel count than kernel sizes."
            )
        if min(self.channels) < 1 or min(self.kernel_sizes) < 1:
            raise InvalidParameterError(
                f"channels={self.channels}, kernel_sizes={self.kernel_sizes}: every "
                "entry must be at least 1 (thm:structured-slth). Remove empty layers."
            )

    @property
    def depth(self) -> int:
        """Number l of target layers; the random network has 2l."""
        return len(self.kernel_sizes)


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
