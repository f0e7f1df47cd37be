"""How a drawn graph goes on: for each kind of node, one step of a few nodes at most."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

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
from slth_verify.graph.nodes import Shape
from slth_verify.strategies.graphs.branches import add_concat, add_sum
from slth_verify.strategies.graphs.sketch import Sketch
from slth_verify.strategies.graphs.weights import add_layer, add_norm, kernels
from slth_verify.strategies.graphs.windows import (
    kernel_windows,
    modes_and_margins,
    pool_windows,
)

Step = Callable[[st.DrawFn, Sketch], object]

#: Entries from which tensors are not doubled any more.
_LARGE = 300


def possible_steps(sketch: Sketch) -> list[Step]:
    """The steps that the last tensor allows, simplest first.

    A step's place depends little on the tensor, so that others can be left out.
    """
    image, features = len(sketch.shape) == 3, len(sketch.shape) == 1
    grows = math.prod(sketch.shape) <= _LARGE
    fits = {
        **dict.fromkeys((Convolution, MaxPool, AveragePool), image),
        Pad: image and grows,
        Dense: features,
        Concat: grows,
    }
    kinds = [kind for kind in STEPS if sketch.may(kind) and fits.get(kind, True)]
    windows = [kind for kind in kinds if kind in (Pad, MaxPool, AveragePool)]
    layers = [kind for kind in kinds if kind in (Convolution, Dense)]
    return [STEPS[kind] for kind in kinds + 5 * layers + windows]


def _convolution(draw: st.DrawFn, sketch: Sketch) -> None:
    channels, height, width = sketch.shape
    splits = [n for n in range(1, channels + 1) if channels % n == 0]
    groups = draw(st.sampled_from(splits), label="groups")
    each = draw(st.integers(1, max(1, sketch.max_channels // groups)))
    mode, padding = draw(modes_and_margins(height, width, seldom=True))
    windows = draw(kernel_windows(height, width, padding))
    shape = (groups * each, channels // groups, *windows.window)
    add_layer(
        draw,
        sketch,
        Convolution,
        weight=draw(kernels(shape)),
        stride=windows.stride,
        dilation=windows.dilation,
        padding=padding,
        padding_mode=mode,
        groups=groups,
    )
    _maybe_bend(draw, sketch)


def _dense(draw: st.DrawFn, sketch: Sketch) -> None:
    features = draw(st.integers(1, sketch.max_channels))
    weight = draw(kernels((features, sketch.shape[0], 1, 1)))
    add_layer(draw, sketch, Dense, weight=weight.reshape(weight.shape[:2]))
    _maybe_bend(draw, sketch)


def _maybe_bend(draw: st.DrawFn, sketch: Sketch) -> None:
    """Biases at a kink matter where a kink follows."""
    steps: list[Step] = [_nothing]
    if sketch.may(Rectifier):
        steps += [_relu, _rectifier, _relu, _relu]
    if sketch.may(Clip):
        steps.append(_clip)
    draw(st.sampled_from(steps), label="then")(draw, sketch)


def _nothing(draw: st.DrawFn, sketch: Sketch) -> None:
    """The layer stays without a kink."""


def _relu(draw: st.DrawFn, sketch: Sketch) -> None:
    sketch.add(Rectifier)


def _rectifier(draw: st.DrawFn, sketch: Sketch) -> None:
    """A ReLU, one slope, slopes 0 and 1 in turns, or any slopes."""
    channels = sketch.shape[0]
    ways = ("ReLU", "one", "0 and 1", "any")
    way = draw(st.sampled_from(ways), label="slopes")
    slopes = [Fraction(0)]
    if way == "0 and 1":
        slopes = [Fraction(channel % 2) for channel in range(channels)]
    elif way != "ReLU":
        numbers = (0, 1, Fraction(1, 4), Fraction(1, 100), Fraction(0.01))
        count = 1 if way == "one" else channels
        slope = st.sampled_from([Fraction(number) for number in numbers])
        slopes = draw(st.lists(slope, min_size=count, max_size=count))
    sketch.add(Rectifier, slopes=tuple(slopes))


def _clip(draw: st.DrawFn, sketch: Sketch) -> None:
    """Thresholds on ends of the range, within it, or where networks have them."""
    least, most = (float(ends[0]) for ends in sketch.range)
    middle = least / 2 + most / 2
    pairs = [(0.0, 6.0), (-1.0, 1.0), (least, most), (middle, most), (least, middle)]
    low, high = map(Fraction, draw(st.sampled_from(pairs), label="thresholds"))
    sketch.add(Clip, low=low, high=high if low < high else low + 1)


def _max_pool(draw: st.DrawFn, sketch: Sketch) -> None:
    windows = draw(pool_windows(*sketch.shape[1:], dilated=True))
    sketch.add(
        MaxPool,
        window=windows.window,
        stride=windows.stride,
        dilation=windows.dilation,
        padding=windows.padding,
    )


def _average_pool(draw: st.DrawFn, sketch: Sketch) -> None:
    windows = draw(pool_windows(*sketch.shape[1:], dilated=False))
    sketch.add(
        AveragePool,
        window=windows.window,
        stride=windows.stride,
        padding=windows.padding,
        counts_padding=draw(st.booleans(), label="counts padding"),
    )


def _reshape(draw: st.DrawFn, sketch: Sketch) -> None:
    """To a vector, an image, a matrix, or channels in groups."""
    entries = math.prod(sketch.shape)
    first = _divisor(draw, entries)
    second = _divisor(draw, entries // first)
    image = (first, second, entries // first // second)
    apart = _divisor(draw, first)
    shapes: list[Shape] = [
        (entries,),
        image,
        (first, entries // first),
        (apart, first // apart, *image[1:]),
    ]
    shape = draw(st.sampled_from(shapes), label="shape")
    sketch.add(Reshape, shape=shape)
    if len(shape) == 1 and sketch.may(Dense) and draw(st.booleans(), label="a layer"):
        _dense(draw, sketch)


def _divisor(draw: st.DrawFn, number: int) -> int:
    return draw(st.sampled_from([n for n in range(1, number + 1) if number % n == 0]))


def _permute(draw: st.DrawFn, sketch: Sketch) -> None:
    axes = draw(st.permutations(range(len(sketch.shape))))
    sketch.add(Permute, axes=tuple(axes))


def _crop(draw: st.DrawFn, sketch: Sketch) -> None:
    starts = [draw(st.integers(0, size - 1)) for size in sketch.shape]
    left = [size - start for size, start in zip(sketch.shape, starts, strict=True)]
    cuts = [draw(st.integers(0, size - 1)) for size in left]
    stops = [size - cut for size, cut in zip(sketch.shape, cuts, strict=True)]
    sketch.add(Crop, starts=tuple(starts), stops=tuple(stops))


def _pad(draw: st.DrawFn, sketch: Sketch) -> None:
    mode, padding = draw(modes_and_margins(*sketch.shape[1:]))
    sketch.add(Pad, padding=padding, padding_mode=mode)


#: Simplest first, because that is the way examples shrink; what fits no vector is last.
STEPS: dict[type[Node], Step] = {
    Convolution: _convolution,
    Dense: _dense,
    Rectifier: _rectifier,
    Clip: _clip,
    BatchNorm: add_norm,
    Reshape: _reshape,
    Permute: _permute,
    Crop: _crop,
    Sum: add_sum,
    Concat: add_concat,
    MaxPool: _max_pool,
    AveragePool: _average_pool,
    Pad: _pad,
}
