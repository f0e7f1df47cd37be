"""Differences of target and pruned network that a float64 forward pass can see."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import Stage, stages_of
from slth_verify.ticket import Ticket
from slth_verify.ticket.graphs.sums import KeptFilters
from slth_verify.ticket.graphs.weights import drawn_filters

_UNIT_ROUNDOFF = 2.0**-53
_GRADIENT_STEPS = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest difference seen.

    Attributes:
        error: Largest ``|f - g|`` over inputs, pixels and channels, in float64.
        allowance: More than float64 rounding can have added to it.
    """

    error: float
    allowance: float


def largest_difference(target: TargetCNN, ticket: Ticket, images: Float64Array) -> Seen:
    """Run both networks in float64 and climb from the given inputs.

    The pruned network is made from the ticket's seed and indices alone. After the
    inputs themselves, a few steps follow the sign of the gradient of the difference;
    every point stays in [-1, 1].

    Args:
        target: The target f, of the paper's class.
        ticket: Made for it.
        images: Starting points, shape ``(batch, c_0, height, width)``.

    Rigor:
        Heuristic lower bound on the true error; the allowance is the standard bound
        ``n u / (1 - n u)`` on sums of n products, run through the networks of moduli.
    """
    import torch

    from slth_verify.network import pruned_module

    f = target.to_torch(dtype="float64")
    g = pruned_module(target, ticket, dtype="float64")
    x = torch.from_numpy(np.array(images, dtype=np.float64))
    error = 0.0
    for step in range(_GRADIENT_STEPS + 1):
        x.requires_grad_()
        gaps = (f(x) - g(x)).abs().flatten(1).amax(dim=1)
        error = max(error, float(gaps.detach().max()))
        if step < _GRADIENT_STEPS:
            (slope,) = torch.autograd.grad(gaps.sum(), x)
            x = torch.where(slope != 0, slope.sign(), x.detach())
    allowance = _allowance(target, ticket)
    return Seen(error, allowance + error * 4 * _UNIT_ROUNDOFF)


def _allowance(target: TargetCNN, ticket: Ticket) -> float:
    """Bound on the rounding errors of one pass of both, over inputs in [-1, 1]."""
    total = 0.0
    for pruned in (False, True):
        terms, x = 0, np.ones((1, *target.input.shape))
        for stage, part in zip(stages_of(target), ticket.stages, strict=True):
            moduli = np.abs(stage.layer.weight.astype(np.float64))
            terms += moduli[0].size + 1
            if pruned:
                kept = drawn_filters(ticket.seed, stage, part.width, part.filters)
                moduli = 2.0**part.exponent * _moduli(stage, kept)
                terms += len(kept.owner) * moduli[0, 0].size + stage.channels
            x = stage.applied(moduli, x)
        total += 4 * terms * _UNIT_ROUNDOFF * float(x.max())
    return total


def _moduli(stage: Stage, kept: KeptFilters) -> Float64Array:
    """Sums of ``|u V|`` over the filters of each channel, in the kernel's shape."""
    products = np.abs(kept.scalars.astype(np.float64))[:, None, None, None] * np.abs(
        kept.kernels.astype(np.float64)
    )
    sums = np.zeros((stage.channels, *products.shape[1:]))
    np.add.at(sums, kept.owner, products)
    return sums.transpose(3, 0, 1, 2)


@contextmanager
def even_kernels_allowed() -> Iterator[None]:
    """Silence torch's remark that even kernels are padded by a copy of the input."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Using padding='same' with even kernel"
        )
        yield
