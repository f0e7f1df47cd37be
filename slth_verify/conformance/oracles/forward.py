"""Differences of target and pruned network that a float64 forward pass can see."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import Float64Array
from slth_verify.network import RandomCNN, TargetCNN, pruned_module

if TYPE_CHECKING:
    from torch import nn


_UNIT_ROUNDOFF = 2.0**-53
_GRADIENT_STEPS = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest difference seen.

    Attributes:
        error: Largest ``|f - S g|`` over inputs, pixels and channels, in float64.
        allowance: More than float64 rounding can have added to it.
    """

    error: float
    allowance: float


def largest_difference(
    target: TargetCNN,
    network: RandomCNN,
    kept: Sequence[NDArray[np.int64]],
    images: Float64Array,
) -> Seen:
    """Run both networks in float64 and climb from the given inputs.

    The pruned network is made from the seed and the kept indices alone. After the
    inputs themselves, a few steps follow the sign of the gradient of the difference;
    every point stays in [-1, 1].

    Args:
        target: The target f.
        network: The random network.
        kept: Kept filters, layer by layer.
        images: Starting points, shape ``(batch, c_0, height, width)``.

    Rigor:
        Heuristic lower bound on the true error; the allowance is the standard bound
        ``n u / (1 - n u)`` on sums of n products, run through the networks of moduli.
    """
    import torch

    f = target.to_torch().double()
    g = pruned_module(network, target.architecture, kept).double()
    scale = float(target.output_scale)
    x = torch.from_numpy(np.array(images, dtype=np.float64))
    error = 0.0
    with even_kernels_allowed():
        for step in range(_GRADIENT_STEPS + 1):
            x.requires_grad_()
            gaps = (f(x) - scale * g(x)).abs().flatten(1).amax(dim=1)
            error = max(error, float(gaps.detach().max()))
            if step < _GRADIENT_STEPS:
                (slope,) = torch.autograd.grad(gaps.sum(), x)
                x = torch.where(slope != 0, slope.sign(), x.detach())
        allowance = _allowance(f, images) + scale * _allowance(g, images)
    return Seen(error, allowance + error * 4 * _UNIT_ROUNDOFF)


def _allowance(module: nn.Sequential, images: Float64Array) -> float:
    """Bound on the rounding error of one forward pass over inputs in [-1, 1]."""
    import torch
    from torch import nn

    terms, x = 0, torch.ones((1, *images.shape[1:]), dtype=torch.float64)
    for part in module:
        if isinstance(part, nn.Conv2d):
            terms += part.weight[0].numel() + 1
            moduli = part.weight.detach().abs()
            x = torch.nn.functional.conv2d(x, moduli, padding="same")
    return 4 * terms * _UNIT_ROUNDOFF * float(x.max())


@contextmanager
def even_kernels_allowed() -> Iterator[None]:
    """Silence torch's remark that even kernels are padded by a copy of the input."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Using padding='same' with even kernel"
        )
        yield
