"""Operators that move entries, choose some of them, or give them another shape."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from slth_verify.graph import Concat, Crop, MaxPool, Permute
from slth_verify.network.onnx_graphs.builder import Tensor, Value
from slth_verify.network.onnx_graphs.call import Call
from slth_verify.network.onnx_graphs.layout import axis_of, pair, spread
from slth_verify.network.onnx_graphs.refusal import Outside


def flatten(call: Call) -> Tensor:
    """Flatten to the batch and features."""
    source = call.tensor()
    axis = call.integer("axis", 1)
    axis += len(source.shape) + 1 if axis < 0 else 0
    if not 1 <= axis <= len(source.shape) or math.prod(source.shape[: axis - 1]) != 1:
        raise Outside(f"axis={axis} mixes the batch with others. Use axis=1")
    return call.reshaped(source, (math.prod(source.shape),))


def reshape(call: Call) -> Tensor:
    """Reshape to constant sizes; the batch stays first."""
    source = call.tensor()
    full = (1, *source.shape)
    wanted = call.sizes(1)
    if not wanted:
        raise Outside("the shape is missing or empty")
    if not call.flag("allowzero"):
        if any(not size for size in wanted[len(full) :]):
            raise Outside(f"shape={wanted}: a 0 stands for no axis of {full}")
        wanted = [size or full[axis] for axis, size in enumerate(wanted)]
    if wanted.count(-1) > 1 or any(size == 0 or size < -1 for size in wanted):
        raise Outside(f"shape={wanted}: positive sizes and at most one -1 are read")
    if -1 in wanted:
        others = -math.prod(wanted)
        wanted[wanted.index(-1)] = math.prod(full) // others or 1
    if wanted[0] != 1 or math.prod(wanted) != math.prod(full):
        raise Outside(
            f"shape={wanted} of one image {full}: the batch must stay the first axis, "
            "and the numbers of entries must be equal. Use Flatten"
        )
    return call.reshaped(source, wanted[1:])


def squeeze(call: Call) -> Tensor:
    """Squeeze of given axes of size 1, the batch excepted."""
    source = call.tensor()
    full = (1, *source.shape)
    axes = call.axes(len(full))
    if not axes or 0 in axes or any(full[axis] != 1 for axis in axes):
        raise Outside(
            f"axes={axes} of one image {full}: axes of size 1 without the batch are "
            "required. Use Flatten"
        )
    left = [size for axis, size in enumerate(full) if axis not in axes]
    return call.reshaped(source, left[1:])


def unsqueeze(call: Call) -> Tensor:
    """Unsqueeze behind the batch."""
    source = call.tensor()
    rank = len(source.shape) + 1
    count = len((call.ints("axes") if call.has("axes") else call.sizes(1)) or [])
    axes = call.axes(rank + count)
    if not axes or 0 in axes:
        raise Outside(f"axes={axes}: the batch must stay the first axis")
    sizes = iter(source.shape)
    full = [1 if axis in axes else next(sizes) for axis in range(1, rank + count)]
    return call.reshaped(source, full)


def transpose(call: Call) -> Tensor:
    """Transpose that leaves the batch first."""
    source = call.tensor()
    rank = len(source.shape) + 1
    order = call.ints("perm", range(rank)[::-1]) or []
    if sorted(order) != list(range(rank)) or order[0] != 0:
        raise Outside(f"perm={order}: the batch must stay the first of {rank} axes")
    if order == sorted(order):
        return source
    axes = [axis - 1 for axis in order[1:]]
    shape = [source.shape[axis] for axis in axes]
    moved = (2, 1, 0) if rank == 3 else axes
    return call.add(Permute, source, axes=moved, onnx_shape=shape)


def concat(call: Call) -> Tensor:
    """Concat along the channels."""
    parts = [call.tensor(index) for index in range(call.count)]
    rank = len(parts[0].shape)
    if not call.has("axis") or axis_of(call.integer("axis", 1), rank + 1) != 1:
        raise Outside(f"axis={call.integer('axis', 0)}: channels, axis=1, are joined")
    if any(len(part.shape) != rank for part in parts):
        raise Outside("the tensors have different numbers of axes")
    return call.add(Concat, *parts)


def slice_(call: Call) -> Tensor:
    """Slice with constant bounds; steps of rows and columns are strides of a pool."""
    source = call.tensor()
    full = (1, *source.shape)
    if call.opset < 10:
        starts, ends, axes = call.ints("starts"), call.ints("ends"), call.ints("axes")
        steps = None
    else:
        starts, ends, axes, steps = (call.sizes(index) for index in range(1, 5))
    if not starts or not ends:
        raise Outside("starts or ends are missing")
    axes = [axis_of(a, len(full)) for a in axes or range(len(starts))]
    if len({len(starts), len(ends), len(axes), len(set(axes))}) != 1:
        raise Outside("starts, ends and axes do not fit each other")
    strides = [1] * len(full)
    for axis, step in zip(axes, steps or [], strict=bool(steps)):
        strides[axis] = step
    if min(strides) < 1 or max(strides[:2]) > 1:
        raise Outside(f"steps={steps}. Steps of rows and columns, forwards, are read")
    bounds = [(0, size) for size in full]
    for axis, *ends_of in zip(axes, starts, ends, strict=True):
        first, last, _ = slice(*ends_of).indices(full[axis])
        bounds[axis] = (first, last)
    if bounds[0] != (0, 1):
        raise Outside("it cuts the batch. Leave its axis alone")
    cut = _cropped(call, source, bounds[1:])
    if max(strides) == 1:
        return cut
    del call.builder.origins[cut.node]  # the file has its entries nowhere
    stride = pair(strides[2:], 1, "steps", len(full) - 2)
    return call.add(MaxPool, cut, window=(1, 1), stride=stride)


def split(call: Call) -> list[Tensor]:
    """Split into constant parts."""
    source = call.tensor()
    axis = axis_of(call.integer("axis", 0), len(source.shape) + 1) - 1
    count, given = len(call.proto.output), call.ints("split")
    sizes = given if call.opset < 13 else call.sizes(1)
    if axis < 0:
        raise Outside("axis=0 splits the batch. Split other axes")
    side = source.shape[axis]
    if call.has("num_outputs") and call.integer("num_outputs", 0) != count:
        raise Outside(f"num_outputs is not {count}, the number of its outputs")
    if sizes is None:
        each = -(-side // count)
        if each * count != side and not call.has("num_outputs"):
            raise Outside(f"{side} entries in {count} equal parts")
        sizes = [each] * (count - 1) + [side - each * (count - 1)]
    if len(sizes) != count or min(sizes) < 1 or sum(sizes) != side:
        raise Outside(f"parts of {sizes} are not the {side} entries of that axis")
    parts, start = [], 0
    for output, size in enumerate(sizes):
        bounds = [(0, whole) for whole in source.shape]
        bounds[axis] = (start, start + size)
        parts.append(_cropped(call, source, bounds, output))
        start += size
    return parts


def same(call: Call) -> Value:
    """Identity."""
    value = call.value(0)
    if value is None:
        raise Outside("its input is missing")
    return value


def dropout(call: Call) -> Tensor:
    """Dropout as it is evaluated: nothing."""
    call.real("ratio")
    if call.has("seed"):
        call.integer("seed", 0)
    call.value(1)
    training = call.value(2)
    if training is not None and not (
        isinstance(training, np.ndarray) and not training.any()
    ):
        raise Outside("it is in training mode. Export in evaluation mode")
    if len(call.proto.output) > 1 and call.proto.output[1]:
        raise Outside("its mask is an output. Export in evaluation mode")
    return call.tensor()


def _cropped(
    call: Call, source: Tensor, bounds: Sequence[tuple[int, int]], output: int = 0
) -> Tensor:
    rank = len(source.shape)
    return call.add(
        Crop,
        source,
        starts=spread([start for start, _ in bounds], rank, 0),
        stops=spread([stop for _, stop in bounds], rank, 1),
        onnx_shape=[stop - start for start, stop in bounds],
        output=output,
    )
