"""Collapse: the pruned network merged down to a dense one, and what that saves."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.network import collapsed_size, random_network_size
from slth_verify.report.collect.passes.networks import Networks
from slth_verify.report.collect.passes.rounding import Pair
from slth_verify.report.model.parts import SizeRow
from slth_verify.report.model.quantity import exact
from slth_verify.ticket import exact_sum
from slth_verify.verdict import Finding, Verdict


def size_rows(networks: Networks) -> tuple[SizeRow, ...]:
    """Sizes of the random, the pruned, the merged and the target network.

    Args:
        networks: Those of a ticket.

    Rigor:
        Exact counts. A multiply-add is one weight at one pixel.
    """
    target, random = networks.target, networks.random
    height, width = target.input_shape[1:]
    pixels = height * width
    whole = random_network_size(random, target.architecture, (height, width))
    pruned = collapsed_size(target.architecture, networks.kept, (height, width))
    merged = networks.negative_first.size + sum(k.size for k in networks.positive)
    plain = sum(kernel.size for kernel in target.kernels)
    filters = sum(
        random.block(layer) * target.architecture.channels[layer - 1]
        for layer in range(1, target.depth + 1)
    )
    kept = sum(len(part) for part in networks.kept)
    return (
        _row("random network", whole.parameters, whole.multiply_adds, filters),
        _row("pruned network", pruned.parameters, pruned.multiply_adds, kept),
        _row("merged network", merged, merged * pixels, None),
        _row("target", plain, plain * pixels, None),
    )


def merging_is_exact(
    pairs: Sequence[Pair],
    positive: Sequence[Float64Array],
    negative_first: Float64Array,
) -> Finding:
    """Whether merged weights are the correctly rounded sums of the pruned ones.

    Args:
        pairs: The pruned network's layers.
        positive: Merged kernels of the positive filters.
        negative_first: Those of the negative filters of layer 1.

    Rigor:
        Exact: each merged weight is compared with the rational sum of its products.
    """
    claim = (
        "the merged network has the pruned one's exact sums of weights, each rounded "
        "once to float64"
    )
    checked = 0
    for number, (pair, kernel) in enumerate(zip(pairs, positive, strict=True), start=1):
        signs = ((1, kernel), (-1, negative_first)) if number == 1 else ((1, kernel),)
        for sign, merged in signs:
            wrong = _first_wrong(pair, merged, sign)
            if wrong is not None:
                reason = f"layer {number}, sign {sign:+d}, entry {wrong}"
                return Finding(claim, Verdict.REFUTED, reason)
            checked += merged.size
    return Finding(claim, Verdict.VERIFIED, f"{checked} weights, exact comparison")


def _first_wrong(pair: Pair, merged: Float64Array, sign: int) -> tuple[int, ...] | None:
    moduli = np.abs(pair.scalars.astype(np.float64))
    chosen = np.sign(pair.scalars) == sign
    for channel in range(pair.channels):
        rows = chosen & (pair.owner == channel)
        kernels = pair.kernels[rows].astype(np.float64)
        products = kernels * moduli[rows][:, None, None, None]
        for row, column, out in product(*map(range, pair.kernels.shape[1:])):
            total = exact_sum(products[:, row, column, out].tolist())
            value = float(merged[row, column, channel, out])
            if not _is_nearest(value, total):
                return row, column, channel, out
    return None


def _is_nearest(value: float, number: Fraction) -> bool:
    """Whether no float64 lies nearer to ``number`` than ``value`` does."""
    own = abs(Fraction(value) - number)
    neighbours = (np.nextafter(value, np.inf), np.nextafter(value, -np.inf))
    return all(own <= abs(Fraction(float(other)) - number) for other in neighbours)


def _row(
    network: str, parameters: int, multiply_adds: int, filters: int | None
) -> SizeRow:
    return SizeRow(
        network,
        exact(parameters, "weights"),
        exact(multiply_adds, "multiply-adds an image"),
        None if filters is None else exact(filters, "filters"),
    )
