"""The ONNX operators of each kind of node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Crop,
    Dense,
    MaxPool,
    Node,
    Pad,
    Permute,
    Rectifier,
    Reshape,
    Sum,
)
from slth_verify.graph.nodes import Margins, Shape
from slth_verify.network.onnx_graphs.writing.parts import Writer

_LARGEST = float(np.finfo(np.float32).max)

_Sources = Sequence[str]


def _convolution(w: Writer, node: Convolution, sources: _Sources, _: Shape) -> str:
    zeros = node.padding_mode == "zeros"
    source = sources[0]
    if not zeros:
        source = w.padded(source, node.padding, node.padding_mode)
    bias = [] if node.bias is None else [w.weight(node.bias)]
    return w.add(
        "Conv",
        source,
        w.weight(node.weight),
        *bias,
        strides=node.stride,
        dilations=node.dilation,
        group=node.groups,
        pads=_ends(node.padding) if zeros else [0] * 4,
    )


def _dense(w: Writer, node: Dense, sources: _Sources, _: Shape) -> str:
    bias = [] if node.bias is None else [w.weight(node.bias)]
    return w.add("Gemm", sources[0], w.weight(node.weight), *bias, transB=1)


def _batch_norm(w: Writer, node: BatchNorm, sources: _Sources, _: Shape) -> str:
    parts = (node.scale, node.shift, node.mean, node.variance)
    return w.add(
        "BatchNormalization",
        *sources,
        *map(w.weight, parts),
        epsilon=_held(node.epsilon),
    )


def _rectifier(w: Writer, node: Rectifier, sources: _Sources, shape: Shape) -> str:
    if not any(node.slopes):
        return w.add("Relu", *sources)
    slopes = [float(slope) for slope in node.slopes]
    if len(slopes) == 1:
        return w.add("LeakyRelu", *sources, alpha=slopes[0])
    return w.add("PRelu", *sources, w.weight(np.reshape(slopes, _column(shape))))


def _clip(w: Writer, node: Clip, sources: _Sources, _: Shape) -> str:
    return w.add("Clip", *sources, *(w.weight(_held(x)) for x in (node.low, node.high)))


def _max_pool(w: Writer, node: MaxPool, sources: _Sources, shape: Shape) -> str:
    margins = _reached(node, node.dilation, shape)
    source, pads = sources[0], _ends(margins)
    if max(margins[:2]) >= node.window[0] or max(margins[2:]) >= node.window[1]:
        least = w.constant(np.float32(-np.inf))  # never wins
        source, pads = w.padded(source, margins, "zeros", least), [0] * 4
    return w.add(
        "MaxPool",
        source,
        kernel_shape=node.window,
        strides=node.stride,
        dilations=node.dilation,
        pads=pads,
    )


def _average_pool(w: Writer, node: AveragePool, sources: _Sources, shape: Shape) -> str:
    return w.add(
        "AveragePool",
        *sources,
        kernel_shape=node.window,
        strides=node.stride,
        pads=_ends(_reached(node, (1, 1), shape)),
        count_include_pad=int(node.counts_padding),
    )


def _reshape(w: Writer, node: Reshape, sources: _Sources, _: Shape) -> str:
    return w.add("Reshape", *sources, w.constant(np.array([0, *node.shape])))


def _permute(w: Writer, node: Permute, sources: _Sources, _: Shape) -> str:
    axes = [0, *(axis + 1 for axis in node.axes)]
    return w.add("Transpose", *sources, perm=axes)


def _crop(w: Writer, node: Crop, sources: _Sources, _: Shape) -> str:
    axes = range(1, len(node.starts) + 1)
    ends = (w.constant(np.array(x)) for x in (node.starts, node.stops, axes))
    return w.add("Slice", *sources, *ends)


def _pad(w: Writer, node: Pad, sources: _Sources, _: Shape) -> str:
    return w.padded(sources[0], node.padding, node.padding_mode)


def _ends(margins: Margins) -> list[int]:
    """Margins in ONNX's order."""
    top, bottom, left, right = margins
    return [top, left, bottom, right]


def _reached(node: Any, dilation: tuple[int, int], shape: Shape) -> Margins:
    """Margins without rows and columns at the end that no window reaches."""
    found: list[int] = []
    for axis, side in enumerate(shape[1:]):
        before, after = node.padding[2 * axis : 2 * axis + 2]
        span = dilation[axis] * (node.window[axis] - 1) + 1
        last = (side + before + after - span) // node.stride[axis] * node.stride[axis]
        found += [before, max(0, last + span - side - before)]
    top, bottom, left, right = found
    return top, bottom, left, right


def _column(shape: Shape) -> tuple[int, ...]:
    """One number a channel, stretched over its places."""
    return shape[0], *[1] * (len(shape) - 1)


def _held(number: Fraction) -> float:
    """A number within the range of float32."""
    return float(max(Fraction(-_LARGEST), min(Fraction(_LARGEST), number)))


#: By the kind of a node: makes its operators, and names the tensor of the last.
WRITERS: dict[type[Node], Callable[[Writer, Any, _Sources, Shape], str]] = {
    Convolution: _convolution,
    Dense: _dense,
    BatchNorm: _batch_norm,
    Rectifier: _rectifier,
    Clip: _clip,
    MaxPool: _max_pool,
    AveragePool: _average_pool,
    Reshape: _reshape,
    Permute: _permute,
    Crop: _crop,
    Pad: _pad,
    Concat: lambda w, node, sources, _: w.add("Concat", *sources, axis=1),
    Sum: lambda w, node, sources, _: w.add("Sum", *sources),
}
