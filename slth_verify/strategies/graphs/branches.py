"""Sums and concatenations, with the branches that lead to them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

from slth_verify.graph import (
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Dense,
    Rectifier,
    Sum,
)
from slth_verify.strategies.graphs.sketch import Sketch
from slth_verify.strategies.graphs.weights import add_layer, add_norm, kernels

_Branch = Callable[[st.DrawFn, Sketch], object]


def add_sum(draw: st.DrawFn, sketch: Sketch) -> None:
    """Add a sum: of a tensor with itself, a residual one, or one that cancels."""
    source = sketch.last
    ways: list[Callable[[st.DrawFn, Sketch], tuple[str, ...]]] = [_twice]
    if _branches(sketch):
        ways.append(_with_branch)
    if _linear(sketch):
        ways.append(_opposites)
    terms = draw(st.sampled_from(ways), label="sum")(draw, sketch)
    if draw(st.booleans(), label="and the source"):
        terms = (source, *terms)
    sketch.add(Sum, *terms)


def add_concat(draw: st.DrawFn, sketch: Sketch) -> None:
    """Add a concatenation: of a tensor with itself, or with a branch of it."""
    ways = [_twice, _with_branch] if _branches(sketch) else [_twice]
    sketch.add(Concat, *draw(st.sampled_from(ways), label="concat")(draw, sketch))


def _twice(draw: st.DrawFn, sketch: Sketch) -> tuple[str, ...]:
    return sketch.last, sketch.last


def _with_branch(draw: st.DrawFn, sketch: Sketch) -> tuple[str, ...]:
    """The tensor, and a branch of its shape."""
    source = sketch.last
    draw(st.sampled_from(_branches(sketch)), label="branch")(draw, sketch)
    if sketch.may(Rectifier) and draw(st.booleans(), label="then a ReLU"):
        sketch.add(Rectifier)
    return source, sketch.last


def _opposites(draw: st.DrawFn, sketch: Sketch) -> tuple[str, ...]:
    """Two branches whose sum is 0, though the range of each may be wide."""
    source = sketch.last
    draw(st.sampled_from(_linear(sketch)), label="opposites")(draw, sketch)
    there = sketch.nodes[-1]
    sketch.last = source
    if isinstance(there, BatchNorm):
        sketch.add(
            BatchNorm,
            scale=-there.scale,
            shift=-there.shift,
            mean=there.mean,
            variance=there.variance,
            epsilon=there.epsilon,
        )
    elif isinstance(there, (Convolution, Dense)):
        bias = None if there.bias is None else -there.bias
        sketch.add(type(there), weight=-there.weight, bias=bias)
    return there.name, sketch.last


def _linear(sketch: Sketch) -> list[_Branch]:
    """Branches of one linear node that keep the shape."""
    axes = len(sketch.shape)
    kinds: list[tuple[bool, _Branch]] = [
        (axes == 3 and sketch.may(Convolution), _square_convolution),
        (axes == 1 and sketch.may(Dense), _square_dense),
        (sketch.may(BatchNorm), add_norm),
    ]
    return [branch for possible, branch in kinds if possible]


def _branches(sketch: Sketch) -> list[_Branch]:
    """Branches of one node that keep the shape."""
    kinds: list[tuple[bool, _Branch]] = [
        (sketch.may(Rectifier), lambda draw, sketch: sketch.add(Rectifier)),
        (sketch.may(Clip), _unit_clip),
    ]
    return [branch for possible, branch in kinds if possible] + _linear(sketch)


def _unit_clip(draw: st.DrawFn, sketch: Sketch) -> None:
    sketch.add(Clip, low=Fraction(-1), high=Fraction(1))


def _square_convolution(draw: st.DrawFn, sketch: Sketch) -> None:
    channels = sketch.shape[0]
    weight = draw(kernels((channels, channels, 1, 1)))
    add_layer(draw, sketch, Convolution, weight=weight)


def _square_dense(draw: st.DrawFn, sketch: Sketch) -> None:
    features = sketch.shape[0]
    weight = draw(kernels((features, features, 1, 1)))
    add_layer(draw, sketch, Dense, weight=weight.reshape(features, features))
