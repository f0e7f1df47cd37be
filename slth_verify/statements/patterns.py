"""Recognising pruning patterns (fig:patterns) on numpy arrays.

A mask is an array of 0 and 1, or of booleans, of shape ``(d, d, c, filters)``: kernel
row, kernel column, input channel, filter. A 1 keeps a weight.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from slth_verify.errors import InvalidParameterError


class Pattern(Enum):
    """Patterns of pruning, the strictest first."""

    CHANNEL_BLOCKED = "channel-blocked"
    NEURON = "neuron"
    UNSTRUCTURED = "unstructured"


def is_mask(mask: npt.NDArray[Any]) -> bool:
    """Whether every entry is 0 or 1: what unstructured pruning may leave.

    Args:
        mask: Array of any shape, boolean or numeric.

    Rigor:
        Exact.
    """
    array = np.asarray(mask)
    if array.dtype == np.bool_:
        return True
    return bool(np.all((array == 0) | (array == 1)))


def is_filter_mask(mask: npt.NDArray[Any]) -> bool:
    """Whether each filter (last axis) is kept or removed as a whole.

    Args:
        mask: Array with the filters on the last axis, at least one axis.

    Rigor:
        Exact.

    Source:
        fig:patterns (neuron or filter pruning).
    """
    array = _binary(mask)
    if array.ndim == 0:
        raise InvalidParameterError(
            "mask.ndim=0: a mask has at least the axis of the filters (fig:patterns). "
            "Pass an array with one entry per filter on its last axis."
        )
    flat = array.reshape(-1, array.shape[-1])
    return bool(np.all(flat == flat[:1]))


def channel_blocked_mask(d: int, c: int, n: int) -> npt.NDArray[np.bool_]:
    """The n-channel-blocked mask of def:channel-blocked-mask.

    Args:
        d: Kernel size, at least 1.
        c: Input channels, at least 1.
        n: Filters per block, at least 1.

    Returns:
        Boolean array of shape ``(d, d, c, c * n)``; entry ``[i, j, k, l]`` is true when
        ``ceil((l + 1)/n) = k + 1`` (axes count from 0, the definition from 1).
    """
    for name, value in (("d", d), ("c", c), ("n", n)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InvalidParameterError(
                f"{name}={value!r}: sizes of a mask are integers of at least 1 "
                "(def:channel-blocked-mask). Pass a positive int."
            )
    block = np.repeat(np.eye(c, dtype=np.bool_), n, axis=1)
    return np.broadcast_to(block, (d, d, c, c * n)).copy()


def is_channel_blocked(mask: npt.NDArray[Any], n: int | None = None) -> bool:
    """Whether a mask is n-channel-blocked (def:channel-blocked-mask).

    Args:
        mask: Array of shape ``(d, d, c, filters)``.
        n: Filters per block; by default ``filters / c``.

    Rigor:
        Exact.
    """
    array = _binary(mask)
    if array.ndim != 4 or array.shape[0] != array.shape[1] or 0 in array.shape:
        return False
    d, _, c, filters = array.shape
    if filters % c or (n is not None and filters != n * c):
        return False
    return bool(np.array_equal(array, channel_blocked_mask(d, c, filters // c)))


def pattern(mask: npt.NDArray[Any]) -> Pattern:
    """The strictest pattern that a mask has.

    Args:
        mask: Array of 0 and 1 of shape ``(d, d, c, filters)``.

    Raises:
        InvalidParameterError: If an entry is neither 0 nor 1.
    """
    if is_channel_blocked(mask):
        return Pattern.CHANNEL_BLOCKED
    return Pattern.NEURON if is_filter_mask(mask) else Pattern.UNSTRUCTURED


def _binary(mask: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if not is_mask(mask):
        raise InvalidParameterError(
            "mask holds entries other than 0 and 1: a pruning mask keeps or removes "
            "each weight (fig:patterns). Pass booleans, or 0 and 1."
        )
    return np.asarray(mask).astype(np.bool_)
