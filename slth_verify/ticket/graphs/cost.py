"""How long a check takes, from sizes alone: so that none is begun that never ends."""

from __future__ import annotations

import math
from collections.abc import Sequence

from slth_verify.graph.graph import TargetCNN
from slth_verify.graph.nodes import Node
from slth_verify.graph.stages import Stage
from slth_verify.ticket.graphs.format import Ticket
from slth_verify.verdict import Finding, Verdict

#: Microseconds on one core [measured]: a kept filter, a kept weight, a weight of the
#: target.
_FILTER, _KEPT, _TARGET = 15, 0.3, 6
#: A channel that a node takes or makes; a row or column of a padded stage's tensor; an
#: output of a stage for each part of a window that is inside at some place.
_CHANNEL, _PLACE, _PART = 50, 2.5, 2.5

#: Larger checks are made only with a time limit.
_MOST_SECONDS = 120


def too_costly(
    ticket: Ticket, graph: TargetCNN, nodes: Sequence[Node]
) -> Finding | None:
    """A finding that ends a check without a time limit; None if it is affordable.

    Args:
        ticket: It fits the target.
        graph: The target.
        nodes: Of the staged graph.
    """
    kept = iter(ticket.stages)
    cost = 0.0
    for node in nodes:
        shape = graph.shape(node.output if isinstance(node, Stage) else node.name)
        taken = sum(graph.shape(name)[0] for name in node.sources)
        cost += _CHANNEL * (shape[0] + taken)
        if isinstance(node, Stage):
            part = next(kept)
            constants = int((part.filters >= 2 * part.width * node.channels).sum())
            for channel, count in (
                (0, len(part.filters) - constants),
                (node.channels, constants),
            ):
                cost += count * (
                    _FILTER + _KEPT * math.prod(node.kernel_shape(channel))
                )
            cost += _TARGET * node.layer.weight.size + _windows(node, shape)
    seconds = round(cost / 10**6)
    if seconds <= _MOST_SECONDS:
        return None
    return Finding(
        f"the check takes at most about {_MOST_SECONDS} s, or has a time limit",
        Verdict.INCONCLUSIVE,
        f"it would take about {seconds} s on one core; not begun. Give a time limit.",
    )


def _windows(stage: Stage, shape: Sequence[int]) -> float:
    """Of finding the parts of windows, and of adding up terms inside of each."""
    if stage.layer.padding_mode != "zeros" or not any(stage.layer.padding):
        return 0.0
    window, places = stage.layer.weight.shape[2:], shape[1:]
    parts = [min(2 * side + 1, n) for side, n in zip(window, places, strict=True)]
    return float(_PLACE * sum(places) + _PART * shape[0] * math.prod(parts))
