"""Where torch's axes lie in a graph's tensors: one-dimensional images get height 1."""

from __future__ import annotations

from collections.abc import Sequence

from slth_verify.graph.nodes import Margins, Pair


def place(axis: int, rank: int) -> int:
    """Which axis of `held` is a torch tensor's axis; both without the batch."""
    return 2 * axis if rank == 2 else axis


def pair(values: int | Sequence[int], rank: int, filler: int) -> Pair:
    """A number for the rows and one for the columns; rows of 1-D images have filler.

    Args:
        values: One for all axes, or one for each.
        rank: Axes of the image without the batch, 2 or 3.
        filler: What stands for the rows if there are none.
    """
    entries = [values] if isinstance(values, int) else [*values]
    if rank == 2:
        return filler, entries[0]
    return entries[0], entries[-1]


def around(padding: Pair) -> Margins:
    """The same padding before and behind."""
    return padding[0], padding[0], padding[1], padding[1]


def ceil_rest(
    size: int, window: int, stride: int, dilation: int, padding: int, places: int
) -> int:
    """Rows that a pool in ceil mode sees behind the padding, given its places."""
    reached = (places - 1) * stride + dilation * (window - 1) + 1
    return max(0, reached - size - 2 * padding)
