"""The whole random network, masked: is it the pruned one?"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils import prune

from slth_verify.arrays import Float64Array
from slth_verify.network import dense_module, pruned_module, pruning_masks
from slth_verify.network.pruned_graphs.pairs import RandomPair
from slth_verify.report.collect.passes.networks import Networks
from slth_verify.report.collect.passes.observations import equal_but_for_rounding
from slth_verify.report.collect.passes.rounding import Rounded, rounded_outputs
from slth_verify.report.model.observations import Observation
from slth_verify.verdict import Finding, Verdict


def dense_check(
    networks: Networks, images: Float64Array, pruned: nn.Module | None = None
) -> tuple[Finding, Observation]:
    """Realise the random network densely, mask it, and compare.

    Args:
        networks: Those of a ticket with small widths, for a target without biases.
        images: Inputs.
        pruned: The network with the kept filters alone; made of the ticket if None.

    Returns:
        An exact finding about weights, and the difference of float64 outputs, which
        must not exceed the rounding of both.

    Rigor:
        The finding is exact: a removed filter has a first-layer row of zeros, so ReLU
        gives 0 and its second-layer weights never matter.
    """
    target, ticket = networks.target, networks.ticket
    widths = [part.width for part in ticket.stages]
    masked = dense_module(
        target, ticket.seed, widths, exponents=networks.exponents, dtype="float64"
    )
    for path, mask in pruning_masks(target, ticket).items():
        part = masked.get_submodule(path)
        prune.custom_from_mask(part, "weight", mask)  # type: ignore[no-untyped-call]
    if pruned is None:
        pruned = pruned_module(target, ticket, dtype="float64")
    finding = _same_weights(networks, _pairs(masked), _pairs(pruned))
    # sums of more terms, all but those of the pruned network 0
    longer = max(
        2 * width * stage.channels / max(1, len(kept.owner))
        for width, stage, kept in zip(
            widths, networks.stages, networks.kept, strict=True
        )
    )
    bounds = rounded_outputs(networks.small(merge=False), images)
    with torch.no_grad():
        found = [
            module(torch.from_numpy(images)).numpy() for module in (masked, pruned)
        ]
    one, other = (Rounded(values, 2 * longer * bounds.errors) for values in found)
    subject = "dense masked and pruned network"
    return finding, equal_but_for_rounding(subject, len(images), one, other)


def _pairs(module: nn.Module) -> list[RandomPair]:
    return [part for part in module.modules() if isinstance(part, RandomPair)]


def _same_weights(
    networks: Networks, masked: list[RandomPair], pruned: list[RandomPair]
) -> Finding:
    claim = (
        "the dense random network, masked, has exactly the pruned network's weights, "
        "and zeros in every removed filter"
    )
    total = 0
    for one, other, kept in zip(masked, pruned, networks.kept, strict=True):
        rows = torch.from_numpy(kept.filters.copy())
        first, second = one.first.weight, one.second.weight
        removed = torch.ones(len(first), dtype=torch.bool)
        removed[rows] = False
        same = (
            torch.equal(first[rows], other.first.weight)
            and torch.equal(second[:, rows], other.second.weight)
            and not first[removed].any()
        )
        if not same:
            return Finding(claim, Verdict.REFUTED, "a pair of layers differs")
        total += first.numel() + second.numel()
    return Finding(claim, Verdict.VERIFIED, f"{total} dense weights compared bitwise")
