"""What the fields of nodes must be: read once, when a graph is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np

from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph.nodes import (
    KINDS,
    PADDING_MODES,
    Clip,
    Convolution,
    Dense,
    Input,
    Node,
    Weights,
)
from slth_verify.limits import AXES, IMAGE_SIDE, KERNEL_SIDE, LAYERS, NAME, WEIGHTS
from slth_verify.numbers import (
    exact_number,
    in_order,
    shown,
    whole_number,
    whole_numbers,
)

_NEAREST = (
    "; kernels are read by TargetCNN.from_kernels(kernels, input_shape), modules by "
    "TargetCNN.from_torch(module, input_shape)"
)


def checked(node: Any) -> Node:
    """The node with frozen weights, exact numbers and integers in range.

    Raises:
        InvalidTargetError: Naming the node and the field that is not as its class says.
    """
    if isinstance(node, np.ndarray) or hasattr(node, "requires_grad"):
        raise InvalidTargetError(
            f"an array of shape {tuple(node.shape)} is no node of a target graph "
            "(docs/target-graphs.md). Kernels alone, of the paper's class, make one "
            "with TargetCNN.from_kernels(kernels, input_shape)."
        )
    if type(node) not in KINDS.values():
        raise InvalidTargetError(
            f"{shown(node)} is no node of a target graph; the kinds are "
            f"{', '.join(KINDS)}. Use one of their classes{_NEAREST}."
        )
    changed = {}
    for field in fields(node):
        value = getattr(node, field.name)
        try:
            changed[field.name] = _reader(node, field.name)(value)
        except (InvalidParameterError, TypeError, ValueError) as error:
            raise InvalidTargetError(
                f"node {shown(node.name)} ({type(node).__name__}), {field.name}: "
                f"{error}"
            ) from error
    read: Node = replace(node, **changed)
    _require_order(read)
    return read


def checked_label(value: Any) -> str:
    """The name of a graph: a text of at most 1,000 characters.

    Raises:
        InvalidTargetError: If it is anything else.
    """
    try:
        empty = isinstance(value, str) and not str.__str__(value)
        return "" if empty else _text(value)
    except ValueError as error:
        raise InvalidTargetError(f"name: {error}. Give such a name.") from error


def axes_of(kind: type[Node], field: str) -> int:
    """How many axes the weights in a field of a kind of node have."""
    return {Convolution: 4, Dense: 2}.get(kind, 1) if field == "weight" else 1


def _reader(node: Node, name: str) -> Callable[[Any], Any]:
    if name in ("low", "high"):
        return _numbers if isinstance(node, Input) else exact_number
    if name == "weight":
        return _weights(axes_of(type(node), name))
    return READERS[name]


def _require_order(node: Node) -> None:
    if isinstance(node, Input):
        _require(
            len(node.low) == len(node.high) == node.shape[0]
            and all(a <= b for a, b in zip(node.low, node.high, strict=True)),
            node,
            f"low and high must bound each of {node.shape[0]} channels, low <= high",
        )
    elif isinstance(node, Clip):
        _require(node.low < node.high, node, "low must lie below high")


def _require(holds: bool, node: Node, what: str) -> None:
    if not holds:
        raise InvalidTargetError(
            f"node {node.name!r} ({type(node).__name__}): {what}. Correct the node."
        )


def _text(value: Any) -> str:
    # texts of subclasses may compare and print as they like: what they hold counts
    text = str.__str__(value) if isinstance(value, str) else ""
    if not 0 < len(text) <= NAME:
        raise ValueError(
            f"{shown(value)}: a text of 1 to {NAME} characters is required"
        )
    text.encode("utf-8")  # an unpaired surrogate is no text
    return text


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        raise ValueError(f"{shown(value)}: a tuple of names is required")
    names = tuple(_text(name) for name in islice(value, LAYERS + 1))
    if len(names) > LAYERS:
        raise ValueError(f"more than {LAYERS} sources")
    return names


def _numbers(value: Any) -> tuple[Fraction, ...]:
    return tuple(exact_number(entry) for entry in value)


def _slopes(value: Any) -> tuple[Fraction, ...]:
    slopes = _numbers(value)
    if not slopes or not all(0 <= slope <= 1 for slope in slopes):
        raise ValueError("slopes from 0 to 1 are required: other ones can grow errors")
    return slopes


def _epsilon(value: Any) -> Fraction:
    epsilon = exact_number(value)
    if epsilon <= 0:
        raise ValueError(f"epsilon={shown(value)}: a positive number is required")
    return epsilon


def _integers(count: int | None, least: int, most: int) -> Callable[[Any], Any]:
    def read(value: Any) -> tuple[int, ...]:
        given = tuple(islice(in_order(value, "entries"), AXES + 1))
        numbers = whole_numbers(given, "entries", least=least, most=most)
        if len(numbers) > AXES:
            raise ValueError(f"more than {AXES} integers")
        if len(numbers) != count if count is not None else not numbers:
            raise ValueError(f"{shown(value)}: {count or 'some'} integers are required")
        return numbers

    return read


def _mode(value: Any) -> str:
    if value not in PADDING_MODES:
        raise ValueError(f"{shown(value)}: one of {PADDING_MODES} is required")
    return PADDING_MODES[PADDING_MODES.index(value)]


def _truth(value: Any) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{shown(value)}: True or False is required")
    return bool(value)


def _weights(axes: int, *, optional: bool = False) -> Callable[[Any], Weights | None]:
    def read(value: Any) -> Weights | None:
        if value is None and optional:
            return None
        if isinstance(value, np.ma.MaskedArray):
            raise ValueError("the values under its mask are not the network's")
        array = np.asarray(value)
        if array.dtype not in (np.float32, np.float64):
            raise ValueError(f"dtype {array.dtype}: float32 or float64 is required")
        if array.ndim != axes or not 0 < array.size <= WEIGHTS:
            raise ValueError(f"shape {array.shape}: {axes} axes, none of them empty")
        if not np.isfinite(array).all():
            raise ValueError(
                "NaN or infinite weights; nothing can be certified of them"
            )
        # bytes cannot be written to, so neither can any view of them
        return np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape)

    return read


def _variance(value: Any) -> Weights | None:
    variance = _weights(1)(value)
    if variance is not None and (variance < 0).any():
        raise ValueError("a negative variance")
    return variance


READERS: dict[str, Callable[[Any], Any]] = {
    "name": _text,
    "sources": _texts,
    "bias": _weights(1, optional=True),
    "scale": _weights(1),
    "shift": _weights(1),
    "mean": _weights(1),
    "variance": _variance,
    "epsilon": _epsilon,
    "slopes": _slopes,
    "groups": lambda value: whole_number(value, "groups", least=1, most=WEIGHTS),
    "stride": _integers(2, 1, IMAGE_SIDE),
    "dilation": _integers(2, 1, IMAGE_SIDE),
    "window": _integers(2, 1, IMAGE_SIDE),
    "padding": _integers(4, 0, KERNEL_SIDE),
    "padding_mode": _mode,
    "counts_padding": _truth,
    "shape": _integers(None, 1, IMAGE_SIDE),
    "axes": _integers(None, 0, AXES),
    "starts": _integers(None, 0, IMAGE_SIDE),
    "stops": _integers(None, 1, IMAGE_SIDE),
}
