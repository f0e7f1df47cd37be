"""Between torch modules and kernels as arrays."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from slth_verify.errors import InvalidTargetError
from slth_verify.network._target import TargetCNN


def kernels_of(module: nn.Module) -> tuple[NDArray[np.float32], ...]:
    """Kernels of alternating convolutions and ReLUs; see `TargetCNN.from_torch`."""
    parts = list(module) if isinstance(module, nn.Sequential) else [module]
    if not parts or len(parts) % 2:
        raise InvalidTargetError(
            f"module has {len(parts)} parts, but convolution and ReLU must take turns "
            "and a ReLU ends the target (thm:structured-slth). Append nn.ReLU()."
        )
    kernels = []
    for position, part in enumerate(parts):
        if position % 2:
            if not isinstance(part, nn.ReLU):
                raise InvalidTargetError(_not_covered(position, part, "nn.ReLU()"))
            continue
        kernels.append(_kernel(position, part))
    return tuple(kernels)


def target_module(target: TargetCNN) -> nn.Sequential:
    """Convolution and ReLU in turns, float32."""
    parts: list[nn.Module] = []
    for kernel in target.kernels:
        parts += [convolution(kernel), nn.ReLU()]
    return nn.Sequential(*parts)


def convolution(kernel: NDArray[np.float32]) -> nn.Conv2d:
    """Size-keeping convolution without bias, weights copied bit for bit.

    Args:
        kernel: Shape ``(c_out, c_in, d, d)``.
    """
    c_out, c_in, size, _ = kernel.shape
    layer = nn.Conv2d(c_in, c_out, size, padding="same", bias=False, device="meta")
    layer.weight = nn.Parameter(torch.from_numpy(np.array(kernel)))
    return layer


def _kernel(position: int, part: nn.Module) -> NDArray[np.float32]:
    if not isinstance(part, nn.Conv2d):
        raise InvalidTargetError(_not_covered(position, part, "nn.Conv2d"))
    size = part.kernel_size
    keeps = part.padding == "same" or (
        size[0] % 2 == 1 and part.padding == (size[0] // 2, size[1] // 2)
    )
    covered = (
        keeps
        and size[0] == size[1]
        and part.stride == (1, 1)
        and part.dilation == (1, 1)
        and part.groups == 1
        and part.bias is None
        and part.padding_mode == "zeros"
    )
    if not covered:
        form = "Conv2d(..., stride=1, padding='same', bias=False, padding_mode='zeros')"
        raise InvalidTargetError(_not_covered(position, part, form))
    return part.weight.detach().cpu().numpy().copy()


def _not_covered(position: int, part: nn.Module, form: str) -> str:
    return (
        f"module {position} is {part}, which thm:structured-slth does not cover; the "
        f"nearest covered form there is {form}."
    )
