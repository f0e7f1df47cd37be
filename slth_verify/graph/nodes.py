"""Nodes of a target graph: what a network is made of, as frozen data.

A tensor has no batch axis: ``(channels, height, width)`` or ``(features,)``. Weights
keep their float32 or float64 values; a number that a framework holds as a float is the
exact rational of that float. What the numbers mean is decided in real arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from slth_verify.showing import OneLine

#: Weights: float32 or float64, not writable.
Weights = NDArray[np.floating[Any]]

#: Axes of a tensor, without the batch.
Shape = tuple[int, ...]

#: Rows or columns that are added at the top, bottom, left and right.
Margins = tuple[int, int, int, int]

#: A number for the rows and one for the columns.
Pair = tuple[int, int]

#: What stands in added rows and columns; all but zeros copy entries of the image.
PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]

PADDING_MODES: tuple[PaddingMode, ...] = ("zeros", "reflect", "replicate", "circular")


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class Node(OneLine):
    """One node.

    Attributes:
        name: Unique in its graph; an importer takes the module's path.
        sources: Names of the nodes whose tensors it takes, in order.
    """

    name: str
    sources: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class Input(Node):
    """The image, somewhere in a box.

    Attributes:
        shape: ``(channels, height, width)`` or ``(features,)``.
        low: Smallest value of an entry, by channel (by feature).
        high: Largest value of an entry, by channel (by feature).
    """

    sources: tuple[str, ...] = ()
    shape: Shape
    low: tuple[Fraction, ...]
    high: tuple[Fraction, ...]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class Convolution(Node):
    """A convolution as networks write it, a cross-correlation, plus a bias.

    Attributes:
        weight: ``(c_out, c_in / groups, rows, columns)``.
        bias: ``(c_out,)``, or None.
        stride: Steps of the window.
        dilation: Distances of the window's entries.
        padding: Added rows and columns.
        padding_mode: What stands there.
        groups: Channels fall into so many groups, which do not see each other.
    """

    weight: Weights
    bias: Weights | None = None
    stride: Pair = (1, 1)
    dilation: Pair = (1, 1)
    padding: Margins = (0, 0, 0, 0)
    padding_mode: PaddingMode = "zeros"
    groups: int = 1


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class Dense(Node):
    """A matrix times a vector of features, plus a bias.

    Attributes:
        weight: ``(features out, features in)``.
        bias: ``(features out,)``, or None.
    """

    weight: Weights
    bias: Weights | None = None


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class BatchNorm(Node):
    """In evaluation mode: ``(x - mean) / sqrt(variance + epsilon) * scale + shift``.

    Attributes:
        scale: By channel.
        shift: By channel.
        mean: By channel.
        variance: By channel, not negative.
        epsilon: Positive.
    """

    scale: Weights
    shift: Weights
    mean: Weights
    variance: Weights
    epsilon: Fraction


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class Rectifier(Node):
    """``max(x, 0) + slope * min(x, 0)``: ReLU, LeakyReLU and PReLU.

    Attributes:
        slopes: In [0, 1]; one for all channels, or one for each. ReLU has ``(0,)``.
    """

    slopes: tuple[Fraction, ...] = (Fraction(0),)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class Clip(Node):
    """``min(max(x, low), high)``: ReLU6 and Hardtanh.

    Attributes:
        low: Lower threshold.
        high: Upper threshold, above ``low``.
    """

    low: Fraction
    high: Fraction


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class MaxPool(Node):
    """The largest entry of a window; added rows and columns never win.

    Attributes:
        window: Rows and columns of the window.
        stride: Steps of the window.
        dilation: Distances of the window's entries.
        padding: Added rows and columns. Every window must meet the image.
    """

    window: Pair
    stride: Pair
    dilation: Pair = (1, 1)
    padding: Margins = (0, 0, 0, 0)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class AveragePool(Node):
    """The mean of a window.

    Attributes:
        window: Rows and columns of the window.
        stride: Steps of the window.
        padding: Added rows and columns of zeros. Every window must meet the image.
        counts_padding: Whether added entries count in the mean's denominator.
    """

    window: Pair
    stride: Pair
    padding: Margins = (0, 0, 0, 0)
    counts_padding: bool = True


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class Reshape(Node):
    """The same entries in the same order under another shape.

    Attributes:
        shape: The new shape; ``(features,)`` flattens.
    """

    shape: Shape


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class Permute(Node):
    """The axes in another order.

    Attributes:
        axes: Axis i of the result is axis ``axes[i]`` of the source.
    """

    axes: tuple[int, ...]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class Crop(Node):
    """A part of every axis: cropped images, and some of the channels.

    Attributes:
        starts: First index, by axis.
        stops: End of the indices, by axis, not included.
    """

    starts: tuple[int, ...]
    stops: tuple[int, ...]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class Pad(Node):
    """Added rows and columns of an image.

    Attributes:
        padding: How many.
        padding_mode: What stands there.
    """

    padding: Margins
    padding_mode: PaddingMode = "zeros"


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class Concat(Node):
    """Tensors one after the other along the first axis, the channels."""


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class Sum(Node):
    """The sum of tensors of one shape."""


#: Every kind of node, by the name that files give it.
KINDS: dict[str, type[Node]] = {
    "input": Input,
    "convolution": Convolution,
    "dense": Dense,
    "batch-norm": BatchNorm,
    "rectifier": Rectifier,
    "clip": Clip,
    "max-pool": MaxPool,
    "average-pool": AveragePool,
    "reshape": Reshape,
    "permute": Permute,
    "crop": Crop,
    "pad": Pad,
    "concat": Concat,
    "sum": Sum,
}
