"""Whole networks of the paper's class."""

from __future__ import annotations

from collections.abc import Collection

from hypothesis import strategies as st

from slth_verify.graph import TargetCNN
from slth_verify.strategies._architectures import architectures
from slth_verify.strategies._kernels import target_kernels
from slth_verify.strategies._options import check_range

_MAX_SIDE = 64


@st.composite
def target_networks(
    draw: st.DrawFn,
    *,
    min_depth: int = 1,
    max_depth: int = 4,
    min_channels: int = 1,
    max_channels: int = 3,
    kernel_sizes: Collection[int] = (1, 2, 3),
    min_side: int = 1,
    max_side: int = 5,
) -> TargetCNN:
    """Adversarial networks of the paper's class.

    Shapes come from `architectures`, every layer from `target_kernels`. Images may be
    smaller than a kernel, and need not be square.

    Args:
        min_depth: Fewest layers.
        max_depth: Most layers.
        min_channels: Fewest channels of any layer, the input included.
        max_channels: Most channels.
        kernel_sizes: Admissible kernel sizes.
        min_side: Smallest height and width of an input.
        max_side: Largest height and width; up to 64.

    Source:
        thm:structured-slth.
    """
    check_range("side", min_side, max_side, least=1, most=_MAX_SIDE)
    shape = draw(
        architectures(
            min_depth=min_depth,
            max_depth=max_depth,
            min_channels=min_channels,
            max_channels=max_channels,
            kernel_sizes=kernel_sizes,
        )
    )
    kernels = []
    for layer, size in enumerate(shape.kernel_sizes, start=1):
        c_out, c_in = shape.channels[layer], shape.channels[layer - 1]
        kernels.append(draw(target_kernels((c_out, c_in, size, size))))
    side = st.integers(min_side, max_side)
    return TargetCNN.from_kernels(kernels, (shape.channels[0], draw(side), draw(side)))
