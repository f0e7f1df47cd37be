r"""Widths below which no pruning is within eps often enough.

Statement (der:graph-necessary). For independent normal coordinates of one variance,
whatever it is and whatever it depends on, the probability of a point within a of z in
each of d coordinates is at most

.. math:: q(z, a) = (2a)^d \Bigl(\frac{d}{2 \pi e S}\Bigr)^{d/2},\qquad
    S = \sum_j \max(|z_j| - a, 0)^2 > 0 ,

as :math:`(2 \pi R)^{-d/2} e^{-S/2R}` is largest at ``R = S/d``. (a) *One stage that
reads the image*: the kept filters of one channel and sign sum to W, whose entries are
such coordinates given the scalars; if two images that differ in one entry by t show
``|W - K| t <= a'`` in every entry of K that meets the image, then

.. math:: P(\text{within } \varepsilon) \le (3/2)^{2n} q(K_c, a'/t) .

(b) *Any graph whose last stage gives the output*: its outputs at one place, for one
image, are such coordinates given everything before the last layer. With N filters in
all random 1x1 layers, of which some have inputs of one sign only,

.. math:: P(\text{within } \varepsilon) \le \prod_{\text{filters}} (2 \text{ or } 3/2)\,
    q(f(x), \varepsilon) .

Scales ``2^e`` that are chosen before the weights are drawn change nothing. Of an only
stage without a ReLU, der:stage-necessary with the whole eps says more than (a); of one
stage of several, der:cut-stage says what it needs whatever the others are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from slth_verify.bounds.graphs.cut_stages import cut_needs
from slth_verify.bounds.graphs.error_sums import ErrorSums
from slth_verify.bounds.graphs.small_ball import hit_nats, least_count
from slth_verify.bounds.graphs.stage_necessary import stage_need, steps
from slth_verify.graph import Range, Rectifier, Reshape, TargetCNN, exact_values
from slth_verify.graph.box_ranges import range_of
from slth_verify.graph.float_values import values
from slth_verify.graph.nodes import Input, Node, Shape
from slth_verify.graph.shapes import shape_of
from slth_verify.graph.stages import Stage
from slth_verify.graph.walk import walk
from slth_verify.ticket.graphs.pair import window_parts
from slth_verify.ticket.graphs.witness import inside, starting_images

#: Above every value of a tensor that a clip or the box could cancel.
_HUGE = Fraction(1 << 4000)


@dataclass(frozen=True, slots=True)
class Needed:
    """What is proved to be needed.

    Attributes:
        filters: Filters of all random 1x1 layers together, at least.
        stages: Of every stage, whatever the others are, and what proved it; None where
            nothing is proved, and why.
        nats: ``-log q`` of the rule for all filters; 0 where it does not apply.
    """

    filters: int
    stages: tuple[tuple[int | None, str], ...]
    nats: Fraction


def needed(
    graph: TargetCNN,
    nodes: Sequence[Node],
    stages: Sequence[ErrorSums],
    eps: Fraction,
    delta: Fraction,
) -> Needed:
    """Lower bounds for a graph.

    Args:
        graph: The target.
        nodes: Of the staged graph.
        stages: Of it, in order.
        eps: Accuracy of the output.
        delta: Failure probability.

    Rigor:
        Enclosed, rounded down.
    """
    if not stages:
        return Needed(0, (), Fraction(0))
    success = 1 - delta
    one_sign = positive_channels(nodes)
    outputs = _output_coordinates(graph, nodes, eps)
    nats = hit_nats(outputs, eps)
    factors = [factor for known in stages for factor in _factors(known.stage, one_sign)]
    most = Fraction(2) if 2 in factors else Fraction(3, 2)
    filters = least_count(nats, most, success)
    cut = cut_needs(graph, nodes, one_sign, eps, delta)
    found: list[tuple[int | None, str]] = [
        (cut[known.stage.name].n or None, cut[known.stage.name].reason)
        for known in stages
    ]
    if len(stages) == 1:
        found = [_only(nodes, stages[0], eps, success, found[0], filters)]
    parts = sum(
        2 * (n or 0) * known.stage.inputs
        for known, (n, _) in zip(stages, found, strict=True)
    )
    return Needed(max(filters, parts), tuple(found), nats)


def _only(
    nodes: Sequence[Node],
    known: ErrorSums,
    eps: Fraction,
    success: Fraction,
    cut: tuple[int | None, str],
    filters: int,
) -> tuple[int, str]:
    """The best of all rules for a stage that is the only one."""
    alone, reason = _alone(nodes, known, eps)
    rules = [(-(-least_count(alone, Fraction(3, 2), success) // 2), reason)]
    rules.append((-(-filters // (2 * known.stage.inputs)), "the filters of the graph"))
    source, rectified = _source(nodes, known.stage)
    if source is not None and not rectified:
        need = stage_need(known, source, eps, success)
        if need.n is not None:
            rules.append((need.n, need.reason))
    rules.append((cut[0] or 0, cut[1]))
    return max(rules, key=lambda rule: rule[0])


def positive_channels(nodes: Sequence[Node]) -> dict[str, tuple[bool, ...]]:
    """For every stage which channels of its source are never negative.

    Rigor:
        Exact, whatever the weights of the pruned network: a stage's outputs are taken
        as any numbers up to a modulus that no clip and no box reaches.
    """
    found: dict[str, tuple[bool, ...]] = {}
    first = nodes[0]
    if not isinstance(first, Input):
        raise TypeError(f"{type(first).__name__}: the first node is the input")

    def step(node: Node, sources: list[tuple[Range, Shape]]) -> tuple[Range, Shape]:
        if not isinstance(node, Stage):
            return range_of(node, sources), shape_of(
                node, [shape for _, shape in sources]
            )
        found[node.name] = tuple(low >= 0 for low in sources[0][0].lower)
        shape = shape_of(node.layer, [node.shape])
        if len(sources[0][1]) != 3:
            shape = (shape[0], *sources[0][1][1:])
        ends = (_HUGE,) * shape[0]
        return Range(tuple(-end for end in ends), ends), shape

    for _ in walk(nodes, (Range(first.low, first.high), first.shape), step):
        pass
    return found


def _factors(stage: Stage, one_sign: dict[str, tuple[bool, ...]]) -> list[Fraction]:
    """How many choices a filter has on average, for every channel that is read.

    A filter whose input is never negative does nothing if its scalar is negative.
    """
    found = [
        Fraction(3, 2) if positive else Fraction(2) for positive in one_sign[stage.name]
    ]
    return found + [Fraction(3, 2)] * stage.has_bias


def _output_coordinates(
    graph: TargetCNN, nodes: Sequence[Node], eps: Fraction
) -> list[Fraction]:
    """Moduli of the outputs at one place of one image that a last stage must hit."""
    rectified = isinstance(nodes[-1], Rectifier)
    last = nodes[-2] if rectified else nodes[-1]
    if not isinstance(last, Stage) or (rectified and nodes[-1].sources != (last.name,)):
        return []
    groups = last.layer.groups
    best: list[Fraction] = []
    try:
        images = starting_images(graph)
    except OverflowError:  # a box beyond floats
        return best
    found = values(graph, images)
    found = np.maximum(found, 0) if rectified else np.abs(found)
    parts = np.maximum(found - float(eps), 0).reshape(
        len(images), groups, -1, math.prod(graph.output_shape[1:])
    )
    with np.errstate(over="ignore"):
        scores = (parts**2).sum(axis=2)
    if not np.isfinite(scores).all() or not scores.any():
        return best
    at = np.unravel_index(int(scores.argmax()), scores.shape)
    number, group, place = (int(index) for index in at)
    ends = [
        end.reshape(groups, -1, scores.shape[2])[group, :, place]
        for end in exact_values(graph, inside(graph, images[number]))
    ]
    for low, high in zip(*ends, strict=True):
        if rectified:  # where the target is below eps, ReLU may hide anything
            best += [low] if low > eps else []
        else:
            best.append(max(low, -high, Fraction(0)))
    return best


def _alone(
    nodes: Sequence[Node], known: ErrorSums, eps: Fraction
) -> tuple[Fraction, str]:
    """Nats of the hardest channel and sign of the only stage, and what was looked at.

    Images that are 0 but in one entry x need nothing of the bias, and the error there
    is ``|W - K| |x|``. Otherwise two images that differ in one entry are compared.
    """
    stage = known.stage
    source, rectified = _source(nodes, stage)
    if source is None:
        return Fraction(0), "the stage does not read the image, or more follows it"
    if stage.layer.padding_mode != "zeros" and any(stage.layer.padding):
        return Fraction(0), "copied entries are seen more than once"
    zero = not stage.has_bias and all(
        low <= 0 <= high for low, high in zip(source.lower, source.upper, strict=True)
    )
    if rectified and not zero:
        return Fraction(0), "ReLU may hide errors where images are never 0"
    kernel = stage.kernel()
    meets = _meets_image(stage)
    outputs, wide = kernel.least.shape[:2]
    per_group = outputs // stage.layer.groups
    unit = Fraction(1, 1 << kernel.bits)
    best = Fraction(0)
    for channel, (low, high) in enumerate(zip(source.lower, source.upper, strict=True)):
        group, place = divmod(channel, wide)
        rows = slice(group * per_group, (group + 1) * per_group)
        weights = [
            (int(least) * unit, int(most) * unit)
            for least, most in zip(
                kernel.least[rows, place][:, meets].ravel(),
                kernel.most[rows, place][:, meets].ravel(),
                strict=True,
            )
        ]
        for sign, step in steps(low, high):
            allowed = (eps if zero else 2 * eps) / step
            best = max(best, _kernel_nats(weights, sign, allowed, rectified))
    return best, "the hardest channel and sign of the only stage"


def _kernel_nats(
    weights: Sequence[tuple[Fraction, Fraction]],
    sign: int,
    allowed: Fraction,
    rectified: bool,
) -> Fraction:
    """Nats of one channel; behind a ReLU only outputs above eps are seen."""
    sizes = []
    for least, most in weights:
        low, high = (least, most) if sign > 0 else (-most, -least)
        if not rectified:
            sizes.append(max(low, -high, Fraction(0)))
        elif low > allowed:
            sizes.append(low)
    return hit_nats(sizes, allowed)


def _source(nodes: Sequence[Node], stage: Stage) -> tuple[Range | None, bool]:
    """Box of the entries that the only stage reads, and whether a ReLU follows.

    In between, the image may be flattened to a vector, each feature being an entry.
    """
    rectified = isinstance(nodes[-1], Rectifier)
    chain = list(nodes[:-1] if rectified else nodes)
    first = chain[0]
    if not isinstance(first, Input) or chain[-1] is not stage:
        return None, rectified
    source, shape = Range(first.low, first.high), first.shape
    if len(chain) == 3 and isinstance(chain[1], Reshape):
        if len(chain[1].shape) != 1:
            return None, rectified
        source = range_of(chain[1], [(source, shape)])
    elif len(chain) != 2:
        return None, rectified
    return source, rectified


def _meets_image(stage: Stage) -> NDArray[np.bool_]:
    """Which entries of a window lie inside the image at some place: ``(rows, cols)``.

    At that place the other entries may be anything that the box allows.
    """
    sides, window = [], stage.layer.weight.shape[2:]
    for size, part in zip(window, window_parts(stage), strict=True):
        seen = np.zeros(size, bool)
        for first, end in part.tolist():
            seen[first:end] = True
        sides.append(seen)
    return np.asarray(np.logical_and.outer(*sides), bool)
