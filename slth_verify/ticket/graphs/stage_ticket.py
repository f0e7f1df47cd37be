"""What is kept of one stage, and what its fields must be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slth_verify.limits import SCALE_EXPONENT, WIDTH
from slth_verify.numbers import whole_number
from slth_verify.showing import OneLine
from slth_verify.tensors import integer
from slth_verify.ticket._fields import require_array, require_text

#: Tensors of a stage: name, dtype and axes. Weights are optional.
TENSORS = (
    ("scalars", "F32", 1),
    ("kernels", "F32", 4),
    ("constants", "F32", 2),
)


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class StoredWeights(OneLine):
    """Weights of a stage's kept filters, for readers without the generator.

    Attributes:
        scalars: First-layer weights, ``(kept,)``, float32.
        kernels: Second-layer weights of the filters that read the source's channels,
            ``(some, rows, columns, c_out / groups)``, float32.
        constants: Those of the filters that read the constant channel, ``(others,
            c_out)``, float32.
    """

    scalars: NDArray[np.float32]
    kernels: NDArray[np.float32]
    constants: NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class StageTicket(OneLine):
    """What is kept of one pair of random layers.

    Attributes:
        name: Of the stage's node in the target.
        width: n; every channel that the pair reads has a block of 2 n filters.
        exponent: e; the pair's outputs are multiplied by 2^e.
        filters: Indices of kept filters, strictly increasing, int64.
        weights: Their weights, or None; they follow from the seed.
    """

    name: str
    width: int
    exponent: int
    filters: NDArray[np.int64]
    weights: StoredWeights | None = None


def check_stage(label: str, stage: StageTicket) -> None:
    """Refuse a field that has not the type, shape or range that it must have.

    Raises:
        ValueError: Naming the first one.
        TypeError: Likewise.
    """
    require_text(f"{label}.name", stage.name)
    whole_number(integer(stage.width), f"{label}.width", least=1, most=WIDTH)
    whole_number(
        integer(stage.exponent),
        f"{label}.exponent",
        least=-SCALE_EXPONENT,
        most=SCALE_EXPONENT,
    )
    require_array(f"{label}.filters", stage.filters, np.int64, 1)
    if stage.weights is not None:
        for name, _, axes in TENSORS:
            array = getattr(stage.weights, name)
            require_array(f"{label}.{name}", array, np.float32, axes)
