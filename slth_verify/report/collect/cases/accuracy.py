"""Classes read off output maps, with the images that rounding leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import Float64Array
from slth_verify.report.collect.passes.rounding import Rounded
from slth_verify.report.collect.targets.subject import HeldOut
from slth_verify.report.model.parts import Accuracy
from slth_verify.report.model.quantity import Quantity, exact
from slth_verify.verdict import Direction, Evidence, Finding, Verdict


@dataclass(frozen=True, eq=False)
class Classes:
    """Answers of one network.

    Attributes:
        answer: The class of greatest score, shape ``(count,)``.
        certain: Whether rounding cannot have changed it.
        margin: How far the runner-up's exact mean lies behind, at least.
    """

    answer: NDArray[np.int64]
    certain: NDArray[np.bool_]
    margin: Float64Array


def classify(outputs: Rounded) -> Classes:
    """Classes by the largest score; of maps, by the largest mean.

    Args:
        outputs: Of ``(count, classes)`` or ``(count, classes, height, width)``, at
            least two classes.

    Rigor:
        The mean of p values errs by at most their error plus ``p u`` times their
        modulus, so a gap of two means by twice that; twice again covers the roundings
        of this estimate.
    """
    count, classes = outputs.values.shape[:2]
    values, errors = (
        part.reshape(count, classes, -1) for part in (outputs.values, outputs.errors)
    )
    scores = values.mean(axis=2)
    order = np.sort(scores, axis=1)
    gap = order[:, -1] - order[:, -2]
    size, rounding = (np.abs(part).max(axis=(1, 2)) for part in (values, errors))
    margin = gap - 4 * (rounding + values.shape[2] * 2.0**-52 * size)
    return Classes(scores.argmax(axis=1), margin > 0, margin)


def accuracy(
    held_out: HeldOut, target: Classes, pruned: Classes, certified_error: Fraction
) -> Accuracy:
    """Compare both networks on labelled images.

    Args:
        held_out: Labelled images.
        target: Answers of the target.
        pruned: Answers of the pruned network.
        certified_error: Bound on every output's difference; where the target's margin
            is more than twice that, both answers are provably equal.
    """
    both = target.certain & pruned.certain
    proved = target.margin > 2.001 * float(certified_error)
    labels = held_out.labels
    return Accuracy(
        len(labels),
        held_out.sha256,
        _count(target.answer == labels, target.certain),
        _count(pruned.answer == labels, pruned.certain),
        _count(target.answer == pruned.answer, both),
        exact(int(proved.sum()), "images", Direction.LOWER),
    )


def accuracy_finding(accuracy: Accuracy, points: str) -> Finding:
    """Whether the accuracies differ by at most so many percentage points."""
    claim = (
        "the pruned network classifies the held-out images as well as the target, "
        f"within {points} percentage points"
    )
    key = "accuracy against the target's"
    target, pruned = accuracy.target_correct, accuracy.pruned_correct
    low = abs(int(target.lower) - int(pruned.upper))
    high = abs(int(target.upper) - int(pruned.lower))
    single = target.lower == target.upper and pruned.lower == pruned.upper
    allowed = Fraction(points) * accuracy.images / 100
    reason = f"{_range(target)} and {_range(pruned)} of {accuracy.images} right"
    if max(low, high) <= allowed:
        return Finding(claim, Verdict.VERIFIED, reason, key)
    if single:
        return Finding(claim, Verdict.REFUTED, reason, key)
    reason = f"{reason}: rounding leaves it open"
    return Finding(claim, Verdict.INCONCLUSIVE, reason, key)


def _count(hits: NDArray[np.bool_], certain: NDArray[np.bool_]) -> Quantity:
    """How many hold: exact, or between two numbers where some are uncertain."""
    least = int((hits & certain).sum())
    most = least + int((~certain).sum())
    if least == most:
        return exact(least, "images")
    return Quantity(str(least), str(most), Evidence.ENCLOSED, Direction.BOTH, "images")


def _range(count: Quantity) -> str:
    if count.lower == count.upper:
        return count.lower
    return f"{count.lower} to {count.upper}"
