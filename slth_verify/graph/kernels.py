"""Networks of the paper's class from their kernels alone, and files of such kernels."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np

from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph.given_input import input_node
from slth_verify.graph.nodes import Convolution, Node, Rectifier
from slth_verify.limits import LAYERS
from slth_verify.numbers import in_order, shown
from slth_verify.tensors import exact_keys, integer, read_tensors
from slth_verify.text import printable

KERNELS_KEY = "slth_verify_target"
KERNELS_SCHEMA = 1

#: A layer has two nodes.
_MOST_LAYERS = (LAYERS - 1) // 2

_KEYS = frozenset({"schema_version", "name", "input_shape", "readout"})
_READOUTS = ("none", "global-average")


def chain_of(kernels: Iterable[Any], input_shape: Any, box: Any) -> tuple[Node, ...]:
    """A convolution that keeps the size and a ReLU for each kernel.

    Args:
        kernels: Layer by layer, ``(c_out, c_in, d, d)``.
        input_shape: ``(channels, height, width)``.
        box: Where inputs lie: a pair of numbers, or one for each channel.

    Raises:
        InvalidTargetError: Naming the first layer that is no square kernel, or an input
            shape that is none.
        InvalidParameterError: If the box is none.
    """
    nodes: list[Node] = [_image(input_shape, box)]
    for layer, kernel in enumerate(_listed(kernels), start=1):
        node = _layer(layer, kernel, nodes[-1].name)
        nodes += [node, Rectifier(name=f"relu{layer}", sources=(node.name,))]
    return tuple(nodes)


def read_kernels(
    path: str | os.PathLike[str],
) -> tuple[tuple[Any, ...], tuple[int, ...], str]:
    """Kernels, input shape and name of a file that holds kernels.

    The metadata entry `KERNELS_KEY` is a JSON object with `schema_version` 1, `name`,
    `input_shape` and `readout`, which says nothing about the network; layer i has the
    float32 tensor ``layers.i.weight``. Inputs lie in [-1, 1].

    Raises:
        Exception: One of ``READING_ERRORS``; callers turn it into their own.
    """
    description, tensors = read_tensors(path, KERNELS_KEY, _expected)
    kernels = tuple(tensors[_name(layer)] for layer in range(1, len(tensors) + 1))
    return kernels, tuple(description["input_shape"]), description["name"]


def _image(input_shape: Any, box: Any) -> Node:
    form = (
        f"input_shape={shown(input_shape)}: (channels, height, width), three positive "
        "integers, is required (thm:structured-slth). Give the shape of one image, "
        "without the batch."
    )
    try:
        sides = tuple(in_order(input_shape, "input_shape"))
    except InvalidParameterError as error:
        raise InvalidTargetError(form) from error
    if len(sides) != 3:
        raise InvalidTargetError(form)
    try:
        input_node(sides, (0, 0))
    except InvalidParameterError as error:
        raise InvalidTargetError(f"{form} {error}") from error
    return input_node(sides, box)


def _listed(kernels: Iterable[Any]) -> list[Any]:
    try:
        found = list(islice(kernels, _MOST_LAYERS + 1))
    except TypeError as error:
        raise InvalidTargetError(
            f"kernels={shown(kernels)}: a sequence of arrays of shape (c_out, c_in, d, "
            "d), layer by layer, is required (thm:structured-slth)."
        ) from error
    if not 1 <= len(found) <= _MOST_LAYERS:
        many = f"more than {_MOST_LAYERS}" if found else "none"
        remedy = (
            "Certify the network in parts." if found else "Give one for each layer."
        )
        raise InvalidTargetError(
            f"kernels: {many}, but 1 to {_MOST_LAYERS} layers are read "
            f"(thm:structured-slth). {remedy}"
        )
    return found


def _remedy(given: tuple[int, ...] | str) -> str:
    """What to do with something that is no kernel."""
    if isinstance(given, str):
        return "Give numpy.asarray(kernel, dtype=numpy.float32) for each layer."
    if len(given) == 3:
        return "Give a sequence of kernels, (kernel,) for one layer."
    if len(given) != 4:
        return "Add the axes that are missing."
    return "Pad the kernel with zeros."


def _layer(layer: int, kernel: Any, source: str) -> Convolution:
    given = kernel.shape if isinstance(kernel, np.ndarray) else type(kernel).__name__
    if len(given) != 4 or isinstance(given, str) or given[2] != given[3]:
        raise InvalidTargetError(
            f"layer {layer}: {given}, but a numpy array of shape (c_out, c_in, d, d), "
            f"with square windows, is required (thm:structured-slth). {_remedy(given)}"
        )
    before, after = max(0, given[2] - 1) // 2, given[2] // 2
    return Convolution(
        name=f"conv{layer}",
        sources=(source,),
        weight=kernel,
        padding=(before, after, before, after),
    )


def _expected(data: dict[str, Any], count: int) -> dict[str, tuple[str, int]]:
    exact_keys(data, _KEYS)
    if integer(data["schema_version"]) != KERNELS_SCHEMA:
        raise ValueError(f"schema_version={data['schema_version']}")
    shape = data["input_shape"]
    if not isinstance(shape, list) or any(type(side) is not int for side in shape):
        raise ValueError(f"input_shape={str(shape)[:100]}, not three integers")
    if data["readout"] not in _READOUTS:
        raise ValueError(f"readout={printable(str(data['readout']), 60)} is unknown")
    return {_name(layer): ("F32", 4) for layer in range(1, count + 1)}


def _name(layer: int) -> str:
    return f"layers.{layer}.weight"
