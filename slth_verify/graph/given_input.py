"""The input of a graph, as a user gives it: its shape and its box."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from slth_verify.errors import InvalidParameterError
from slth_verify.graph.nodes import Input, Shape
from slth_verify.limits import IMAGE_SIDE
from slth_verify.numbers import exact_number, shown, whole_numbers


def held(shape: Sequence[int]) -> Shape:
    """The shape in a graph of a framework's tensor; both without the batch.

    Images of one dimension get height 1, and a single number is a vector of one.

    Examples:
        >>> held((8, 20)), held((8, 4, 5)), held(())
        ((8, 1, 20), (8, 4, 5), (1,))
    """
    if len(shape) == 2:
        return shape[0], 1, shape[1]
    return tuple(shape) or (1,)


def same_entries(given: Sequence[int], shape: Sequence[int]) -> bool:
    """Whether an array is an image of a shape, entry by entry in the same order.

    It may be flat, and axes of length 1 may be missing or stand elsewhere; channels
    behind rows and columns are other images.

    Examples:
        >>> same_entries((8, 8), (1, 8, 8)), same_entries((192,), (3, 8, 8))
        (True, True)
        >>> same_entries((8, 8, 3), (3, 8, 8))
        False
    """
    long = [[side for side in sides if side != 1] for sides in (given, shape)]
    return long[0] == long[1] or long[0] == [math.prod(shape)]


def input_node(input_shape: Any, box: Any) -> Input:
    """The input of that shape, in that box.

    Args:
        input_shape: ``(channels, height, width)``, ``(channels, length)`` or
            ``(features,)``.
        box: A pair of numbers, or one for each channel, also as an array.

    Raises:
        InvalidParameterError: If they are not of these forms.
    """
    shape = whole_numbers(input_shape, "input_shape", least=1, most=IMAGE_SIDE)
    if not 1 <= len(shape) <= 3:
        raise InvalidParameterError(
            f"input_shape={shown(input_shape)}: (channels, height, width), (channels, "
            "length) or (features,) is required, without the batch. Give one of them."
        )
    low, high = ends_of(box, shape[0])
    return Input(name="input", shape=held(shape), low=low, high=high)


def ends_of(
    box: Any, channels: int
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """Lower and upper ends of a box, by channel.

    Raises:
        InvalidParameterError: If it is neither a pair of numbers nor one for each
            channel.
    """
    pairs = _pairs(box, channels)
    return tuple(low for low, _ in pairs), tuple(high for _, high in pairs)


def _pairs(box: Any, channels: int) -> list[tuple[Fraction, Fraction]]:
    if isinstance(box, np.ndarray) and box.ndim in (1, 2):
        box = [list(part) if box.ndim == 2 else part for part in box]
    parts = list(box) if isinstance(box, Sequence) and not isinstance(box, str) else []
    single = len(parts) == 2 and not any(_is_pair(part) for part in parts)
    if single:
        parts = [box] * channels
    if len(parts) != channels or not all(_is_pair(part) for part in parts):
        raise InvalidParameterError(
            f"box={shown(box)}: a pair (low, high), or such a pair for each of "
            f"{channels} channels, is required. Give one of these."
        )
    pairs = [(exact_number(a, "box"), exact_number(b, "box")) for a, b in parts]
    for low, high in pairs:
        if low > high:
            raise InvalidParameterError(
                f"box=({shown(low)}, {shown(high)}): low <= high is required. Exchange "
                "the two."
            )
    return pairs


def _is_pair(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and len(value) == 2
