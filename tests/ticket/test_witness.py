"""Witnesses replay: torch, fed with one, sees the difference that was claimed."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

import slth_verify as sv
from slth_verify.network import RandomCNN, pruned_module
from slth_verify.ticket import Ticket, TicketLayer
from slth_verify.verdict import Verdict

CASES = [((1, 3, 2), (3, 3), 8), ((2, 2, 2, 1), (3, 1, 3), 9), ((1, 2), (3,), 2)]


def _random_ticket(
    channels: tuple[int, ...], sizes: tuple[int, ...], side: int, seed: int
) -> tuple[sv.TargetCNN, Ticket]:
    """A target and a ticket of arbitrary filters: far from each other."""
    rng = np.random.default_rng(seed)
    kernels = tuple(
        rng.standard_normal((c_out, c_in, d, d)).astype(np.float32)
        for c_in, c_out, d in zip(channels[:-1], channels[1:], sizes, strict=True)
    )
    target = sv.TargetCNN(kernels, (channels[0], side, side))
    network = RandomCNN(seed, (6,) * len(sizes))
    layers = []
    for layer, c_in in enumerate(channels[:-1], start=1):
        filters = np.arange(0, 12 * c_in, 2, dtype=np.int64)
        scalars = np.concatenate(
            [network.scalars(layer, k, filters[6 * k : 6 * k + 6]) for k in range(c_in)]
        )
        shape = target.architecture.kernel_shape(layer)
        layers.append(
            TicketLayer(filters, scalars, network.kernels(layer, filters, shape))
        )
    honest = Ticket(
        {"sha256": target.sha256}, "philox4x64-10/normal-quantile/1", seed,
        network.widths, target.scale_exponents, Fraction(1, 1000), "1e9",
        tuple(layers),
    )  # fmt: skip
    return target, honest


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("channels", "sizes", "side"), CASES)
def test_witness_replays_in_torch(
    channels: tuple[int, ...], sizes: tuple[int, ...], side: int, seed: int
) -> None:
    target, ticket = _random_ticket(channels, sizes, side, seed)
    result = sv.check(ticket, target)
    assert result.verdict is Verdict.REFUTED
    witness = result.witness
    assert witness is not None
    assert result.error_upper_bound is not None
    assert Fraction(1, 1000) < witness.difference <= result.error_upper_bound
    image = np.zeros((1, channels[0], side, side))
    height, width = witness.shape
    pixels = np.reshape(witness.pixels, (channels[0], height, width))
    image[0, :, :height, :width] = pixels
    g = pruned_module(
        RandomCNN(ticket.seed, ticket.widths),
        target.architecture,
        [layer.filters for layer in ticket.layers],
    )
    with torch.no_grad():
        x = torch.from_numpy(image)
        gap = target.to_torch().double()(x) - g.double()(x) * float(target.output_scale)
    seen = abs(float(gap[0, witness.channel, witness.pixel[0], witness.pixel[1]]))
    assert seen == pytest.approx(float(witness.difference), rel=1e-9)


def test_no_witness_above_the_certified_bound() -> None:
    """The search may not refute what the bound proves."""
    target, ticket = _random_ticket((1, 2, 2), (3, 3), 6, 1)
    bound = sv.check(ticket, target).error_upper_bound
    assert bound is not None
    result = sv.check(replace(ticket, eps=bound), target)
    claims = [item for item in result.ledger if item.claim.startswith("sup over")]
    assert [item.verdict for item in claims] == [Verdict.VERIFIED]
    assert result.witness is None
    # filters at random are no better than none, and the checker says so
    assert result.verdict is Verdict.VACUOUS
