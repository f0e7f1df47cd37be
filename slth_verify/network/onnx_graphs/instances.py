"""Instances for other verifiers: the difference of two networks, in VNN-LIB."""

from __future__ import annotations

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from slth_verify.enclosure import directed_decimal
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.files import INSTANCE, write_atomically
from slth_verify.graph import Dense, Node, Reshape, Sum, TargetCNN
from slth_verify.network.onnx_graphs.writing import graph_to_onnx
from slth_verify.numbers import ExactNumber, exact_number, shown

_DIGITS = 17


def difference_graph(one: TargetCNN, other: TargetCNN) -> TargetCNN:
    """The network g - f, of two networks with one input and outputs of one shape.

    Args:
        one: f; its box of inputs counts.
        other: g.

    Raises:
        InvalidTargetError: If shapes of inputs or outputs differ.
    """
    for name, shapes in (
        ("inputs", (one.input.shape, other.input.shape)),
        ("outputs", (one.output_shape, other.output_shape)),
    ):
        if shapes[0] != shapes[1]:
            raise InvalidTargetError(
                f"{name} of shapes {shapes[0]} and {shapes[1]}: a difference needs one "
                "shape (der:difference-forms). Give two networks for the same images."
            )
    nodes: list[Node] = [replace(one.input, name="image")]
    ends = []
    for label, graph in (("f", one), ("g", other)):
        names = {graph.input.name: "image"}
        for node in graph.nodes[1:]:
            names[node.name] = f"{label}.{node.name}"
            sources = tuple(names[source] for source in node.sources)
            nodes.append(replace(node, name=names[node.name], sources=sources))
        ends.append(names[graph.output.name])
    negative, last = _negated(ends[0], one.output_shape)
    nodes += negative
    nodes.append(Sum(name="difference", sources=(ends[1], last)))
    return TargetCNN(tuple(nodes), "difference")


def _negated(source: str, shape: tuple[int, ...]) -> tuple[list[Node], str]:
    """Minus a tensor: a dense node with minus the identity, between two reshapes."""
    size = int(np.prod(shape))
    minus = -np.eye(size, dtype=np.float32)
    nodes: list[Node] = [
        Reshape(name="f flat", sources=(source,), shape=(size,)),
        Dense(name="minus f", sources=("f flat",), weight=minus),
        Reshape(name="minus f shaped", sources=("minus f",), shape=shape),
    ]
    return nodes, "minus f shaped"


def write_instance(
    one: TargetCNN,
    other: TargetCNN,
    eps: ExactNumber,
    folder: str | os.PathLike[str],
) -> tuple[Path, ...]:
    """Write f, g and g - f as ONNX files, and the claim ``|g - f| < eps`` as VNN-LIB.

    Args:
        one: f; its box of inputs counts.
        other: g, such as a collapsed network.
        eps: Positive, exact.
        folder: An existing folder; files of the same names are replaced.

    Returns:
        ``f.onnx``, ``g.onnx``, ``difference.onnx`` and ``difference.vnnlib``.

    Raises:
        InvalidTargetError: If shapes differ.
        InvalidParameterError: If ``eps`` is not positive.
        MissingExtraError: If onnx is not installed (extra ``onnx``).
        UnusableFileError: If a file cannot be written.

    Rigor:
        None: ONNX files hold float32 weights, so other verifiers speak of rounded
        networks. Ends of the box are rounded outward, eps down.
    """
    bound = exact_number(eps, "eps")
    if bound <= 0:
        raise InvalidParameterError(
            f"eps={shown(eps)}: a positive number is required (der:difference-forms). "
            "Give the error that is to be excluded."
        )
    whole = difference_graph(one, other)
    place = Path(folder)
    paths = tuple(place / name for name in INSTANCE)
    for graph, path in zip((one, other, whole), paths, strict=False):
        graph_to_onnx(graph, path)
    write_atomically(paths[3], _property(whole, bound))
    return paths


def _property(graph: TargetCNN, eps: Fraction) -> str:
    node = graph.input
    inputs = int(np.prod(node.shape))
    outputs = int(np.prod(graph.output_shape))
    each = inputs // node.shape[0]
    bound = directed_decimal(eps, _DIGITS, up=False)
    lines = [
        "; difference.onnx computes g - f. X: the flat image; Y: the flat difference.",
        f"; The assertions describe violations of |g - f| < {bound}:",
        "; unsat proves the bound for the whole box, sat shows a larger error.",
        *(f"(declare-const X_{i} Real)" for i in range(inputs)),
        *(f"(declare-const Y_{i} Real)" for i in range(outputs)),
    ]
    for i in range(inputs):
        low = directed_decimal(node.low[i // each], _DIGITS, up=False)
        high = directed_decimal(node.high[i // each], _DIGITS, up=True)
        lines += [f"(assert (>= X_{i} {low}))", f"(assert (<= X_{i} {high}))"]
    cases = [
        f"  (and ({sign} Y_{i} {value}))"
        for i in range(outputs)
        for sign, value in ((">=", bound), ("<=", f"-{bound}"))
    ]
    return "\n".join([*lines, "(assert (or", *cases, "))", ""])
