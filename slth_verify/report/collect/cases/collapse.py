"""Collapse: the pruned network merged down to a dense one, and what that saves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph.stages import Stage
from slth_verify.network import random_network_size, target_size
from slth_verify.network.pruned_graphs.pairs import pair_weights
from slth_verify.report.collect.passes.networks import Networks
from slth_verify.report.model.parts import SizeRow
from slth_verify.report.model.quantity import exact
from slth_verify.ticket import exact_sum
from slth_verify.ticket.graphs.sums import KeptFilters
from slth_verify.ticket.graphs.values import FloatPair
from slth_verify.verdict import Finding, Verdict

#: Weights of kept filters above which sums are not added up again.
_MOST_WEIGHTS = 1 << 23


def size_rows(networks: Networks) -> tuple[SizeRow, ...]:
    """Sizes of the random, the pruned, the merged and the target network.

    Args:
        networks: Those of a ticket.

    Rigor:
        Exact counts. A multiply-add is one weight at one place.
    """
    target, parts = networks.target, networks.ticket.stages
    whole = random_network_size(target, [part.width for part in parts])
    parameters = multiply_adds = 0
    for stage, kept in zip(networks.stages, networks.kept, strict=True):
        count = pair_weights(stage, kept.owner)
        parameters += count
        multiply_adds += count * math.prod(target.shape(stage.output)[1:])
    filters = sum(
        2 * part.width * stage.inputs
        for stage, part in zip(networks.stages, parts, strict=True)
    )
    rows = [
        _row("random network", whole.parameters, whole.multiply_adds, filters),
        _row("pruned network", parameters, multiply_adds, sum(networks.ticket.kept)),
    ]
    try:
        merged = target_size(networks.small(merge=True))
        rows.append(_row("merged network", merged.parameters, merged.multiply_adds))
    except (InvalidParameterError, InvalidTargetError):
        pass  # floats do not hold it, or it is too large
    plain = target_size(target)
    return (*rows, _row("target", plain.parameters, plain.multiply_adds))


def merging_is_exact(
    networks: Networks, pairs: Mapping[str, FloatPair]
) -> Finding | None:
    """Whether merged weights are the correctly rounded sums of the pruned ones.

    Args:
        networks: Those of a ticket.
        pairs: Merged weights of every stage, by its name.

    Returns:
        None if there are none, or too many to be added up again.

    Rigor:
        Exact: each merged weight is compared with the rational sum of its products.
    """
    claim = (
        "the merged network has the pruned one's exact sums of weights, each rounded "
        "once to float64"
    )
    if sum(kept.kernels.size for kept in networks.kept) > _MOST_WEIGHTS:
        return None
    checked = 0
    for stage, exponent, kept in zip(
        networks.stages, networks.exponents, networks.kept, strict=True
    ):
        pair = pairs[stage.name]
        for sign, merged in ((1, pair.positive), (-1, pair.negative)):
            wrong = _first_wrong(stage, exponent, kept, merged, sign)
            if wrong is not None:
                reason = f"stage {stage.number}, sign {sign:+d}, entry {wrong}"
                return Finding(claim, Verdict.REFUTED, reason)
            checked += merged.size
    if not checked:
        return None
    return Finding(claim, Verdict.VERIFIED, f"{checked} weights, exact comparison")


def _first_wrong(
    stage: Stage, exponent: int, kept: KeptFilters, merged: Float64Array, sign: int
) -> tuple[int, ...] | None:
    outputs, wide = merged.shape[:2]
    per_group = outputs // stage.layer.groups
    plain = kept.owner < stage.channels
    scalars, owner = kept.scalars[plain].astype(np.float64), kept.owner[plain]
    for channel in range(stage.channels):
        rows = (np.sign(scalars) == sign) & (owner == channel)
        kernels = kept.kernels[rows].astype(np.float64)
        products = kernels * np.abs(scalars[rows])[:, None, None, None]
        group, place = divmod(channel, wide)
        for row, column, out in np.ndindex(*kept.kernels.shape[1:]):
            total = exact_sum(products[:, row, column, out].tolist())
            entry = group * per_group + out, place, row, column
            if not _is_nearest(float(merged[entry]), total * Fraction(2) ** exponent):
                return entry
    return None


def _is_nearest(value: float, number: Fraction) -> bool:
    """Whether no float64 lies nearer to ``number`` than ``value`` does."""
    own = abs(Fraction(value) - number)
    neighbours = (np.nextafter(value, np.inf), np.nextafter(value, -np.inf))
    return all(own <= abs(Fraction(float(other)) - number) for other in neighbours)


def _row(
    network: str, parameters: int, multiply_adds: int, filters: int | None = None
) -> SizeRow:
    return SizeRow(
        network,
        exact(parameters, "weights"),
        exact(multiply_adds, "multiply-adds an image"),
        None if filters is None else exact(filters, "filters"),
    )
