"""Small graphs, and pruned pairs that hit every problem within given accuracies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import pytest

from slth_verify.bounds.graphs.recurrence import Accuracy, Recurrence
from slth_verify.conformance.oracles.pruned_graph import StageWeights
from slth_verify.graph import Dense, Input, Node, TargetCNN

F = Fraction


@pytest.fixture(scope="session")
def line() -> Callable[..., TargetCNN]:
    """A graph that is one dense node on a box."""

    def make(weight, low="-1", high="1", bias=None, *more: Node) -> TargetCNN:
        weight = np.array(weight, np.float32)
        count = weight.shape[1]
        image = Input(
            name="image", shape=(count,), low=(low,) * count, high=(high,) * count
        )
        given = None if bias is None else np.array(bias, np.float32)
        dense = Dense(name="dense", sources=("image",), weight=weight, bias=given)
        return TargetCNN((image, dense, *more))

    return make


Hitting = Callable[[Recurrence, Sequence[Accuracy], int], dict[str, StageWeights]]


@pytest.fixture(scope="session")
def hitting() -> Hitting:
    """Weights of pairs, drawn, that solve all problems of a graph.

    A sign that is not needed gets any weights; so does nothing else.
    """

    def drawn(recurrence, accuracies, seed, *, needed=(1, -1), bias=True):
        rng = np.random.default_rng(seed)
        sources = recurrence.errors(accuracies).sources
        found = {}
        for known, accuracy, source in zip(
            recurrence.stages, accuracies, sources, strict=True
        ):
            stage, kernel = known.stage, known.stage.kernel()
            unit = F(1, 1 << kernel.bits)
            groups, wide = stage.layer.groups, stage.channels // stage.layer.groups
            outs = len(kernel.least) // groups
            pair = []
            for sign in (1, -1):
                ends = kernel.least * unit, kernel.most * unit
                low, high = (ends[1] - accuracy.entries, ends[0] + accuracy.entries)
                picked = _between(rng, low, high, ends[0])
                for channel in range(stage.channels):
                    group, place = divmod(channel, wide)
                    at = slice(group * outs, (group + 1) * outs), place
                    end = source.upper if sign > 0 else source.lower
                    zero = not known.squares[channel]
                    if zero:
                        picked[at] = picked[at] * 0
                    elif end[channel] * sign <= 0 or sign not in needed:
                        picked[at] = picked[at] * 0 + rng.integers(-9, 9)
                pair.append(picked * sign)
            ends = kernel.bias_least * unit, kernel.bias_most * unit
            low, high = ends[1] - accuracy.bias, ends[0] + accuracy.bias
            shift = _between(rng, low, high, ends[0])
            if not known.bias_square:
                shift = shift * 0
            elif not bias:
                shift = shift + rng.integers(2, 9)
            found[stage.name] = (pair[0], pair[1], shift)
        return found

    return drawn


def _between(rng, low, high, middle):
    """Ends, or something between, entry by entry; the middle where none is."""
    share = rng.choice([0, 0, 1, 1, 2], low.shape)
    out = np.empty(low.shape, object)
    for at in np.ndindex(*low.shape):
        ends = low[at], high[at], (low[at] + high[at]) / 2
        out[at] = ends[share[at]] if low[at] <= high[at] else middle[at]
    return out
