"""Pooling operations as nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slth_verify.graph import AveragePool, MaxPool, Pad, Reshape
from slth_verify.graph.given_input import held
from slth_verify.graph.nodes import Margins, Node, Pair
from slth_verify.network.torch_graphs.call import Call, Result
from slth_verify.network.torch_graphs.layout import (
    around,
    ceil_rest,
    pair,
    place,
)


def _max_pool(call: Call) -> str:
    rank = len(call.source_shape)
    window, stride = _window_and_stride(call, rank)
    dilation, padding = pair(call["dilation"], rank, 1), pair(call["padding"], rank, 0)
    return call.add(
        MaxPool,
        call.source,
        window=window,
        stride=stride,
        dilation=dilation,
        padding=_with_ceil(call, window, stride, dilation, padding),
    )


def _average_pool(call: Call) -> str:
    """An average; what ceil mode adds behind the padding is never counted.

    Where padding counts and ceil mode adds more, the padding becomes a node before.
    """
    rank = len(call.source_shape)
    if call.arguments.get("divisor_override") is not None:
        raise call.refused(
            "divides by divisor_override", "Averages divide by the window's entries."
        )
    window, stride = _window_and_stride(call, rank)
    padding = pair(call["padding"], rank, 0)
    margins = _with_ceil(call, window, stride, (1, 1), padding)
    source, counts = call.source, bool(call["count_include_pad"])
    if margins != around(padding):
        if counts and any(padding):
            source = call.add(Pad, source, padding=around(padding))
            before, behind, left, right = margins
            rows, columns = padding
            margins = (before - rows, behind - rows, left - columns, right - columns)
        counts = False
    return call.add(
        AveragePool,
        source,
        window=window,
        stride=stride,
        padding=margins,
        counts_padding=counts,
    )


def _window_and_stride(call: Call, rank: int) -> tuple[Pair, Pair]:
    window = pair(call["kernel_size"], rank, 1)
    return window, pair(call["stride"], rank, 1) if call["stride"] else window


def _with_ceil(
    call: Call, window: Pair, stride: Pair, dilation: Pair, padding: Pair
) -> Margins:
    """The padding, and what the last windows of ceil mode see behind it."""
    if not call["ceil_mode"]:
        return around(padding)
    sides, places = held(call.source_shape)[1:], held(call.shape)[1:]
    parts = zip(sides, window, stride, dilation, padding, places, strict=True)
    rows, columns = (ceil_rest(*part) for part in parts)
    top, left = padding
    return top, top + rows, left, left + columns


def _adaptive(kind: type[Node]) -> Callable[[Call], Result]:
    def read(call: Call) -> Result:
        maximum = kind is MaxPool
        wanted = call.parts[0] if maximum else call.shape
        sides, places = held(call.source_shape)[1:], held(wanted)[1:]
        if any(side % count for side, count in zip(sides, places, strict=True)):
            raise call.refused(
                f"pools {sides} pixels to {places}, in windows of different sizes",
                "Give a size that divides the image's, or a pool with a fixed window.",
            )
        window = tuple(side // count for side, count in zip(sides, places, strict=True))
        name = call.add(kind, call.source, window=window, stride=window)
        return (name,) if maximum else name  # places of maxima are not read

    return read


def _over_axes(kind: type[Node]) -> Callable[[Call], str]:
    """A mean or maximum over rows, columns or both."""

    def read(call: Call) -> str:
        shape = call.source_shape
        listed: Any = call.arguments.get("dim") or [*range(len(shape) + 1)]
        axes = call.axes(listed, len(shape))
        places = {place(axis, len(shape)) for axis in axes}
        if 0 in places or len(shape) not in (2, 3):
            raise call.refused(
                "takes one value of several channels or features",
                "Rows and columns of an image can be pooled: x.mean((2, 3)).",
            )
        sides = held(shape)
        window = tuple(sides[i] if i in places else 1 for i in (1, 2))
        name = call.add(kind, call.source, window=window, stride=(1, 1))
        if held(call.shape) == (sides[0], sides[1] // window[0], sides[2] // window[1]):
            return name
        return call.add(Reshape, name, shape=held(call.shape))

    return read


READERS: dict[str, Callable[[Call], Result]] = {
    "max_pool1d": _max_pool,
    "max_pool2d": _max_pool,
    "avg_pool1d": _average_pool,
    "avg_pool2d": _average_pool,
    "adaptive_avg_pool1d": _adaptive(AveragePool),
    "adaptive_avg_pool2d": _adaptive(AveragePool),
    "adaptive_max_pool1d": _adaptive(MaxPool),
    "adaptive_max_pool2d": _adaptive(MaxPool),
    "mean": _over_axes(AveragePool),
    "amax": _over_axes(MaxPool),
}
