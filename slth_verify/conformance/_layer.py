"""lem:kernel-pruning: the certified error of one layer against every vertex.

All weights are multiples of 1/64, so that both the pruned pair of layers and the target
are evaluated in 64-bit integers, without rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import hypothesis
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from slth_verify.conformance._failure import require
from slth_verify.conformance.oracles.integer import (
    UNIT,
    IntArray,
    apply_pair,
    convolve,
    kept_filters,
    vertices,
)
from slth_verify.conformance.recording.drive import run
from slth_verify.conformance.recording.ratios import observe
from slth_verify.graph import TargetCNN
from slth_verify.graph.kernels import chain_of
from slth_verify.graph.stages import staged
from slth_verify.graph.walk import last
from slth_verify.showing import OneLine
from slth_verify.ticket.graphs.difference import node_bounds
from slth_verify.ticket.graphs.sums import KeptFilters, pair_sums

_require = partial(require, statement="lem:kernel-pruning")
#: (d, c_in, c_out) with at most 3^9 vertices.
_SHAPES = ((1, 1, 1), (1, 1, 2), (1, 2, 2), (2, 1, 1), (2, 1, 2), (2, 2, 2), (3, 1, 2))


@dataclass(frozen=True, eq=False, repr=False)
class LayerCase(OneLine):
    """One target layer and the filters kept for it.

    Attributes:
        kernel: Float32, ``(c_out, c_in, d, d)``; the normalised kernel is
            ``kernel / 2^exponent``.
        exponent: Scale exponent e.
        kept: The kept filters.
        signed_input: Whether inputs range over [-1, 1] (first layer) or [0, 1].
    """

    kernel: NDArray[np.float32]
    exponent: int
    kept: KeptFilters
    signed_input: bool


#: ``bound(case)``: sup error of the layer before ReLU, in normalised units, exact.
LayerErrorBound = Callable[[LayerCase], Fraction]


def certified_layer_error(case: LayerCase) -> Fraction:
    """The checker's own figure for a layer: what its pair itself does wrong."""
    _, c_in, size, _ = case.kernel.shape
    box = (-1 if case.signed_input else 0, 1)
    nodes = chain_of([case.kernel], (c_in, size, size), box)[:2]  # without the ReLU
    stages = staged(TargetCNN(nodes))
    bounds = node_bounds(stages, lambda s: pair_sums(s, case.exponent, case.kept))
    return last(bounds).own / Fraction(2) ** case.exponent


def check_layer_error(
    bound: LayerErrorBound, *, settings: hypothesis.settings | None = None
) -> None:
    """Compare a layer's error bound with the largest error over all vertices.

    On an image as large as the kernel the bound before ReLU must be attained exactly;
    on a smaller image, and after ReLU, it must not be exceeded.

    Args:
        bound: The implementation under test.
        settings: Hypothesis settings; None for the loaded profile.

    Raises:
        ConformanceFailure: If the bound is too small, or not attained.

    Source:
        lem:kernel-pruning, der:layer-error.
    """

    def body(case: LayerCase, side: int) -> None:
        size = case.kernel.shape[2]
        side = max(1, size - side)
        before, after = _largest_errors(case, side)
        claimed = bound(case)
        hypothesis.event(f"signed={case.signed_input}, kept={len(case.kept.owner)}")
        shown = f"{_shown(case)}, image side {side}: certified {claimed}"
        if side == size:
            _require(
                claimed == before,
                f"{shown}, but the largest error before ReLU over all vertices is "
                f"{before}",
            )
        _require(
            claimed >= max(before, after),
            f"{shown}, but a vertex has error {max(before, after)}",
        )
        observe("error at a vertex / certified", max(before, after), claimed)

    run(body, settings, case=layer_cases(), side=st.integers(0, 1))


@st.composite
def layer_cases(draw: st.DrawFn) -> LayerCase:
    """Layers with weights in multiples of 1/64 and few enough vertices."""
    size, c_in, c_out = draw(st.sampled_from(_SHAPES))
    window = size * size * c_out
    exponent = draw(st.integers(-2, 2))
    kernel = _integers(draw, (c_out, c_in, size, size), 16) / UNIT * 2.0**exponent
    owner = np.sort(_integers(draw, (draw(st.integers(0, 4)),), (0, c_in - 1)))
    kept = len(owner)
    scalars = _integers(draw, (kept,), 8) / 8.0
    kernels = _integers(draw, (kept, window), 8) / 8.0
    weights = kernels.reshape(kept, size, size, c_out)
    filters = kept_filters(scalars, weights, owner)
    signed = draw(st.booleans())
    return LayerCase(kernel.astype(np.float32), exponent, filters, signed)


def _integers(
    draw: st.DrawFn, shape: tuple[int, ...], reach: int | tuple[int, int]
) -> IntArray:
    low, high = (-reach, reach) if isinstance(reach, int) else reach
    count = int(np.prod(shape))
    values = draw(st.lists(st.integers(low, high), min_size=count, max_size=count))
    return np.array(values, dtype=np.int64).reshape(shape)


def _largest_errors(case: LayerCase, side: int) -> tuple[Fraction, Fraction]:
    """Largest |g - f| before and after ReLU over all vertices of the input box."""
    c_in = case.kernel.shape[1]
    low = -1 if case.signed_input else 0
    images = vertices(low, (c_in, side, side))
    kernel = np.round(case.kernel.astype(np.float64) * UNIT / 2.0**case.exponent)
    target = convolve(images, kernel.astype(np.int64))
    pruned = apply_pair(images, case.kept, UNIT)
    before = int(np.abs(pruned - target).max())
    after = int(np.abs(np.maximum(pruned, 0) - np.maximum(target, 0)).max())
    return Fraction(before, UNIT), Fraction(after, UNIT)


def _shown(case: LayerCase) -> str:
    kept = case.kept
    return (
        f"kernel {case.kernel.tolist()}, exponent {case.exponent}, "
        f"u={kept.scalars.tolist()}, V={kept.kernels.tolist()}, "
        f"owner={kept.owner.tolist()}, signed_input={case.signed_input}"
    )
