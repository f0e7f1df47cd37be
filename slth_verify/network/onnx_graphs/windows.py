"""Operators with moving windows and margins: pools, and how all of them are placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from slth_verify.graph import AveragePool, MaxPool, Pad, Permute
from slth_verify.graph.given_input import held
from slth_verify.graph.nodes import Margins, PaddingMode, Pair
from slth_verify.graph.shapes import window_count
from slth_verify.network.onnx_graphs.builder import Lowered, Tensor
from slth_verify.network.onnx_graphs.call import Call
from slth_verify.network.onnx_graphs.layout import axis_of, pair
from slth_verify.network.onnx_graphs.refusal import Outside

_MODES: dict[str, PaddingMode] = {
    "constant": "zeros",
    "reflect": "reflect",
    "edge": "replicate",
    "wrap": "circular",
}


@dataclass(frozen=True)
class Window:
    """Where windows stand, as nodes say it.

    Attributes:
        size: Rows and columns.
        stride: Steps.
        dilation: Distances of its entries.
        padding: Added rows and columns.
        overhang: What the last windows of ceil mode see behind them.
    """

    size: Pair
    stride: Pair
    dilation: Pair
    padding: Margins
    overhang: Margins = (0, 0, 0, 0)

    @property
    def margins(self) -> Margins:
        """Padding and overhang."""
        top, bottom, left, right = self.padding
        _, below, _, beside = self.overhang
        return top, bottom + below, left, right + beside


def window_of(
    call: Call, image: Tensor, size: list[int], *, dilated: bool, ceil: bool = False
) -> Window:
    """The window that strides, dilations, pads, auto_pad and ceil_mode describe.

    Args:
        call: The node.
        image: What it moves over.
        size: Of the window, for each of the image's axes.
        dilated: Whether dilations other than 1 are admitted.
        ceil: Whether there is a ceil_mode to read.
    """
    sides = len(image.shape) - 1
    ones = [1] * sides
    window = pair(size, 1, "kernel_shape", sides)
    stride = pair(call.ints("strides", ones) or ones, 1, "strides", sides)
    dilation = pair(call.ints("dilations", ones) or ones, 1, "dilations", sides)
    if min(*window, *stride, *dilation) < 1:
        raise Outside("kernel_shape, strides and dilations must be positive")
    if not dilated and dilation != (1, 1):
        raise Outside("dilations other than 1. Use a convolution of equal weights")
    axes = list(zip(held(image.shape)[1:], window, stride, dilation, strict=True))
    given, mode = call.ints("pads"), call.text("auto_pad", "NOTSET")
    if mode == "NOTSET":
        pads = given or [0] * (2 * sides)
    elif given is not None and any(given):
        raise Outside(f"both pads and auto_pad={mode}. Keep one of them")
    elif mode == "VALID":
        pads = [0] * (2 * sides)
    elif mode in ("SAME_UPPER", "SAME_LOWER"):
        margins = [_same(*axis, upper=mode == "SAME_UPPER") for axis in axes][-sides:]
        pads = [before for before, _ in margins] + [behind for _, behind in margins]
    else:
        raise Outside(f"auto_pad={mode[:20]!r}: NOTSET, VALID or SAME_... is required")
    padding = margins_of(pads, sides)
    found = Window(window, stride, dilation, padding)
    if not ceil or not call.flag("ceil_mode") or mode not in ("NOTSET", "VALID"):
        return found
    rows, columns = (
        _overhang(*axis, *added)
        for axis, added in zip(axes, (padding[:2], padding[2:]), strict=True)
    )
    return Window(window, stride, dilation, padding, (0, rows, 0, columns))


def margins_of(pads: Sequence[int], sides: int) -> Margins:
    """Margins from ONNX's pads: all beginnings, then all ends."""
    if len(pads) != 2 * sides or min(pads) < 0:
        raise Outside(
            f"pads={[*pads][:9]}: {2 * sides} numbers that are not negative are "
            "required. Slice instead of padding by less than nothing"
        )
    top, left = pair(pads[:sides], 0, "pads", sides)
    bottom, right = pair(pads[sides:], 0, "pads", sides)
    return top, bottom, left, right


def max_pool(call: Call) -> Tensor:
    """MaxPool, of values only."""
    given = call.value(0)
    hidden = given.margins if isinstance(given, Lowered) else (0, 0, 0, 0)
    image = given.whole if isinstance(given, Lowered) else call.image()
    size = _kernel_shape(call)
    if len(call.proto.output) > 1:
        raise Outside("it also returns indices. Use the values only")
    call.integer("storage_order", 0)
    window = window_of(call, image, size, dilated=True, ceil=True)
    return call.add(
        MaxPool,
        image,
        window=window.size,
        stride=window.stride,
        dilation=window.dilation,
        padding=tuple(a + b for a, b in zip(window.margins, hidden, strict=True)),
    )


def average_pool(call: Call) -> Tensor:
    """AveragePool; what ceil mode adds behind the padding is never counted.

    Where padding counts and ceil mode adds more, the padding becomes a node before.
    """
    image = call.image()
    window = window_of(call, image, _kernel_shape(call), dilated=False, ceil=True)
    counts, padding = call.flag("count_include_pad"), window.margins
    if counts and any(window.overhang):
        if any(window.padding):
            image = _padded(call, image, window.padding)
            del call.builder.origins[image.node]  # the file has no such tensor
        counts, padding = False, window.overhang
    return call.add(
        AveragePool,
        image,
        window=window.size,
        stride=window.stride,
        padding=padding,
        counts_padding=counts,
    )


def global_average_pool(call: Call) -> Tensor:
    """GlobalAveragePool."""
    return _global(call, AveragePool)


def global_max_pool(call: Call) -> Tensor:
    """GlobalMaxPool."""
    return _global(call, MaxPool)


def reduce_mean(call: Call) -> Tensor:
    """ReduceMean over all axes of an image."""
    image = call.image()
    axes, rank = call.axes(len(image.shape) + 1), len(image.shape) + 1
    if sorted(axes or []) != list(range(2, rank)):
        raise Outside(
            f"axes={axes}: a mean over the axes {list(range(2, rank))} of the image is "
            "read. Use GlobalAveragePool"
        )
    call.flag("noop_with_empty_axes")
    keeps = call.flag("keepdims", 1)
    return _global(call, AveragePool, keeps=keeps)


def pad(call: Call) -> Tensor | Lowered:
    """Pad of rows and columns, with zeros or copies, and of channels, with zeros.

    Minus infinity never wins in a MaxPool, and is read where that takes it.
    """
    image = call.image()
    mode = call.text("mode", "constant")
    if mode not in _MODES:
        raise Outside(f"mode={mode[:20]!r}: one of {', '.join(_MODES)} is read")
    lowered = mode == "constant" and call.opset >= 11 and _is_least(call.value(2))
    if not lowered:
        value = call.real("value", 0.0) if call.opset < 11 else call.number(2)
        if mode == "constant" and value:
            raise Outside(
                f"pads with {float(value):g}. Zeros and copies are read, and -inf "
                "before a MaxPool"
            )
    pads = call.ints("pads") if call.opset < 11 else call.sizes(1)
    rank = len(image.shape) + 1
    axes = list(range(rank))
    if call.count > 3:
        axes = [axis_of(axis, rank) for axis in call.sizes(3) or axes]
    if pads is None or len(pads) != 2 * len(axes) or len(set(axes)) != len(axes):
        raise Outside(f"pads={pads}: two numbers for each of the axes {axes}")
    begins = dict(zip(axes, pads, strict=False))
    ends = dict(zip(axes, pads[len(axes) :], strict=True))
    above, below = begins.get(1, 0), ends.get(1, 0)
    if begins.get(0) or ends.get(0) or (mode != "constant" and (above or below)):
        raise Outside("pads the batch, or channels by copies. Pad rows and columns")
    wanted = [part.get(axis, 0) for part in (begins, ends) for axis in range(2, rank)]
    padding = margins_of(wanted, rank - 2)
    if lowered:
        if above or below:
            raise Outside("pads channels with -inf. Zeros are read")
        return Lowered(image, padding)
    if not above and not below:
        return _padded(call, image, padding, _MODES[mode])
    if any(padding):
        image = _padded(call, image, padding)
        del call.builder.origins[image.node]  # the file has no such tensor
    return _more_channels(call, image, margins_of((above, below), 1)[2:])


def _is_least(value: object) -> bool:
    """Whether a constant is the one number minus infinity."""
    if not isinstance(value, np.ndarray) or value.size != 1:
        return False
    return bool(value.dtype.kind == "f" and np.isneginf(value).all())


def _more_channels(call: Call, image: Tensor, margins: Pair) -> Tensor:
    """Channels of zeros: as rows, between two permutations."""
    for kind, fields in (
        (Permute, {"axes": (1, 0, 2)}),
        (Pad, {"padding": (*margins, 0, 0)}),
    ):
        image = call.add(kind, image, **fields)
        del call.builder.origins[image.node]
    return call.add(Permute, image, axes=(1, 0, 2))


def _padded(
    call: Call, image: Tensor, padding: Margins, mode: PaddingMode = "zeros"
) -> Tensor:
    return call.add(Pad, image, padding=padding, padding_mode=mode)


def _global(
    call: Call, kind: type[AveragePool | MaxPool], *, keeps: bool = True
) -> Tensor:
    image = call.image()
    channels, height, width = held(image.shape)
    shape = (channels, *(1 for _ in image.shape[1:] if keeps))
    pooled = call.add(
        kind, image, window=(height, width), stride=(1, 1), onnx_shape=shape
    )
    return call.reshaped(pooled, shape)


def _kernel_shape(call: Call) -> list[int]:
    size = call.ints("kernel_shape")
    if not size:
        raise Outside("kernel_shape is missing")
    return size


def _same(side: int, window: int, stride: int, dilation: int, *, upper: bool) -> Pair:
    """Margins that leave ``ceil(side / stride)`` places; an odd one at the end."""
    places = -(-side // stride)
    total = max((places - 1) * stride + dilation * (window - 1) + 1 - side, 0)
    less, more = total // 2, total - total // 2
    return (less, more) if upper else (more, less)


def _overhang(
    side: int, window: int, stride: int, dilation: int, before: int, behind: int
) -> int:
    """What the last window of ceil mode sees behind the padding.

    It starts in the image or in the padding before it, never in that behind it.
    """
    added = before + behind
    places = window_count(side, window, stride, dilation, added + stride - 1)
    if (places - 1) * stride >= side + before:
        places -= 1
    reached = (places - 1) * stride + dilation * (window - 1) + 1
    return max(0, reached - side - added)
