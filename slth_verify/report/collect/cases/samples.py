"""Held-out digits with the output maps of both networks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import Float64Array
from slth_verify.report.collect.cases.accuracy import Classes
from slth_verify.report.collect.targets.subject import HeldOut
from slth_verify.report.model.parts import Sample

#: Decimal digits after which a pixel of a picture is cut.
_DIGITS = 7


def sample_digits(
    held_out: HeldOut,
    outputs: tuple[Float64Array, Float64Array],
    target: Classes,
    pruned: Classes,
    count: int,
) -> tuple[Sample, ...]:
    """One image each of the classes 0, 1, 2, ..., the first that occurs.

    Args:
        held_out: Images and labels.
        outputs: Maps of target and pruned network on all of them, ``(count, classes,
            height, width)``.
        target: Answers of the target.
        pruned: Answers of the pruned network.
        count: How many; after the last class, second images follow.
    """
    order = np.lexsort((held_out.labels, _occurrence(held_out.labels)))
    samples = []
    for index in order[:count].tolist():
        label = int(held_out.labels[index])
        f, g = (maps[index, label] for maps in outputs)
        samples.append(
            Sample(
                index,
                label,
                int(target.answer[index]),
                int(pruned.answer[index]),
                tuple(tuple(row) for row in held_out.images[index].tolist()),
                _rounded(f),
                _rounded(g),
                _rounded(g - f),
            )
        )
    return tuple(samples)


def _occurrence(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """How often each label has occurred before."""
    seen = np.zeros(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        seen[rows] = np.arange(len(rows))
    return seen


def _rounded(values: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in values.round(_DIGITS).tolist())
