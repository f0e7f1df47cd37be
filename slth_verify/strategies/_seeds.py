"""Seeds, and random networks as functions of them."""

from __future__ import annotations

from hypothesis import strategies as st

from slth_verify.network import RandomCNN
from slth_verify.strategies._options import check_range

#: Largest width drawn; networks are lazy, so that it costs nothing by itself.
MAX_WIDTH = 1 << 40


def seeds() -> st.SearchStrategy[int]:
    """Seeds of random networks: integers in [0, 2^64); shrinks to 0."""
    return st.integers(0, (1 << 64) - 1)


@st.composite
def random_networks(
    draw: st.DrawFn,
    *,
    min_depth: int = 1,
    max_depth: int = 4,
    min_width: int = 1,
    max_width: int = 64,
) -> RandomCNN:
    """Random CNNs: a seed and one width per target layer.

    Args:
        min_depth: Fewest target layers.
        max_depth: Most target layers.
        min_width: Smallest n_i.
        max_width: Largest n_i; up to 2^40.
    """
    check_range("depth", min_depth, max_depth, least=1, most=64)
    check_range("width", min_width, max_width, least=1, most=MAX_WIDTH)
    widths = draw(
        st.lists(
            st.integers(min_width, max_width), min_size=min_depth, max_size=max_depth
        )
    )
    return RandomCNN(seed=draw(seeds()), widths=tuple(widths))
