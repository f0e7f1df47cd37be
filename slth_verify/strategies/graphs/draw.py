"""Whole target graphs."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from slth_verify.graph import Input, TargetCNN
from slth_verify.graph.nodes import KINDS, Shape
from slth_verify.strategies._options import check_range
from slth_verify.strategies.graphs.sketch import Sketch
from slth_verify.strategies.graphs.steps import possible_steps

_MAX_STEPS = 32
_MAX_CHANNELS = 16
_MAX_SIDE = 16

#: Boxes of a channel: many touch 0, one is a point, one has no float for an end.
_BOXES = st.sampled_from(
    [
        (Fraction(low), Fraction(high))
        for low, high in (
            ("0", "1"),
            ("-1", "1"),
            ("-1", "0"),
            ("0", "0"),
            ("-1/3", ".1"),
        )
    ]
)

#: Forms of nodes' names: plain, as importers find them, and made to confuse readers.
_NAMES = st.sampled_from(
    (
        ("node{}",),
        ("features.{}", "layer{}.0.conv1"),
        ("{}.weight", "{}", "__metadata__{}", "{}é\u202e\n", " {}"),
    )
)


@st.composite
def target_graphs(
    draw: st.DrawFn,
    *,
    min_steps: int = 1,
    max_steps: int = 6,
    max_channels: int = 3,
    max_side: int = 4,
    kinds: Collection[str] = tuple(KINDS),
) -> TargetCNN:
    """Adversarial target graphs of all kinds of nodes; they shrink to a short chain.

    Among them: dead ReLUs; biases, thresholds and means on the ends of a range; boxes
    that touch 0; branches that cancel in a sum; tensors added or concatenated to
    themselves; strides larger than windows; images smaller than kernels, and of one
    entry; every padding mode; one group for each channel; input channels that no weight
    sees; variances down to 0 and huge scales; slopes 0 and 1; vectors without an image;
    weights that are subnormal, ill-scaled, equal or nearly so, in float32 and float64.

    Args:
        min_steps: Fewest steps after the input. A step is one node, a layer and its
            rectifier, or a sum or concatenation with its branches.
        max_steps: Most steps; up to 32. There are fewer where no kind fits any more.
        max_channels: Most channels or features of the input, and of a layer's output
            unless there are more groups; up to 16.
        max_side: Largest height and width of the input; up to 16.
        kinds: Names in `slth_verify.graph.nodes.KINDS` of the kinds to be drawn; there
            is an input always.
    """
    check_range("steps", min_steps, max_steps, least=0, most=_MAX_STEPS)
    check_range("channels", 1, max_channels, least=1, most=_MAX_CHANNELS)
    check_range("side", 1, max_side, least=1, most=_MAX_SIDE)
    if isinstance(kinds, str) or not set(kinds) <= set(KINDS):
        raise InvalidArgument(
            f"kinds={kinds!r}: names of kinds of nodes are required, among "
            f"{', '.join(KINDS)}. Give a collection of them."
        )
    sketch = Sketch(kinds, max_channels, draw(_NAMES))
    _add_input(draw, sketch, max_side)
    taken = 0
    for _ in range(max_steps):
        if not draw(st.integers(0, 3), label="goes on"):
            break
        taken += draw(_steps(sketch, must=False))
    while taken < min_steps and possible_steps(sketch):
        taken += draw(_steps(sketch, must=True))
    return TargetCNN(tuple(sketch.nodes))


@st.composite
def _steps(draw: st.DrawFn, sketch: Sketch, must: bool) -> int:
    """One step, or none, to which others shrink where more follow; how many."""
    steps = possible_steps(sketch)
    step = draw(st.sampled_from(steps if must else [None, *steps]), label="step")
    if step is None:
        return 0
    step(draw, sketch)
    return 1


def _add_input(draw: st.DrawFn, sketch: Sketch, max_side: int) -> None:
    """An image, or a vector of features where that can be continued."""
    channels = draw(st.integers(1, sketch.max_channels))
    side = st.integers(1, max_side)
    shape: Shape = (channels, draw(side), draw(side))
    only_vectors = set(sketch.kinds) <= {"input", "dense"}
    if only_vectors or (
        "dense" in sketch.kinds and draw(st.sampled_from((False, True, False)))
    ):
        shape = (channels,)
    boxes = [draw(_BOXES) for _ in range(channels)]
    lows, highs = zip(*boxes, strict=True)
    sketch.add(Input, shape=shape, low=lows, high=highs)
