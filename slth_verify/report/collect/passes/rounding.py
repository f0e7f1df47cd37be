"""Outputs of networks in float64, each with how far rounding can have taken it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch

from slth_verify.arrays import Float64Array
from slth_verify.graph import TargetCNN
from slth_verify.network.torch_graphs.evaluate import evaluated, given

#: Entries of the tensors of a batch.
_ENTRIES = 1 << 22


@dataclass(frozen=True, eq=False, slots=True)
class Rounded:
    """What a network answers a batch of images.

    Attributes:
        values: In float64, ``(batch, *output shape)``.
        errors: No evaluation in float64 is farther from the true outputs than this,
            same shape.
    """

    values: Float64Array
    errors: Float64Array

    def times(self, factor: float) -> Rounded:
        """The same values, with errors that may be so many times larger."""
        return Rounded(self.values, factor * self.errors)


def rounded_outputs(graph: TargetCNN, images: Float64Array) -> Rounded:
    """Run a network on images of its box.

    Args:
        graph: The network.
        images: Shape ``(batch, *input shape)``.

    Rigor:
        Errors are upper bounds; see `slth_verify.network.torch_graphs.evaluate`.
    """
    entries = sum(math.prod(graph.shape(node.name)) for node in graph.nodes)
    size = max(1, _ENTRIES // entries)
    values, errors = [], []
    with torch.no_grad(), _leaving_one_core():
        for first in range(0, len(images), size):
            part = torch.from_numpy(np.array(images[first : first + size], np.float64))
            found = evaluated(graph.nodes, {graph.input.name: given(part)})
            last = found[graph.output.name]
            values.append(last.value.numpy())
            errors.append(last.error.numpy())
    return Rounded(np.concatenate(values), np.concatenate(errors))


@contextmanager
def _leaving_one_core() -> Iterator[None]:
    """Torch with a core less, which a report's second process needs.

    Threads that wait for one on a taken core cost several times the work itself.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, min(threads, (os.cpu_count() or 2) - 1)))
    try:
        yield
    finally:
        torch.set_num_threads(threads)
