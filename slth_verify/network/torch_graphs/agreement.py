"""Comparing operations with their nodes, and the module with the graph.

Each operation runs in float64 on tensors of the recorded shapes, beside the nodes that
were made of it: whatever was read wrongly differs there, far from any other layer's
rounding. Then a float64 copy of the module itself, hooks and all, and the graph run on
inputs of the box. Agreement is no proof; it guards what recording and reading might
have overlooked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import fx, nn

from slth_verify.arrays import Float64Array
from slth_verify.errors import InvalidTargetError
from slth_verify.graph import Convolution, Dense, Input, TargetCNN
from slth_verify.graph.given_input import held
from slth_verify.network.torch_graphs.copies import float64_copy, quiet, run_copy
from slth_verify.network.torch_graphs.evaluate import Value, evaluated, given
from slth_verify.network.torch_graphs.naming import named
from slth_verify.network.torch_graphs.operations import Step
from slth_verify.network.torch_graphs.recording import BATCH
from slth_verify.network.torch_graphs.refusals import operation_of, path_of, refused
from slth_verify.network.torch_graphs.trace import Trace
from slth_verify.text import reason_of

_SEED = 20_240_301
_SCALES = (1.0, 1024.0)  # of the images of a recorded batch
_MULTIPLICATIONS = 1 << 34  # of all passes, where fewer inputs can be tried
_LEAST_INPUTS = 3
#: Where the worst case of rounding exceeds this part of the largest tensor, it says
#: too little of a deep network, and this part is what may differ.
_PART = 2.0**-30


def require_same(
    module: nn.Module, trace: Trace, graph: TargetCNN, steps: list[Step]
) -> None:
    """Compare every operation with its nodes, then the module with the graph.

    Raises:
        InvalidTargetError: If they differ by more than rounding explains, saying
            where; or if the module cannot run in float64.
    """
    with torch.inference_mode(mode=False), torch.device("cpu"), quiet():
        for step in steps:
            _require_same_operation(trace, step)
        _require_same_network(module, trace, graph)


def _require_same_operation(trace: Trace, step: Step) -> None:
    rng = np.random.default_rng(_SEED)
    known: dict[str, Value] = {}
    for node, name in step.sources.items():
        if name not in known:
            known[name] = given(_synthetic(node, rng))
    try:
        found = _ran(trace, step, known)
    except Exception as error:  # torch may raise anything
        raise _differs(trace, step, f"cannot run ({reason_of(error, 300)})") from error
    values = evaluated(step.nodes, known)
    for output, name in zip(found, step.results, strict=False):
        value = values[name]
        shape = (BATCH, *held(output.shape[1:]))
        if tuple(value.value.shape) != shape:
            ours = tuple(value.value.shape)
            raise _differs(trace, step, f"gives shape {shape}, its nodes {ours}")
        gap = (output.reshape(shape) - value.value).abs() - 2 * value.error
        if not bool((gap <= 0).all()):
            worst = float((output.reshape(shape) - value.value).abs().max())
            raise _differs(trace, step, f"and its nodes differ by {worst:.3g}")


def _synthetic(node: fx.Node, rng: np.random.Generator) -> torch.Tensor:
    shape = (BATCH, *held(node.meta["val"].shape[1:]))
    entries = rng.uniform(-1, 1, shape)
    scales = np.array(_SCALES).reshape(-1, *[1] * (len(shape) - 1))
    return torch.from_numpy(entries * scales)


def _ran(trace: Trace, step: Step, known: dict[str, Value]) -> list[torch.Tensor]:
    """What the operation itself gives, all numbers in float64."""

    def number(node: fx.Node) -> torch.Tensor:
        if node in step.sources:
            tensor = known[step.sources[node]].value
            return tensor.reshape(node.meta["val"].shape)
        weights = trace.constant(node)
        if weights is None:
            raise KeyError(node.name)
        tensor = weights.detach()
        return tensor.double() if tensor.is_floating_point() else tensor

    arguments = fx.map_arg(step.node.args, number)
    keywords = fx.map_arg(step.node.kwargs, number)
    output: Any = step.node.target(*arguments, **keywords)  # type: ignore[operator]
    return [output] if isinstance(output, torch.Tensor) else [*output]


def _differs(trace: Trace, step: Step, how: str) -> InvalidTargetError:
    return refused(
        trace.module,
        path_of(step.node),
        f"was not read as what it computes: its operation {how}",
        "The import is refused; look for patches of torch, and report it otherwise.",
        operation_of(step.node),
    )


def _require_same_network(module: nn.Module, trace: Trace, graph: TargetCNN) -> None:
    copied = float64_copy(module)
    shape = tuple(trace.image.meta["val"].shape[1:])
    names, inputs = _inputs(graph)
    size = max(1, (1 << 24) // _entries(graph))
    # the first runs alone: other calls and other images must not matter to it
    starts = [0, *range(1, len(inputs), size)]
    for start, stop in pairwise([*starts, len(inputs)]):
        part = inputs[start:stop]
        found = run_copy(copied, module, part.reshape(len(part), *shape))
        _require_close(module, graph, names[start:stop], part, found)


def _require_close(
    module: nn.Module,
    graph: TargetCNN,
    names: list[str],
    inputs: Float64Array,
    found: Float64Array,
) -> None:
    known = {graph.input.name: given(torch.from_numpy(inputs))}
    values = evaluated(graph.nodes, known)
    last = values[graph.output.name]
    shape = (len(inputs), *held(found.shape[1:]))
    if shape != tuple(last.value.shape):
        raise InvalidTargetError(
            f"{named('', module)} answers tensors of shape {found.shape}, but its "
            f"graph {tuple(last.value.shape)}. It does not compute what was recorded."
        )
    largest = max(float(value.value.abs().max()) for value in values.values())
    if not math.isfinite(largest) or not np.isfinite(found).all():
        raise InvalidTargetError(
            f"{named('', module)} overflows in float64, so that it cannot be compared "
            "with its graph. Rescale its layers, or give a smaller box."
        )
    gap = np.abs(found.reshape(shape) - last.value.numpy())
    allowed = np.minimum(2 * last.error.numpy(), _PART * largest)
    wrong = ~(gap <= allowed)
    if wrong.any():
        worst = np.unravel_index(np.where(wrong, gap, -1).argmax(), gap.shape)
        entry = tuple(int(i) for i in worst[1:])
        raise InvalidTargetError(
            f"{named('', module)} does not compute what was recorded of it: on the "
            f"input '{names[int(worst[0])]}' its output at {entry} is "
            f"{found.reshape(shape)[worst]:.17g}, that of its graph "
            f"{float(last.value[worst]):.17g}; rounding explains at most "
            f"{allowed[worst]:.3g}. Each operation agrees with its nodes: look for "
            "hooks, patches, state that changes, and images that see each other."
        )


def _entries(graph: TargetCNN) -> int:
    return sum(math.prod(graph.shape(node.name)) for node in graph.nodes)


def _inputs(graph: TargetCNN) -> tuple[list[str], Float64Array]:
    """Inputs of the box with their names; of large networks, the first three."""
    cost = 1 + sum(
        math.prod(graph.shape(node.name)) * node.weight[0].size
        for node in graph.nodes
        if isinstance(node, (Convolution, Dense))
    )
    pairs = list(_unit_inputs(graph.input.shape, np.random.default_rng(_SEED)))
    count = max(_LEAST_INPUTS, min(len(pairs), _MULTIPLICATIONS // (3 * cost)))
    names = [name for name, _ in pairs[:count]]
    return names, np.stack([_scaled(part, graph.input) for _, part in pairs[:count]])


def _scaled(part: Float64Array, image: Input) -> Float64Array:
    """From [0, 1] to the box."""
    low, high = (
        np.array([float(x) for x in side]).reshape(-1, *[1] * (part.ndim - 1))
        for side in (image.low, image.high)
    )
    return np.asarray(low + part * (high - low))


def _unit_inputs(
    shape: tuple[int, ...], rng: np.random.Generator
) -> Iterator[tuple[str, Float64Array]]:
    ramp = np.linspace(0, 1, shape[-1])
    yield "random 1", rng.uniform(0, 1, shape)
    yield "random corner 1", rng.integers(0, 2, shape).astype(np.float64)
    yield "ramp", np.broadcast_to(ramp, shape)
    yield "lowest corner", np.zeros(shape)
    yield "highest corner", np.ones(shape)
    yield "random 2", rng.uniform(0, 1, shape)
    yield "random corner 2", rng.integers(0, 2, shape).astype(np.float64)
    yield "chequered", (np.indices(shape).sum(0) % 2).astype(np.float64)
    if len(shape) == 3:
        yield "vertical ramp", np.broadcast_to(_column(shape[1]), shape)
    for name, index in (("first", 0), ("last", -1)):
        image = np.zeros(shape)
        image[(..., index) if len(shape) == 1 else (slice(None), index, index)] = 1
        yield f"the {name} entry alone", image
    for channel in range(min(4, shape[0])):
        image = np.zeros(shape)
        image[channel] = rng.uniform(0, 1, shape[1:])
        yield f"channel {channel} alone", image


def _column(height: int) -> Float64Array:
    return np.linspace(0, 1, height)[:, np.newaxis]
