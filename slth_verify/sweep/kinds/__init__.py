"""The kinds of runs; what each does is imported where it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from slth_verify.limits import (
    DIMENSION,
    KERNEL_SIDE,
    LAYERS,
    PROPOSED_ENTRIES,
    SEEDS,
    WEIGHTS,
    WIDTH,
)
from slth_verify.sweep.fields import (
    Field,
    Value,
    accuracy,
    choice,
    integer,
    integers,
    positive,
    probability,
    text,
)

Inputs = Mapping[str, Value]

#: Samples of which every subset is looked at.
_ALL_SUBSETS = 20
_IMAGE_SIDE = 1 << 10
_SOLVERS = (
    *("auto", "exhaustive", "meet-in-the-middle", "one-dim", "ladder", "milp"),
    *("highs", "cp-sat", "scip"),
)
#: Distributions whose version is part of a run's key, by solver.
LIBRARIES = {"highs": "highspy", "cp-sat": "ortools", "scip": "pyscipopt"}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a run of this kind reads, and how long it roughly takes.

    Attributes:
        fields: Its inputs, by name.
        complaint: What is wrong with inputs that are right one by one; empty if
            nothing is.
        seconds: A rough guess of its time on one core, for the estimate before a
            sweep has finished any run.
    """

    fields: Mapping[str, Field]
    complaint: Callable[[Inputs], str]
    seconds: Callable[[Inputs], float]


def _number(inputs: Inputs, name: str) -> int:
    return int(inputs[name])


def _listed(inputs: Inputs, name: str) -> list[int]:
    found = str(inputs[name])
    return [int(part) for part in found.split(",")] if found else []


def shape_of(inputs: Inputs) -> tuple[list[int], list[int]]:
    """Kernel sizes of all layers, and channels before the first and after each.

    A single number serves all layers; ``depth`` says how many, or the longer list does.
    """
    kernel, channels = _listed(inputs, "kernel"), _listed(inputs, "channels")
    depth = _number(inputs, "depth") or max(len(kernel), len(channels) - 1)
    if len(kernel) == 1:
        kernel = kernel * depth
    if len(channels) == 1:
        channels = channels * (depth + 1)
    return kernel, channels


def _shape_complaint(inputs: Inputs) -> str:
    kernel, channels = shape_of(inputs)
    depth = _number(inputs, "depth") or len(kernel)
    if not len(kernel) == depth == len(channels) - 1:
        return (
            f"kernel={inputs['kernel']}, channels={inputs['channels']}, "
            f"depth={depth}: a target of l layers has l kernel sizes and l + 1 numbers "
            "of channels, or one number for all"
        )
    layers = zip(kernel, channels[:-1], channels[1:], strict=True)
    weights = sum(side * side * before * after for side, before, after in layers)
    if weights > WEIGHTS:
        return f"channels={inputs['channels']}: more than {WEIGHTS} weights"
    return ""


def _prune_complaint(inputs: Inputs) -> str:
    drawn = bool(inputs["kernel"]) and bool(inputs["channels"])
    if bool(inputs["target"]) == drawn or bool(inputs["kernel"]) != drawn:
        return "either target is needed, or kernel and channels of a generated target"
    return _shape_complaint(inputs) if drawn else ""


def _entries_complaint(inputs: Inputs) -> str:
    entries = _number(inputs, "dimension") * _number(inputs, "samples")
    if entries <= PROPOSED_ENTRIES:
        return ""
    return (
        f"dimension={inputs['dimension']}, samples={inputs['samples']}: a pool has at "
        f"most {PROPOSED_ENTRIES} entries"
    )


def _nothing(inputs: Inputs) -> str:
    return ""


_DIMENSION, _SEED = integer(1, DIMENSION), integer(0, SEEDS - 1)
_SHAPE = {
    "kernel": integers(1, KERNEL_SIDE),
    "channels": integers(1, WEIGHTS),
    "depth": integer(1, LAYERS, default=0),
}
_SIDE = choice("certified", "necessary", default="certified")

KINDS: Mapping[str, Kind] = {
    "prune": Kind(
        {
            "target": text(""),
            "kernel": integers(1, KERNEL_SIDE, ""),
            "channels": integers(1, WEIGHTS, ""),
            "depth": integer(1, LAYERS, default=0),
            "image": integer(1, _IMAGE_SIDE, default=8),
            "target_seed": integer(0, SEEDS - 1, default=0),
            "widths": integers(1, WIDTH, ""),
            "eps": accuracy(),
            "seed": _SEED,
        },
        _prune_complaint,
        lambda inputs: 5.0,
    ),
    "search": Kind(
        {
            "dimension": _DIMENSION,
            "samples": integer(1, PROPOSED_ENTRIES),
            "eps": positive(),
            "seed": _SEED,
            "solver": choice(*_SOLVERS, default="auto"),
        },
        _entries_complaint,
        lambda inputs: 0.01 * _number(inputs, "dimension"),
    ),
    "success": Kind(
        {
            "dimension": _DIMENSION,
            "samples": integer(1, _ALL_SUBSETS),
            "eps": positive(),
            "norm": positive("1"),
            "trials": integer(1, 10**6, default=1),
            "seed": _SEED,
        },
        _nothing,
        lambda inputs: (
            _number(inputs, "trials") * (5e-4 + 1e-8 * 2 ** _number(inputs, "samples"))
        ),
    ),
    "success-bound": Kind(
        {
            "dimension": _DIMENSION,
            "samples": integer(1, 10**9),
            "eps": positive(),
            "norm": positive("1"),
        },
        _nothing,
        lambda inputs: 3.0,
    ),
    "width": Kind(
        {
            "dimension": _DIMENSION,
            "eps": positive(),
            "probability": probability("1/2"),
            "norm": positive("1"),
            "side": _SIDE,
        },
        _nothing,
        lambda inputs: 1.5,
    ),
    "bound": Kind(
        {**_SHAPE, "eps": positive(), "probability": probability(), "side": _SIDE},
        _shape_complaint,
        lambda inputs: 1.5 * len(shape_of(inputs)[0]),
    ),
}
