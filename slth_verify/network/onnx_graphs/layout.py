"""Where ONNX's axes lie in a graph's tensors: one-dimensional images get height 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from slth_verify.graph.nodes import Pair, Shape
from slth_verify.limits import IMAGE_SIDE
from slth_verify.network.onnx_graphs.refusal import Outside

#: Channels, or features, that have numbers of their own: a box, or slopes.
CHANNELS: Final = 1 << 20


def require_held(shape: Sequence[int], channels: int = IMAGE_SIDE) -> None:
    """Refuse a tensor that is too large to be run.

    Raises:
        Outside: If it has too many entries, or more channels than are admitted.
    """
    if math.prod(shape) > IMAGE_SIDE or shape[0] > channels:
        raise Outside(
            f"a tensor of shape {(*shape,)}: at most {channels} channels and "
            f"{IMAGE_SIDE} entries are read. Certify smaller images"
        )


def spread(values: Sequence[int], rank: int, filler: int) -> Shape:
    """One number for each axis of `held`, from one for each axis of the tensor."""
    return (values[0], filler, values[1]) if rank == 2 else tuple(values)


def pair(values: Sequence[int], filler: int, what: str, sides: int) -> Pair:
    """A number for the rows and one for the columns; rows of 1-D images have filler.

    Args:
        values: One for each of the image's axes.
        filler: What stands for the rows if there are none.
        what: How a message calls them.
        sides: Axes of the image, 1 or 2.

    Raises:
        Outside: If there are not as many as axes.
    """
    if len(values) != sides:
        raise Outside(
            f"{what}={[*values][:9]}: one for each of {sides} axes is required"
        )
    return (filler, values[0]) if sides == 1 else (values[0], values[1])


def axis_of(value: int, rank: int) -> int:
    """An axis counted from the front, of a tensor with the batch.

    Raises:
        Outside: If there is none.
    """
    if not -rank <= value < rank:
        raise Outside(f"axis={value}: the tensor has {rank} axes")
    return value % rank
