"""Constants, and the arithmetic of sizes that exporters write for a flattening."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.network.onnx_graphs.builder import Lowered, Tensor
from slth_verify.network.onnx_graphs.call import Call
from slth_verify.network.onnx_graphs.layout import axis_of
from slth_verify.network.onnx_graphs.refusal import Outside
from slth_verify.network.onnx_graphs.tensors import constant

#: Entries of a constant that is computed.
_FEW = 64

Array = NDArray[Any]


def constant_node(call: Call) -> Array:
    """Constant: a tensor, or a number or a list of numbers."""
    given = [name for name in _VALUES if call.has(name)]
    if len(given) != 1:
        raise Outside("one value, value_int, value_ints, value_float or value_floats")
    kind, dtype = _VALUES[given[0]]
    found = call.attribute(given[0], kind)
    return constant(found) if dtype is None else np.array(found, dtype)


#: The attributes of Constant: type of the attribute, and of the array.
_VALUES: dict[str, tuple[int, Any]] = {
    "value": (4, None),
    "value_int": (2, np.int64),
    "value_ints": (7, np.int64),
    "value_float": (1, np.float32),
    "value_floats": (6, np.float32),
}


def shape(call: Call) -> Array:
    """Shape of a tensor; the batch is one image."""
    value = call.value(0)
    if value is None:
        raise Outside("its input is missing")
    if isinstance(value, Lowered):
        value = value.whole
    full = (1, *value.shape) if isinstance(value, Tensor) else np.shape(value)
    end = call.integer("end", len(full))
    return np.array(full[call.integer("start", 0) : end], np.int64)


def folded(call: Call) -> Array | None:
    """What an operator on constants alone gives; None if it is none that is folded."""
    fold = _FOLDS.get(call.proto.op_type)
    if fold is None:
        return None
    parts = [_array(call, index) for index in range(call.count)]
    moves = call.proto.op_type in _MOVES
    if not moves and any(part.dtype.kind != "i" or part.size > _FEW for part in parts):
        raise Outside("it computes with constants. Fold them before (onnxsim)")
    try:
        with np.errstate(all="raise"):
            found = np.asarray(fold(call, *parts))
    except (ValueError, TypeError, IndexError, ArithmeticError) as error:
        raise Outside(f"its constants do not fit: {error}") from error
    if not moves and found.size > _FEW:
        raise Outside(f"it computes a constant of {found.size} entries")
    return found


def _array(call: Call, index: int) -> Array:
    value = call.value(index)
    if not isinstance(value, np.ndarray):
        raise Outside(f"its input {index} is missing")
    return value


def _gather(call: Call, data: Array, indices: Array) -> Array:
    return np.take(data, indices, axis=axis_of(call.integer("axis", 0), data.ndim))


def _concat(call: Call, *parts: Array) -> Array:
    axis = axis_of(call.integer("axis", 0), parts[0].ndim or 1)
    return np.concatenate(parts, axis)


def _cast(call: Call, data: Array) -> Array:
    kinds = {6: np.int32, 7: np.int64}
    kind = call.integer("to", 0)
    if kind not in kinds:
        raise Outside("casts of sizes to int64 or int32 are read")
    return data.astype(kinds[kind])


def _slice(call: Call, data: Array, *_: Array) -> Array:
    if call.opset < 10:
        starts, ends, axes = call.ints("starts"), call.ints("ends"), call.ints("axes")
        steps = None
    else:
        starts, ends, axes, steps = (call.sizes(index) for index in range(1, 5))
    if len(starts or []) != 1 or len(ends or []) != 1 or len(axes or [0]) != 1:
        raise Outside("slices sizes along several axes")
    place = axis_of((axes or [0])[0], data.ndim)
    part = slice((starts or [0])[0], (ends or [0])[0], (steps or [1])[0])
    return data[(*(slice(None),) * place, part)]


def _divided(_: Call, data: Array, divisor: Array) -> Array:
    if (data < 0).any() or (divisor < 1).any():
        raise Outside("divides sizes that are negative, or by less than 1")
    return data // divisor


def _filled(call: Call, sizes: Array) -> Array:
    value = call.attribute("value", 4)
    entry = np.zeros(1, np.int64) if value is None else constant(value)
    if entry.dtype.kind != "i" or entry.size != 1 or sizes.ndim != 1:
        raise Outside("fills a constant that is no list of sizes. Fold it before")
    if sizes.size > 2 or not all(0 <= size <= _FEW for size in sizes.tolist()):
        raise Outside(f"fills a constant of sizes {sizes.tolist()[:9]}")
    return np.full(sizes, entry.reshape(-1)[0])


def _squeeze(call: Call, data: Array, *_: Array) -> Array:
    axes = call.axes(data.ndim)
    return np.squeeze(data, None if axes is None else tuple(axes))


def _unsqueeze(call: Call, data: Array, *_: Array) -> Array:
    count = len((call.ints("axes") if call.has("axes") else call.sizes(1)) or [])
    return np.expand_dims(data, tuple(call.axes(data.ndim + count) or ()))


def _reshape(call: Call, data: Array, sizes: Array) -> Array:
    wanted = call.sizes(1) or []
    if call.flag("allowzero") or 0 in wanted or min(wanted, default=0) < -1:
        raise Outside(f"shape={sizes.tolist()[:9]} of a constant")
    return data.reshape(wanted)


def _transpose(call: Call, data: Array) -> Array:
    order = call.ints("perm")
    return data.transpose(order if order is not None else range(data.ndim)[::-1])


#: Operators that only move entries; these may be weights.
_MOVES = frozenset({"Reshape", "Squeeze", "Transpose", "Unsqueeze"})

_FOLDS: dict[str, Callable[..., Any]] = {
    "Add": lambda _, a, b: a + b,
    "Cast": _cast,
    "Concat": _concat,
    "ConstantOfShape": _filled,
    "Div": _divided,
    "Gather": _gather,
    "Mul": lambda _, a, b: a * b,
    "Reshape": _reshape,
    "Slice": _slice,
    "Squeeze": _squeeze,
    "Sub": lambda _, a, b: a - b,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
