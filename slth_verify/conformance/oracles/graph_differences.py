"""Differences of a target graph and its pruned network, place by place, in fractions.

Every entry of every tensor has an interval of f, one of g and one of g - f. Nothing is
merged and nothing is rounded, so this is slow: for tensors of some hundred entries.
Each rule is proved here or in `graph_polygons` in a few lines, and in
docs/theory/networks.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

import numpy as np

from slth_verify.conformance.oracles.graph_places import (
    MOVES,
    Entries,
    Index,
    counted,
    kernel_terms,
    moved,
    pool_entries,
)
from slth_verify.conformance.oracles.graph_polygons import (
    Interval,
    Known,
    corners_of,
    tight,
)
from slth_verify.conformance.oracles.pruned_graph import (
    Stage,
    StageWeights,
    activation,
    exact_array,
    stage_weights,
    stages_of,
)
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Input,
    MaxPool,
    Node,
    Sum,
    TargetCNN,
)
from slth_verify.graph.nodes import Shape

#: Bits after the point of the root in a batch norm.
_ROOT_BITS = 200

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lower and upper ends for every entry of a tensor, as arrays of fractions.

    Attributes:
        target: Of f.
        pruned: Of g.
        difference: Of g - f.
    """

    target: tuple[Entries, Entries]
    pruned: tuple[Entries, Entries]
    difference: tuple[Entries, Entries]


def difference_bounds(
    graph: TargetCNN, stages: Mapping[str, StageWeights]
) -> dict[str, Bounds]:
    """Intervals of f, g and g - f, for all images of the input's box.

    Args:
        graph: The target f.
        stages: ``W+``, ``W-`` and bias of each stage of g, by the stage's name; see
            `slth_verify.conformance.oracles.pruned_graph.stages_of`.

    Returns:
        Bounds by name of node, but for layers within a stage.

    Raises:
        ArithmeticError: If bounds exclude each other, which only a wrong rule can do.

    Rigor:
        Exact fractions; batch norms of f are enclosed, their roots to 200 bits.
    """
    by_output = {stage.output: stage for stage in stages_of(graph)}
    within = {stage.layer.name for stage in by_output.values()} - set(by_output)
    known: dict[str, Entries] = {}
    for node in graph.nodes:
        if node.name in within:
            continue
        shape = graph.shape(node.name)
        stage = by_output.get(node.name)
        if stage is not None:
            given = stage_weights(graph, stage, stages[stage.layer.name])
            source = known[stage.layer.sources[0]]
            known[node.name] = _stage(stage, given, source, shape)
        else:
            known[node.name] = _node(
                node, [known[name] for name in node.sources], shape
            )
    return {name: _bounds(entries) for name, entries in known.items()}


def _bounds(entries: Entries) -> Bounds:
    found = []
    for which in ("x", "y", "d"):
        ends = np.empty(entries.shape, object), np.empty(entries.shape, object)
        for at in np.ndindex(*entries.shape):
            ends[0][at], ends[1][at] = getattr(entries[at], which)
        found.append(ends)
    return Bounds(*found)


def _stage(
    stage: Stage,
    given: tuple[Entries, Entries, Entries],
    source: Entries,
    shape: Shape,
) -> Entries:
    """An affine stage; `_stage_entry` has the rule."""
    positive, negative, bias = given
    corners = np.empty(source.shape, object)
    for at in np.ndindex(*source.shape):
        corners[at] = corners_of(source.item(at), [_ZERO])
    kernel = _kernel(stage)
    affine = [_affine(stage, channel) for channel in range(shape[0])]
    found = np.empty(shape, object)
    for at in np.ndindex(*shape):
        sums: dict[Index, tuple[Fraction, Fraction, Fraction]] = {}
        for weight, entry in kernel_terms(stage.layer, source.shape, at):
            plus, minus, target = sums.get(entry, (_ZERO, _ZERO, _ZERO))
            sums[entry] = (
                plus + positive[weight],
                minus + negative[weight],
                target + kernel[weight],
            )
        terms = [(corners[entry], weights) for entry, weights in sums.items()]
        found[at] = _stage_entry(terms, bias.item(at[0]), *affine[at[0]])
    return found


def _stage_entry(
    terms: Sequence[
        tuple[list[tuple[Fraction, Fraction]], tuple[Fraction, Fraction, Fraction]]
    ],
    bias: Fraction,
    factors: Interval,
    inner: Fraction,
    shift: Fraction,
) -> Known:
    """One entry of a stage, from the corners and the weights of what it sees.

    f has ``s (sum of K x, plus inner) + shift`` with s between the two factors, and g
    has ``sum of W+ y^+ + W- y^-, plus bias``. Copies of an entry are one term with the
    sum of their weights. For fixed s a term of g - f is

        W+ y^+ + W- y^- - s K x,

    affine on both sides of y = 0: its largest value is that of a corner. The sum of
    these, less ``s inner``, is a largest value of functions affine in s, hence convex
    in s and largest at one of the two factors. So is the least one, with signs changed.
    A product of s with a number between two others is extreme at a pair of ends.
    """
    image = [_ZERO, _ZERO]
    pruned = [bias, bias]
    ends = [[bias - s * inner - shift] * 2 for s in factors]
    for corners, (plus, minus, target) in terms:
        pairs = [(target * x, plus * y if y > 0 else -minus * y) for x, y in corners]
        for change, choose in enumerate((min, max)):
            image[change] += choose(x for x, _ in pairs)
            pruned[change] += choose(y for _, y in pairs)
            for s, end in zip(factors, ends, strict=True):
                end[change] += choose(y - s * x for x, y in pairs)
    products = [s * (x + inner) + shift for s in factors for x in image]
    return tight(
        (min(products), max(products)),
        (pruned[0], pruned[1]),
        (min(low for low, _ in ends), max(high for _, high in ends)),
    )


def _kernel(stage: Stage) -> Entries:
    """The layer's own weights; 1 for a batch norm."""
    if isinstance(stage.layer, BatchNorm):
        return exact_array(np.ones(len(stage.layer.scale)))
    return exact_array(stage.layer.weight)


def _affine(stage: Stage, channel: int) -> tuple[Interval, Fraction, Fraction]:
    """Two numbers around s, what is added before s, and what is added after it.

    With ``variance + epsilon = a / b`` the root is ``sqrt(a b) / a``, and the integer
    root r of ``4^k a b`` has ``r <= 2^k sqrt(a b) < r + 1``.
    """
    inner = _ZERO
    if not isinstance(stage.layer, BatchNorm) and stage.layer.bias is not None:
        inner = Fraction(float(stage.layer.bias[channel]))
    if stage.norm is None:
        return (Fraction(1), Fraction(1)), inner, _ZERO
    scale, shift, mean, variance = (
        Fraction(float(getattr(stage.norm, name)[channel]))
        for name in ("scale", "shift", "mean", "variance")
    )
    square = variance + stage.norm.epsilon
    whole = square.numerator * square.denominator << 2 * _ROOT_BITS
    root = isqrt(whole)
    unit = square.numerator << _ROOT_BITS
    roots = Fraction(root, unit), Fraction(root + (root**2 < whole), unit)
    return (scale * roots[0], scale * roots[1]), inner - mean, shift


def _node(node: Node, sources: list[Entries], shape: Shape) -> Entries:
    """Any other node, which is the same in f and in g."""
    if isinstance(node, MOVES):
        nothing = (_ZERO, _ZERO)
        return moved(node, sources, shape, Known(nothing, nothing, nothing))
    found = np.empty(shape, object)
    for at in np.ndindex(*shape):
        if isinstance(node, Input):
            ends = node.low[at[0]], node.high[at[0]]
            found[at] = Known(ends, ends, (_ZERO, _ZERO))
        elif isinstance(node, Sum):
            found[at] = _sum([source.item(at) for source in sources], 1)
        elif isinstance(node, (MaxPool, AveragePool)):
            image = sources[0]
            inside = [
                image.item(entry) for entry in pool_entries(node, image.shape, at)
            ]
            if isinstance(node, MaxPool):
                found[at] = _largest(inside)
            else:
                found[at] = _sum(inside, counted(node, len(inside)))
        else:
            bends = (node.low, node.high) if isinstance(node, Clip) else (_ZERO,)
            found[at] = _monotone(sources[0].item(at), bends, _activation(node, at[0]))
    return found


def _activation(node: Node, channel: int) -> Callable[[Fraction], Fraction]:
    return lambda value: activation(node, value, channel)


def _monotone(
    known: Known, bends: Sequence[Fraction], change: Callable[[Fraction], Fraction]
) -> Known:
    """A map that does not decrease, affine between the bends, takes ends to ends.

    ``change(y) - change(x)`` is affine between lines at the bends: see `corners_of`.
    """
    gaps = [change(y) - change(x) for x, y in corners_of(known, bends)]
    return tight(
        (change(known.x[0]), change(known.x[1])),
        (change(known.y[0]), change(known.y[1])),
        (min(gaps), max(gaps)),
    )


def _sum(several: Sequence[Known], parts: int) -> Known:
    """Sums, and means over so many parts: x, y and d = y - x add up alike."""
    low_high = [
        tuple(
            sum((getattr(known, which)[end] for known in several), _ZERO) / parts
            for end in (0, 1)
        )
        for which in ("x", "y", "d")
    ]
    return tight(*low_high)  # type: ignore[arg-type]


def _largest(several: Sequence[Known]) -> Known:
    """The largest of some entries.

    If y_i is the largest of g, then ``y_i = x_i + d_i <= max x + d_i``, so the maxima
    differ by at most d_i; and i can be the largest only if its upper end passes every
    lower end. If x_i is the largest of f, ``x_i = y_i - d_i <= max y - d_i``, so they
    differ by at least d_i.
    """
    x, y = (
        (max(ends[0] for ends in all_ends), max(ends[1] for ends in all_ends))
        for all_ends in ([k.x for k in several], [k.y for k in several])
    )
    return tight(
        x,
        y,
        (
            min(known.d[0] for known in several if known.x[1] >= x[0]),
            max(known.d[1] for known in several if known.y[1] >= y[0]),
        ),
    )
