"""The whole random network, masked: is it the pruned one?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from slth_verify.arrays import IndexArray
from slth_verify.network import dense_module, mask_in_place
from slth_verify.report.collect.passes.forward import Forward
from slth_verify.report.collect.passes.networks import Networks, largest
from slth_verify.report.collect.passes.rounding import pruned_steps, rounding_bound
from slth_verify.report.model.observations import Observation, observe
from slth_verify.verdict import Finding, Verdict


def dense_check(
    networks: Networks, images: NDArray[np.float64]
) -> tuple[Finding, Observation]:
    """Realise the random network densely, mask it, and compare.

    Args:
        networks: Those of a ticket with small widths.
        images: Inputs.

    Returns:
        An exact finding about weights, and the difference of float64 outputs, which
        must not exceed the rounding of both.

    Rigor:
        The finding is exact: a removed filter has a first-layer row of zeros, so ReLU
        gives 0 and its second-layer weights never matter.
    """
    network, shape = networks.random, networks.target.architecture
    masked = dense_module(network, shape)
    mask_in_place(masked, network, shape, networks.kept)
    finding = _same_weights(masked, networks.pruned, networks.kept)
    extra = max(
        network.block(layer)
        * shape.channels[layer - 1]
        * shape.kernel_sizes[layer - 1] ** 2
        for layer in range(1, shape.depth + 1)
    )
    rounding = networks.pruned_rounding + networks.scale * rounding_bound(
        pruned_steps(networks.pairs, extra)
    )
    difference = Forward(masked)(images) - Forward(networks.pruned)(images)
    gap = networks.scale * largest(difference)
    observation = observe(
        "dense masked and pruned network",
        "images of all these kinds",
        len(images),
        gap,
        rounding,
        Fraction(0),
        "target output",
    )
    return finding, observation


def _same_weights(
    masked: nn.Sequential, pruned: nn.Sequential, kept: Sequence[IndexArray]
) -> Finding:
    claim = (
        "the dense random network, masked, has exactly the pruned network's weights, "
        "and zeros in every removed filter"
    )
    total = 0
    for number, filters in enumerate(kept, start=1):
        position = 4 * (number - 1)
        rows = torch.from_numpy(np.array(filters))
        first, second = _weight(masked, position), _weight(masked, position + 2)
        removed = torch.ones(len(first), dtype=torch.bool)
        removed[rows] = False
        same = (
            torch.equal(first[rows], _weight(pruned, position))
            and torch.equal(second[:, rows], _weight(pruned, position + 2))
            and not first[removed].any()
        )
        if not same:
            return Finding(claim, Verdict.REFUTED, f"target layer {number} differs")
        total += first.numel() + second.numel()
    return Finding(claim, Verdict.VERIFIED, f"{total} dense weights compared bitwise")


def _weight(module: nn.Sequential, position: int) -> torch.Tensor:
    part = module[position]
    if not isinstance(part, nn.Conv2d):
        raise TypeError(f"module[{position}] is {part}, no convolution")
    return part.weight.detach()
