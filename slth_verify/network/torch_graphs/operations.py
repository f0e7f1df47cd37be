"""From recorded operations to nodes."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import fx

from slth_verify.graph import (
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Dense,
    Input,
    Rectifier,
    TargetCNN,
)
from slth_verify.graph.nodes import Margins, Node, Pair
from slth_verify.network.torch_graphs import arithmetic, pools, shapes
from slth_verify.network.torch_graphs.call import Book, Call, Result, exact
from slth_verify.network.torch_graphs.joined import joined
from slth_verify.network.torch_graphs.layout import around, pair
from slth_verify.network.torch_graphs.refusals import ADVICE, operation_of
from slth_verify.network.torch_graphs.trace import Trace

Reader = Callable[[Call], Result]


@dataclass(frozen=True, eq=False)
class Step:
    """What an operation became.

    Attributes:
        node: The operation.
        nodes: The nodes made of it, in order; none if it changes nothing.
        results: The node of its result, or of its first results, those in use.
        sources: The node of each operation that it takes.
    """

    node: fx.Node
    nodes: tuple[Node, ...]
    results: tuple[str, ...]
    sources: dict[fx.Node, str]


def translated(trace: Trace, image: Input, name: str) -> tuple[TargetCNN, list[Step]]:
    """The graph of recorded operations, and what each of them became.

    Raises:
        InvalidTargetError: Naming the first module that runs an operation that no
            nodes express.
    """
    book = Book(trace, {image.name: image}, {trace.image: image.name})
    steps = []
    for node in trace.nodes:
        if node.target is operator.getitem:
            several: Any = book.results.get(node.args[0])  # type: ignore[arg-type]
            if several is not None:
                book.results[node] = _one_of(several, node, book)
        elif any(source in book.results for source in node.all_input_nodes):
            steps.append(_read(node, book))
    nodes, output = joined(book.nodes.values(), _output(trace, book))
    return TargetCNN(_leading_to(output, nodes), name), steps


def _one_of(several: Any, node: fx.Node, book: Book) -> str:
    index: Any = node.args[1]
    if index < len(several):
        return str(several[index])
    raise Call(node, {}, book).refused(
        "uses the places of maxima, or statistics", "Only the values are admitted."
    )


def _read(node: fx.Node, book: Book) -> Step:
    call = Call(node, _arguments(node), book)
    reader = READERS.get(operation_of(node))
    if reader is None:
        raise call.refused("runs an operation that no node expresses", ADVICE)
    value = node.meta["val"]
    first = value if isinstance(value, torch.Tensor) else value[0]
    if first.dtype != book.trace.image.meta["val"].dtype:
        raise call.refused("changes the precision", "Give one precision throughout.")
    before = len(book.nodes)
    result = book.results[node] = reader(call)
    made = tuple(book.nodes.values())[before:]
    found = {source: book.results.get(source) for source in node.all_input_nodes}
    sources = {source: name for source, name in found.items() if isinstance(name, str)}
    results = (result,) if isinstance(result, str) else result
    return Step(node, made, results, sources)


def _arguments(node: fx.Node) -> dict[str, Any]:
    declared = node.target._schema.arguments  # type: ignore[union-attr]
    found = {one.name: one.default_value for one in declared if one.has_default_value()}
    found |= {one.name: value for one, value in zip(declared, node.args, strict=False)}
    return found | node.kwargs


def _output(trace: Trace, book: Book) -> str:
    found = book.results.get(trace.output)
    if isinstance(found, str):
        return found
    raise Call(trace.output, {}, book).refused(
        "answers no single tensor", "Give a module that maps images to a tensor."
    )


def _leading_to(output: str, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The nodes that the output depends on, in order."""
    needed = {output}
    for node in reversed(nodes):
        if node.name in needed:
            needed.update(node.sources)
    return tuple(node for node in nodes if node.name in needed)


def _convolution(call: Call) -> str:
    weight = call.required("weight")
    rank = weight.ndim - 1
    if rank == 2:
        weight = weight[:, :, np.newaxis]
    dilation = pair(call["dilation"], rank, 1)
    return call.add(
        Convolution,
        call.source,
        weight=weight,
        bias=call.weights("bias"),
        stride=pair(call["stride"], rank, 1),
        dilation=dilation,
        padding=_padding(call["padding"], weight.shape[2:], dilation, rank),
        groups=call["groups"],
    )


def _padding(
    padding: Any, window: tuple[int, ...], dilation: Pair, rank: int
) -> Margins:
    """Margins of a convolution; what "same" cannot halve lies behind the image."""
    if not isinstance(padding, str):
        return around(pair(padding, rank, 0))
    if padding == "valid":
        return 0, 0, 0, 0
    added = [apart * (size - 1) for apart, size in zip(dilation, window, strict=True)]
    rows, columns = added
    return rows // 2, rows - rows // 2, columns // 2, columns - columns // 2


def _linear(call: Call) -> str:
    if len(call.source_shape) != 1:
        raise call.refused(
            f"applies a dense layer along an axis of shape {call.source_shape}",
            "Flatten the image first, or write it as a convolution with a kernel of 1.",
        )
    return call.add(
        Dense, call.source, weight=call.required("weight"), bias=call.weights("bias")
    )


def _batch_norm(call: Call) -> str:
    mean = call.required("running_mean")
    scale, shift = call.weights("weight"), call.weights("bias")
    return call.add(
        BatchNorm,
        call.source,
        scale=np.ones_like(mean) if scale is None else scale,
        shift=np.zeros_like(mean) if shift is None else shift,
        mean=mean,
        variance=call.required("running_var"),
        epsilon=exact(call["eps"]),
    )


def _first_of_batch_norm(call: Call) -> Result:
    return (_batch_norm(call),)  # the others are statistics, empty in evaluation


def _relu(call: Call) -> str:
    return call.add(Rectifier, call.source)


def _leaky(call: Call) -> str:
    return _rectifier(call, (exact(call["negative_slope"]),))


def _prelu(call: Call) -> str:
    slopes = call.required("weight").ravel()
    return _rectifier(call, tuple(exact(float(slope)) for slope in slopes))


def _rectifier(call: Call, slopes: tuple[Any, ...]) -> str:
    wrong = [float(slope) for slope in slopes if not 0 <= slope <= 1]
    if wrong:
        raise call.refused(
            f"has the slope {wrong[0]:.17g}",
            "Slopes from 0 to 1 are admitted: other ones can grow errors.",
        )
    return call.add(Rectifier, call.source, slopes=slopes)


def _clip(low: str, high: str) -> Reader:
    def read(call: Call) -> str:
        least, most = call[low], call[high]
        if least == 0 and most is None:
            return _relu(call)
        numbers = all(isinstance(one, (int, float)) for one in (least, most))
        if not numbers or not -np.inf < least < most < np.inf:
            raise call.refused(
                f"clips to [{least}, {most}]",
                "The nearest admitted forms are two finite bounds, the lower one "
                "first, and nn.ReLU.",
            )
        return call.add(Clip, call.source, low=exact(least), high=exact(most))

    return read


def _cat(call: Call) -> str:
    (axis,) = call.axes(call["dim"], len(call.shape))
    sources = [call.tensor(part) for part in call["tensors"]]
    if axis != 0:
        raise call.refused(
            f"joins tensors along axis {axis + 1}",
            "Channels, axis 1, can be joined; permute the axes before and after.",
        )
    return call.add(Concat, *sources)


READERS: dict[str, Reader] = {
    "conv1d": _convolution,
    "conv2d": _convolution,
    "linear": _linear,
    "_native_batch_norm_legit_no_training": _first_of_batch_norm,
    "batch_norm": _batch_norm,
    "relu": _relu,
    "leaky_relu": _leaky,
    "prelu": _prelu,
    "relu6": lambda call: call.add(Clip, call.source, low=exact(0), high=exact(6)),
    "hardtanh": _clip("min_val", "max_val"),
    "clamp": _clip("min", "max"),
    "clamp_min": lambda call: _clip("min", "max")(
        Call(call.node, {**call.arguments, "max": None}, call.book)
    ),
    "cat": _cat,
    **dict.fromkeys(
        (
            *("clone", "contiguous", "alias", "detach", "lift_fresh_copy"),
            *("_to_copy", "to", "dropout", "feature_dropout", "alpha_dropout"),
        ),
        lambda call: call.source,
    ),
    **arithmetic.READERS,
    **pools.READERS,
    **shapes.READERS,
}
