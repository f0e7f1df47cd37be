r"""Signs that filters of a stage of several must have, whatever the others are.

Statement (der:cut-stage). A stage is *on every path* if all paths from the input to the
output lead through it. If the target's outputs for two images differ by more than
``2 eps``, a pruned network within eps is not constant, so some kept filter of every
such stage does something. If its source is never negative in any of its C channels,
that filter has ``u > 0``, and

.. math:: P(\text{within } \varepsilon) \le 1 - 2^{-2nC} .

If it reads the image, and is the only node that does, two images that differ in channel
c alone, and there on one side of 0, must be told apart by a filter of channel c with a
scalar of that sign. With :math:`j_c \in \{0, 1, 2\}` such signs,

.. math:: P(\text{within } \varepsilon) \le \prod_c (1 - j_c 2^{-2n}) .

The other stages may be as wide as one likes, and err as they like.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.graph import TargetCNN, exact_values
from slth_verify.graph.float_values import values
from slth_verify.graph.nodes import Node
from slth_verify.graph.stages import Stage
from slth_verify.ticket.graphs.witness import inside, starting_images

#: Channels of the image that are looked at, and of those found how many are proved.
_LOOKED, _PROVED = 64, 4


@dataclass(frozen=True, slots=True)
class CutNeed:
    """What a stage needs in every network.

    Attributes:
        n: Half of the filters of every channel, at least; 0 where nothing is proved.
        reason: What proved it, or why there is nothing.
    """

    n: int
    reason: str


def cut_needs(
    graph: TargetCNN,
    nodes: Sequence[Node],
    one_sign: Mapping[str, tuple[bool, ...]],
    eps: Fraction,
    delta: Fraction,
) -> dict[str, CutNeed]:
    """For every stage what it needs whatever the others are.

    Args:
        graph: The target.
        nodes: Of the staged graph.
        one_sign: Which channels of a stage's source are never negative.
        eps: Accuracy of the output.
        delta: Failure probability.

    Rigor:
        Exact; images are found in floats, and their outputs compared exactly.

    Source:
        der:cut-stage.
    """
    stages = [node for node in nodes if isinstance(node, Stage)]
    cut = on_every_path(nodes)
    moves = bool(cut) and _varies(graph, eps)
    reader = _only_reader(nodes)
    found = {}
    for stage in stages:
        if stage.name not in cut:
            found[stage.name] = CutNeed(0, "other paths lead past it")
        elif not moves:
            found[stage.name] = CutNeed(
                0, "no two images were found whose outputs differ by more than 2 eps"
            )
        else:
            found[stage.name] = _cut(stage, one_sign[stage.name], delta)
    if reader in cut and moves:
        signs = _needed_signs(graph, eps)
        n = least_width(signs, delta)
        if n > found[reader].n:
            said = f"{sum(signs)} channels and signs of the image must be read"
            found[reader] = CutNeed(n, said)
    return found


def on_every_path(nodes: Sequence[Node]) -> set[str]:
    """Names of the stages through which all paths from input to output lead.

    Rigor:
        Exact: paths are counted.
    """
    ways = {nodes[0].name: 1}
    for node in nodes[1:]:
        ways[node.name] = sum(ways[name] for name in node.sources)
    onward = dict.fromkeys(ways, 0) | {nodes[-1].name: 1}
    for node in reversed(nodes):
        for name in node.sources:
            onward[name] += onward[node.name]
    total = ways[nodes[-1].name]
    return {
        node.name
        for node in nodes
        if isinstance(node, Stage) and ways[node.name] * onward[node.name] == total
    }


def least_width(signs: Sequence[int], delta: Fraction) -> int:
    """The least n with ``prod_c (1 - j_c 2^(-2n)) >= 1 - delta``.

    Args:
        signs: The numbers j_c.
        delta: Failure probability.

    Rigor:
        Exact.
    """
    n = 0
    while any(signs):
        chance = Fraction(1)
        for count in signs:
            chance *= max(Fraction(0), 1 - Fraction(count, 1 << 2 * n))
        if chance >= 1 - delta:
            break
        n += 1
    return n


def _cut(stage: Stage, positive: Sequence[bool], delta: Fraction) -> CutNeed:
    """Some filter must do something."""
    if not all(positive):
        return CutNeed(1, "the output would be constant without it")
    n = 1
    while Fraction(1, 1 << 2 * n * len(positive)) > delta:
        n += 1
    return CutNeed(n, "some filter must have a positive scalar")


def _only_reader(nodes: Sequence[Node]) -> str:
    """The stage that alone reads the image; empty if there is none."""
    readers = [node for node in nodes if nodes[0].name in node.sources]
    alone = len(readers) == 1 and isinstance(readers[0], Stage)
    return readers[0].name if alone else ""


def _varies(graph: TargetCNN, eps: Fraction) -> bool:
    """Whether two images were found whose outputs differ by more than 2 eps."""
    try:
        images = starting_images(graph)
    except OverflowError:  # a box beyond floats
        return False
    found = values(graph, images).reshape(len(images), -1)
    if not np.isfinite(found).all():
        return False
    at = int((found.max(axis=0) - found.min(axis=0)).argmax())
    pair = images[found[:, at].argmax()], images[found[:, at].argmin()]
    return _differ(graph, pair, eps)


def _differ(
    graph: TargetCNN, pair: tuple[Float64Array, Float64Array], eps: Fraction
) -> bool:
    """Whether the outputs of two images differ by more than 2 eps somewhere.

    Rigor:
        Exact.
    """
    one, other = (exact_values(graph, inside(graph, image)) for image in pair)
    return bool(
        (one[0] - other[1]).max() > 2 * eps or (other[0] - one[1]).max() > 2 * eps
    )


def _needed_signs(graph: TargetCNN, eps: Fraction) -> list[int]:
    """For some channels of the image how many signs of theirs must be read."""
    found: dict[int, int] = {}
    for channel, pair in _pairs_of_images(graph):
        if _differ(graph, pair, eps):
            found[channel] = found.get(channel, 0) + 1
    return list(found.values())


def _pairs_of_images(
    graph: TargetCNN,
) -> Iterator[tuple[int, tuple[Float64Array, Float64Array]]]:
    """Images that differ in one channel, on one side of 0: the most telling ones.

    Moved into the box, an entry stays on its side of 0, and entries that are equal stay
    equal.
    """
    images = starting_images(graph)
    low, high = images[0], images[1]
    best = []
    for channel in range(min(_LOOKED, len(low))):
        for side in (1, -1):
            ends = (side * (high if side > 0 else low)[channel]).clip(0)
            starts = (side * (low if side > 0 else high)[channel]).clip(0)
            if not (ends > starts).any():
                continue
            near, far = images.copy(), images.copy()
            near[:, channel], far[:, channel] = side * starts, side * ends
            gaps = np.abs(values(graph, near) - values(graph, far))
            gaps = np.nan_to_num(gaps.reshape(len(images), -1).max(axis=1))
            at = int(gaps.argmax())
            best.append((float(gaps[at]), channel, (near[at], far[at])))
    best.sort(key=lambda one: -one[0])
    for _, channel, pair in best[: 2 * _PROVED]:
        yield channel, pair
