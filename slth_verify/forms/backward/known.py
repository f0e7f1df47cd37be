"""What rows are substituted through, and what rows must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.errors import InvalidParameterError
from slth_verify.forms.intervals import Intervals
from slth_verify.forms.pairs import NetworkPair
from slth_verify.forms.relaxations.gates import Bound, Relaxation
from slth_verify.forms.relaxations.pools import Tournament
from slth_verify.graph.nodes import Shape

#: Coefficients of a tensor, ``(*shape, rows)``; None for zeros.
Rows = Float64Array | None


@dataclass(frozen=True, eq=False, slots=True)
class Known:
    """What is known of the tensors that rows are substituted through.

    Attributes:
        pair: Both networks.
        intervals: Of every tensor up to the rows' own.
        gates: Relaxations of rectifiers and clips, by node.
        halves: Bounds of ``max(y, 0)`` for the sources of stages that need them.
        pools: Of max pools, by node.
    """

    pair: NetworkPair
    intervals: Mapping[str, Intervals]
    gates: Mapping[str, Relaxation]
    halves: Mapping[str, tuple[Bound, Bound]]
    pools: Mapping[str, Tournament]


def row_count(shape: Shape, *given: Rows) -> int:
    """How many rows there are, once all are what they must be.

    Raises:
        InvalidParameterError: If they are not.
    """
    counts: set[int] = set()
    for rows in given:
        if rows is None:
            continue
        if rows.shape[:-1] != shape or rows.dtype != np.float64:
            raise InvalidParameterError(
                f"rows of shape {rows.shape} and type {rows.dtype}: float64 numbers of "
                f"shape {shape} and a last axis of rows are required "
                "(der:difference-forms). Pass a coefficient for each entry and row."
            )
        counts.add(int(rows.shape[-1]))
    if len(counts) != 1:
        raise InvalidParameterError(
            f"{sorted(counts)} rows: as many rows for the target as for the difference "
            "are required (der:difference-forms). Pass one of them at least."
        )
    return counts.pop()
