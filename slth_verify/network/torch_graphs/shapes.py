"""Operations that move, copy or leave out entries, as nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from slth_verify.graph import Crop, MaxPool, Pad, Permute, Reshape
from slth_verify.graph.given_input import held
from slth_verify.network.torch_graphs.call import Call, Result
from slth_verify.network.torch_graphs.layout import place

#: What torch calls the ways of padding, and what nodes do.
_MODES = {
    "constant": "zeros",
    "reflect": "reflect",
    "replicate": "replicate",
    "circular": "circular",
}


def _reshape(call: Call) -> str:
    shape = held(call.shape)
    if shape == held(call.source_shape):
        return call.source
    return call.add(Reshape, call.source, shape=shape)


def _permute(call: Call) -> str:
    rank = len(call.source_shape)
    order = [*range(rank + 1)]
    if "dims" in call.arguments:
        order = [axis % (rank + 1) for axis in call["dims"]]
    else:
        one, other = (call[name] % (rank + 1) for name in ("dim0", "dim1"))
        order[one], order[other] = order[other], order[one]
    axes = call.axes(order[1:], rank)
    places = [*range(len(held(call.source_shape)))]
    for target, axis in enumerate(axes):
        places[place(target, rank)] = place(axis, rank)
    return call.add(Permute, call.source, axes=tuple(places))


def _slice(call: Call) -> str:
    if call.shape == call.source_shape and call["step"] == 1:
        return call.source
    (axis,) = call.axes(call["dim"], len(call.source_shape))
    size = call.source_shape[axis]
    chosen = range(size)[slice(call["start"], call["end"], call["step"])]
    if len(chosen) == 0:
        raise call.refused("leaves nothing of the image", "Give a slice that does.")
    to_the_end = chosen.start + len(chosen) * chosen.step >= size
    name = _cropped(call, axis, chosen.start, size if to_the_end else chosen[-1] + 1)
    if chosen.step == 1:
        return name
    where = place(axis, len(call.source_shape))
    if where == 0 or len(held(call.source_shape)) != 3:
        raise call.refused(
            f"takes channels or features in steps of {chosen.step}",
            "Steps of rows and columns are admitted.",
        )
    stride = (chosen.step, 1) if where == 1 else (1, chosen.step)
    return call.add(MaxPool, name, window=(1, 1), stride=stride)


def _cropped(call: Call, axis: int, start: int, stop: int) -> str:
    """The source, or a part of it along one of torch's axes."""
    sides = held(call.source_shape)
    where = place(axis, len(call.source_shape))
    if (start, stop) == (0, sides[where]):
        return call.source
    starts, stops = [0] * len(sides), [*sides]
    starts[where], stops[where] = start, stop
    return call.add(Crop, call.source, starts=tuple(starts), stops=tuple(stops))


def _select(call: Call) -> str:
    (axis,) = call.axes(call["dim"], len(call.source_shape))
    index = call["index"] % call.source_shape[axis]
    name = _cropped(call, axis, index, index + 1)
    return call.add(Reshape, name, shape=held(call.shape))


def _split(call: Call) -> Result:
    (axis,) = call.axes(call["dim"], len(call.source_shape))
    parts, start = [], 0
    for shape in call.parts:
        parts.append(_cropped(call, axis, start, start + shape[axis]))
        start += shape[axis]
    return tuple(parts)


def _pad(call: Call) -> str:
    """Margins of the last axes; of channels too, if they are zeros."""
    mode = call.arguments.get("mode", "constant")
    pads, rank = [*call["pad"]], len(call.source_shape)
    zeros = mode == "constant"
    if mode not in _MODES or (zeros and call["value"] not in (None, 0)):
        raise call.refused(
            f"pads with mode={mode!r}, value={call['value']}",
            "Zeros, and copies of the image, are admitted.",
        )
    if min(pads) < 0 or rank not in (2, 3) or len(pads) > 2 * rank:
        raise call.refused(
            f"pads a tensor of shape {call.source_shape} by {pads}",
            "Rows, columns and channels can be added; take them away by a slice.",
        )
    margins = [(0, 0)] * 3
    for last, (before, behind) in enumerate(_pairs(pads)):
        margins[place(rank - 1 - last, rank)] = before, behind
    name = call.source
    if any(margins[1] + margins[2]):
        name = call.add(
            Pad, name, padding=margins[1] + margins[2], padding_mode=_MODES[mode]
        )
    if any(margins[0]):
        name = call.add(Permute, name, axes=(1, 0, 2))
        name = call.add(Pad, name, padding=(*margins[0], 0, 0))
        name = call.add(Permute, name, axes=(1, 0, 2))
    return name


def _pairs(pads: Sequence[Any]) -> list[tuple[int, int]]:
    return [(pads[i], pads[i + 1]) for i in range(0, len(pads), 2)]


READERS: dict[str, Callable[[Call], Result]] = {
    **dict.fromkeys(
        (
            *("view", "reshape", "_unsafe_view", "flatten", "unflatten"),
            *("squeeze", "unsqueeze"),
        ),
        _reshape,
    ),
    "permute": _permute,
    "transpose": _permute,
    "slice": _slice,
    "select": _select,
    "split": _split,
    "split_with_sizes": _split,
    "chunk": _split,
    "pad": _pad,
    "constant_pad_nd": _pad,
}
