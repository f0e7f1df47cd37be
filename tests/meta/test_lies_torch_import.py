"""Planted lies for ``check_torch_import``."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import settings
from torch import nn
from torch.nn.utils import prune

from slth_verify.conformance import ConformanceFailure, Importer, check_torch_import
from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetCNN

Shape = tuple[int, int, int]
PLAIN = (nn.Sequential, nn.Conv2d, nn.ReLU)


def weight_in_use(conv: nn.Conv2d) -> torch.Tensor:
    return conv.weight


def no_objection(module: nn.Module) -> bool:
    return True


def options_fit(conv: nn.Conv2d) -> bool:
    size = conv.weight.shape[2:]
    keeps = conv.padding == "same" or (
        size[0] % 2 == 1 and conv.padding == (size[0] // 2, size[1] // 2)
    )
    return (
        keeps
        and conv.stride == conv.dilation == (1, 1)
        and conv.groups == 1
        and conv.bias is None
        and conv.padding_mode == "zeros"
    )


def exact_types(module: nn.Module) -> bool:
    return all(type(part) in PLAIN for part in module.modules())


def no_hooks(module: nn.Module) -> bool:
    return not any(p._forward_hooks or p._forward_pre_hooks for p in module.modules())


def none_replaced(module: nn.Module) -> bool:
    return not any(
        {"forward", "_conv_forward", "weight"} & set(vars(part))
        for part in module.modules()
    )


def single(conv: nn.Conv2d) -> bool:
    return conv.weight.dtype == torch.float32


def reader(
    *conditions: Callable[[nn.Module], bool],
    fits: tuple[Callable[[nn.Conv2d], bool], ...] = (options_fit, single),
    weight: Callable[[nn.Conv2d], torch.Tensor] = weight_in_use,
    flip: bool = False,
    closed: bool = True,
) -> Importer:
    """An importer that checks only what it is told, and runs nothing."""

    def read(module: nn.Module, shape: Shape) -> TargetCNN:
        parts: list[nn.Module] = []

        def walk(part: nn.Module) -> None:
            if isinstance(part, nn.Sequential):
                for child in part:
                    walk(child)
            else:
                parts.append(part)

        walk(module)
        kinds = [nn.ReLU if i % 2 else nn.Conv2d for i in range(len(parts))]
        turns = len(parts) % 2 == 0 or not closed
        known = all(map(isinstance, parts, kinds)) and turns and bool(parts)
        if not known or not all(condition(module) for condition in conditions):
            raise InvalidTargetError("not covered")
        kernels = []
        for conv in parts[::2]:
            if not all(fit(conv) for fit in fits):  # type: ignore[arg-type]
                raise InvalidTargetError("not covered")
            values = weight(conv).detach().resolve_neg().float().numpy()  # type: ignore[arg-type]
            kernels.append(values[..., ::-1].copy() if flip else values)
        return TargetCNN.from_kernels(tuple(kernels), shape)

    return read


def stored_parameter(conv: nn.Conv2d) -> torch.Tensor:
    """The tensor a checkpoint holds, not the one in use."""
    stored = conv._parameters.get("weight")
    found = stored if stored is not None else conv._parameters.get("weight_orig")
    if found is None:
        raise InvalidTargetError("no weight")
    return found


def magnitude(conv: nn.Conv2d) -> torch.Tensor:
    return conv.weight.half().float()


def from_state_dict(module: nn.Module, shape: Shape) -> TargetCNN:
    """Believes that a network is its checkpoint, with a ReLU after every kernel."""
    kernels = tuple(
        tensor.float().numpy()
        for tensor in module.state_dict().values()
        if tensor.ndim == 4
    )
    return TargetCNN.from_kernels(kernels, shape)


SAFE = (exact_types, no_hooks, none_replaced)
honest = reader(*SAFE)  # without recording, so that lies about it are cheap


def finishes_pruning(module: nn.Module, shape: Shape) -> TargetCNN:
    for part in module.modules():
        if prune.is_pruned(part) and "weight_orig" in part._parameters:
            prune.remove(part, "weight")
    return honest(module, shape)


def leaves_evaluation_mode(module: nn.Module, shape: Shape) -> TargetCNN:
    return honest(module.eval(), shape)


def draws_random_numbers(module: nn.Module, shape: Shape) -> TargetCNN:
    torch.rand(1)
    return honest(module, shape)


def leaves_gradients_off(module: nn.Module, shape: Shape) -> TargetCNN:
    torch.set_grad_enabled(False)
    return honest(module, shape)


def refuses_nested(module: nn.Module, shape: Shape) -> TargetCNN:
    if any(isinstance(part, nn.Sequential) for part in module.children()):
        raise InvalidTargetError("nested")
    return honest(module, shape)


def refuses_everything(module: nn.Module, shape: Shape) -> TargetCNN:
    raise InvalidTargetError("no")


LIES: dict[str, Importer] = {
    "believes isinstance": reader(no_hooks, none_replaced),
    "skips hooks": reader(exact_types, none_replaced),
    "overlooks replaced methods": reader(exact_types, no_hooks),
    "reads the stale weight": reader(exact_types, none_replaced, weight=weight_in_use),
    "reads the stored parameter": reader(
        exact_types, no_hooks, weight=stored_parameter
    ),
    "flips kernels": reader(*SAFE, flip=True),
    "rounds weights": reader(*SAFE, weight=magnitude),
    "ignores options": reader(*SAFE, fits=(single,)),
    "ignores dtypes": reader(*SAFE, fits=(options_fit,)),
    "adds a ReLU at the end": reader(*SAFE, closed=False),
    "believes the checkpoint": from_state_dict,
    "finishes pruning": finishes_pruning,
    "leaves evaluation mode": leaves_evaluation_mode,
    "draws random numbers": draws_random_numbers,
    "leaves gradients off": leaves_gradients_off,
    "refuses nested sequences": refuses_nested,
    "refuses everything": refuses_everything,
}


@pytest.mark.parametrize("name", LIES)
def test_lie_is_caught(name: str, hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match="thm:structured-slth"):
        check_torch_import(LIES[name], settings=hunt)


def test_the_careful_reader_is_none(hunt: settings) -> None:
    """What the lies leave out is what makes them lies."""
    check_torch_import(reader(*SAFE), settings=hunt)
