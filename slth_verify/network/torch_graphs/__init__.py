"""Reading a target graph off an ordinary trained torch module.

`torch.export` records which operations a copy of the module runs (`trace`), whatever
its classes are; each operation becomes nodes, or is refused in words (`operations`,
`refusals`). Then every operation is compared with its nodes, and the module with the
graph (`agreement`).

The graph of `torch.export` before decomposition is read, made free of in-place writes
and nothing else (``run_decompositions({})``): there a layer is one operation, with the
numbers that the module holds. The core ATen set would split layers, and name them by
what its decompositions do; `torch.fx` would call modules by their classes and see
neither hooks nor subclasses.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from slth_verify.graph import TargetCNN
from slth_verify.graph.given_input import input_node
from slth_verify.limits import IMAGE_SIDE
from slth_verify.network.torch_graphs.agreement import require_same
from slth_verify.network.torch_graphs.operations import translated
from slth_verify.network.torch_graphs.pt2_program import module_of_file
from slth_verify.network.torch_graphs.trace import traced
from slth_verify.numbers import whole_numbers

if TYPE_CHECKING:
    from torch import nn

__all__ = ["graph_from_pt2", "graph_from_torch"]


def graph_from_torch(
    module: nn.Module,
    input_shape: tuple[int, ...],
    *,
    box: Any = (0, 1),
    name: str = "target",
) -> TargetCNN:
    """Read a target graph off a trained torch module, and compare the two.

    The module may have any classes, functional calls, branches and sums, as long as it
    runs operations that nodes express: convolutions, dense layers, batch norms, ReLU
    and its leaky and clipped kin, pooling, reshaping, padding, concatenation, sums.
    Layers keep their numbers: nothing is folded, and a Python float such as a slope or
    an epsilon is the exact rational of the double. One-dimensional layers have images
    of height 1.
    The module itself is neither run nor changed; hooks run, and are read as what they
    compute.

    Args:
        module: In evaluation mode, or without anything that training changes. Its
            weights are float32 or float64.
        input_shape: Without the batch: ``(channels, height, width)``,
            ``(channels, length)`` or ``(features,)``.
        box: Where inputs lie: ``(low, high)`` for all, or such a pair for each channel
            (each feature). Numbers are read as everywhere: a float means its shortest
            decimal form.
        name: A label.

    Raises:
        InvalidTargetError: Naming the first module that is not covered, what it is,
            and the nearest admitted form; or where module and graph differ.
        InvalidParameterError: If the box or the shape are no numbers of their kind.

    Rigor:
        The graph is what is certified later. That it is the module's function rests on
        the recording by torch, and on comparisons in float64: every operation with its
        nodes, and the module with the graph on inputs of the box.

    Cost:
        Seconds for torch to record the module, and up to twenty passes in float64; of
        large networks, three.

    Examples:
        >>> from torch import nn
        >>> from slth_verify.graph import TargetCNN
        >>> parts = nn.Conv2d(1, 4, 3, stride=2), nn.ReLU(), nn.Flatten()
        >>> graph = TargetCNN.from_torch(nn.Sequential(*parts), (1, 9, 9))
        >>> [node.name for node in graph.nodes], graph.output_shape
        (['input', '0', '1', '2'], (64,))
    """
    shape = whole_numbers(input_shape, "input_shape", least=1, most=IMAGE_SIDE)
    image = input_node(shape, box)
    trace = traced(module, shape)
    graph, steps = translated(trace, image, name)
    require_same(module, trace, graph, steps)
    return graph


def graph_from_pt2(
    path: str | os.PathLike[str], *, box: Any = (0, 1), name: str | None = None
) -> TargetCNN:
    """Read a target graph off a file of `torch.export.save` that nobody vouches for.

    Torch's own reader is not used, as it may run what a file says. The program is read
    as JSON, and weights as raw bytes; operations are those that `graph_from_torch`
    reads, and pickled parts are never opened. What is read is made a module, and
    imported like any other.

    A program for batches of one size, as `torch.export.export` makes it unless told
    otherwise, is read as one for batches of any size; each image has its own outputs.

    Args:
        path: A regular ``.pt2`` file with one input and one output.
        box: Where inputs lie, as for `graph_from_torch`.
        name: A label; the file's name without its suffix if None.

    Raises:
        InvalidTargetError: If the file is damaged, too large or of another version;
            where it holds pickled weights; or naming the first operation that is not
            covered.
        InvalidParameterError: If the box is none.

    Rigor:
        As `graph_from_torch`; that the module is the file's program rests on the
        reading of its description.

    Cost:
        As `graph_from_torch`, and the file's size in memory twice.
    """
    module, input_shape, label = module_of_file(path)
    return graph_from_torch(
        module, input_shape, box=box, name=label if name is None else name
    )
