"""A target as figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

import numpy as np

from slth_verify.graph import Node, TargetCNN
from slth_verify.graph.nodes import KINDS
from slth_verify.report.model.case import TargetSummary
from slth_verify.report.model.quantity import OUTPUT, Figure, enclosed, exact
from slth_verify.ticket import OutputSpread
from slth_verify.verdict import Direction


def target_summary(
    graph: TargetCNN, file: str, outputs: OutputSpread, largest: tuple[Figure, str]
) -> TargetSummary:
    """The target as figures.

    Args:
        graph: The target.
        file: Its path relative to the report.
        outputs: How far its outputs range.
        largest: Its largest output on some inputs, and these in words.
    """
    low, high = graph.input.low, graph.input.high
    names = {kind: name for name, kind in KINDS.items()}
    return TargetSummary(
        file=file,
        sha256=graph.sha256,
        input_shape=graph.input.shape,
        output_shape=graph.output_shape,
        low=exact(min(low), "entry of an image", Direction.LOWER),
        high=exact(max(high), "entry of an image", Direction.UPPER),
        boxes=len(set(low)) > 1 or len(set(high)) > 1,
        nodes=dict(Counter(names[type(node)] for node in graph.nodes)),
        weights=exact(sum(map(_weights, graph.nodes)), "weights"),
        outside=graph.outside_papers_class or "",
        output_range=enclosed(outputs.lower, outputs.upper, Direction.BOTH, OUTPUT),
        widest=enclosed(outputs.reached, outputs.widest, Direction.BOTH, OUTPUT),
        largest_output=largest[0],
        largest_on=largest[1],
    )


def _weights(node: Node) -> int:
    arrays = (getattr(node, field.name) for field in fields(node))
    return sum(array.size for array in arrays if isinstance(array, np.ndarray))
