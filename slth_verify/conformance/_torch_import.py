"""Targets of thm:structured-slth: modules imported as what they compute."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import hypothesis
import numpy as np
from hypothesis import strategies as st

from slth_verify.arrays import Float64Array
from slth_verify.conformance._failure import require
from slth_verify.conformance.oracles.forward import even_kernels_allowed
from slth_verify.conformance.recording.drive import run
from slth_verify.errors import InvalidTargetError
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Convolution,
    Dense,
    Node,
    Rectifier,
    TargetCNN,
    values,
)
from slth_verify.graph.float_values import value_of
from slth_verify.graph.walk import last, walk
from slth_verify.strategies import Architecture, architectures

if TYPE_CHECKING:
    import torch
    from torch import nn

    from slth_verify.conformance.torch_modules.plain import Twist

_require = partial(require, statement="thm:structured-slth")
_IMAGES = 6
_MAX_TWISTS = 2
_EACH = 2  # cases of every twist alone, before any are drawn

#: Reads a target off a module, for images of a shape, or raises `InvalidTargetError`.
Importer = Callable[["nn.Module", tuple[int, int, int]], TargetCNN]


@dataclass(frozen=True, eq=False)
class _Case:
    """A module to import.

    Attributes:
        module: The module.
        input_shape: ``(c_0, height, width)``.
        shown: The module in words.
        plain: Whether an importer must accept it.
    """

    module: nn.Module
    input_shape: tuple[int, int, int]
    shown: str
    plain: bool


def check_torch_import(
    importer: Importer, *, settings: hypothesis.settings | None = None
) -> None:
    """Import drawn modules, and compare what was imported with what they compute.

    Modules are sequences of convolutions and ReLUs, twisted by some thirty changes,
    each alone and then at most two that are drawn: subclasses, hooks, replaced methods,
    parametrised, pruned, stale or shadowed weights, functional forwards, other options,
    layers and dtypes. A module must be refused, or the target must equal it to within
    the rounding of its dtype at every image tried; an unchanged module must not be
    refused. Importing must change neither the module nor torch's random state and
    gradient mode.

    Args:
        importer: The implementation under test.
        settings: Hypothesis settings; None for the loaded profile.

    Raises:
        ConformanceFailure: At the first module that was imported as another network,
            refused without need, or changed.

    Source:
        thm:structured-slth.
    """
    import torch

    from slth_verify.conformance.torch_modules.hidden_twists import HIDDEN
    from slth_verify.conformance.torch_modules.open_twists import OPEN, PLAIN

    counts: Counter[str] = Counter()
    twists = HIDDEN | OPEN

    def body(
        shape: Architecture, sides: tuple[int, int], names: list[str], seed: int
    ) -> None:
        rng = np.random.default_rng(seed)
        module = _twisted(shape, [twists[name] for name in names], rng)
        shown = f"{module} after {names}, seed {seed}"
        case = _Case(module, (shape.channels[0], *sides), shown, set(names) <= PLAIN)
        with torch.enable_grad(), torch.random.fork_rng(devices=[]):
            target = _imported(importer, case)
        counts["refused" if target is None else "imported"] += 1
        if target is not None:
            _compare(case, target, rng)

    for name, seed in product(twists, range(_EACH)):
        body(Architecture((2, 2, 2), (3, 3)), (5, 4), [name], seed)
    run(
        body,
        settings,
        shape=architectures(max_depth=3),
        sides=st.tuples(st.integers(3, 6), st.integers(3, 6)),
        names=st.lists(st.sampled_from(sorted(twists)), max_size=_MAX_TWISTS),
        seed=st.integers(0, (1 << 32) - 1),
    )
    _require(
        counts["imported"] > 0 and counts["refused"] > 0,
        f"modules were not both imported and refused: {dict(counts)}",
    )


def _twisted(
    shape: Architecture, twists: Sequence[Twist], rng: np.random.Generator
) -> nn.Module:
    from torch import nn

    from slth_verify.conformance.torch_modules.plain import NotApplicable, plain_module

    module: nn.Module = plain_module(shape.channels, shape.kernel_sizes, rng)
    for twist in twists:
        if isinstance(module, nn.Sequential):
            with suppress(NotApplicable):
                module = twist(module, rng)
    return module


def _imported(importer: Importer, case: _Case) -> TargetCNN | None:
    """The target, or None if it was refused; nothing else may have changed."""
    before = _state(case.module)
    target = None
    try:
        target = importer(case.module, case.input_shape)
    except InvalidTargetError as error:
        _require(not case.plain, f"{case.shown}: it is covered, but: {error}")
    _require(
        _state(case.module) == before,
        f"{case.shown}: importing changed the module or torch's global state",
    )
    return target


def _state(module: nn.Module) -> list[Any]:
    """Everything that importing must leave as it is."""
    import torch

    state: list[Any] = [
        torch.is_grad_enabled(),
        torch.get_default_dtype(),
        torch.get_rng_state().numpy().tobytes(),
    ]
    for name, part in module.named_modules():
        hooks = [*part._forward_hooks, *part._forward_pre_hooks]
        state.append((name, type(part), part.training, sorted(vars(part)), hooks))
        for key, tensor in [*part._parameters.items(), *part._buffers.items()]:
            if tensor is not None:
                values = tensor.detach().resolve_neg().double().numpy().tobytes()
                gradient = tensor.requires_grad, tensor.grad is None
                state.append((name, key, tensor.dtype, gradient, values))
    return state


def _compare(case: _Case, target: TargetCNN, rng: np.random.Generator) -> None:
    """Run the module itself, in its own dtype, beside the imported weights."""
    import torch

    dtype = next((p.dtype for p in case.module.parameters()), torch.float32)
    images = torch.from_numpy(rng.uniform(-1, 1, (_IMAGES, *case.input_shape)))
    images[0] = 1.0
    images = images.to(dtype)
    try:
        found = _run(case.module, images).double()
    except Exception as error:  # a module that cannot run has nothing to import
        _require(False, f"{case.shown}: imported, but it fails: {error}")
        return
    wanted, allowance = _evaluated(target, images.double().numpy(), dtype)
    _require(
        tuple(found.shape) == wanted.shape,
        f"{case.shown}: output {tuple(found.shape)}, imported {wanted.shape}",
    )
    gap = float(np.abs(found.numpy() - wanted).max())
    _require(
        gap <= allowance,
        f"{case.shown}: module and target differ by {gap}, rounding explains "
        f"{allowance}",
    )


def _run(module: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """One pass in evaluation mode; so few images that no fast algorithm is chosen."""
    import torch

    training = {part: part.training for part in module.modules()}
    module.eval()
    with torch.no_grad(), even_kernels_allowed():
        output = module(images)
    for part, mode in training.items():
        part.training = mode
    return torch.as_tensor(output)


def _evaluated(
    target: TargetCNN, images: Float64Array, dtype: torch.dtype
) -> tuple[Float64Array, float]:
    """Output of the weights in float64, and what rounding in ``dtype`` may add.

    With g the sum of ``n u / (1 - n u)`` over the nodes, u the unit roundoff and n the
    number of products and sums of an entry and their rounding, the relative error of
    the sums of moduli, which `_moduli` walks through, is at most ``exp(g) - 1``.
    """
    import torch

    info = torch.finfo(dtype)
    growth, least = 0.0, 0.0

    def step(node: Node, sources: Sequence[Float64Array]) -> Float64Array:
        nonlocal growth, least
        terms = 2 * _terms(node) + 1
        growth += terms * info.eps / (2 - terms * info.eps)
        weight = getattr(node, "weight", np.ones((1, 1)))
        norm = float(np.abs(weight).reshape(len(weight), -1).sum(axis=1).max())
        least = (least * max(norm, 1.0) + terms * info.tiny) * (1 + terms * info.eps)
        return _moduli(node, sources)

    size = last(walk(target.nodes, np.abs(images), step))
    allowance = math.expm1(growth) * float(size.max()) + least
    # the float64 evaluation rounds as well, by less
    return values(target, images), 2 * allowance


def _terms(node: Node) -> int:
    """Products and sums behind an entry of a node's tensor."""
    if isinstance(node, (Convolution, Dense)):
        return int(node.weight[0].size) + 1
    if isinstance(node, AveragePool):
        return math.prod(node.window) + 1
    return 8 + len(node.sources)


def _moduli(node: Node, sources: Sequence[Float64Array]) -> Float64Array:
    """Sums of moduli: no entry of the node's tensor is larger, nor its terms."""
    if isinstance(node, (Convolution, Dense)):
        bias = None if node.bias is None else np.abs(node.bias)
        node = replace(node, weight=np.abs(node.weight), bias=bias)
    elif isinstance(node, BatchNorm):
        node = replace(
            node,
            scale=np.abs(node.scale),
            mean=-np.abs(node.mean),
            shift=np.abs(node.shift),
        )
    elif isinstance(node, (Rectifier, Clip)):
        return sources[0]
    return value_of(node, sources)
