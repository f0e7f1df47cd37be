"""Sharper bounds over a box: it is cut in two, again and again.

Of all leaves the one with the largest bound is cut next, so that the bound of the whole
box, which is the largest of the leaves', never grows. It pays where few entries of
the image matter: each cut is of one entry.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.attacks.gradients import FloatNetwork, unit_rows
from slth_verify.deadline import (
    TimeIsUpError,
    ends_within,
    look_at_the_clock,
    seconds_of,
)
from slth_verify.forms import Differences, Interval, NetworkPair
from slth_verify.numbers import whole_number

#: The most cuts.
MOST_SPLITS = 1 << 16
#: Entries whose cuts are tried by linear forms, and images that say which.
_TRIED, _DRAWN = 8, 16


@dataclass(frozen=True, slots=True)
class Splits:
    """How long a box is cut.

    Attributes:
        most: So many leaves are cut in two, at most.
        seconds: So long, at most; then what is known so far counts.
    """

    most: int = 0
    seconds: float = math.inf

    @classmethod
    def given(cls, splits: int | None, split_limit: float | None) -> Splits:
        """From what users say; without a count, as many as there is time for.

        Raises:
            InvalidParameterError: If these are no count and no positive seconds.
        """
        seconds = seconds_of(split_limit, "split_limit", "a sharper bound takes time")
        if splits is None:
            return cls(0 if split_limit is None else MOST_SPLITS, seconds)
        return cls(whole_number(splits, "splits", least=0, most=MOST_SPLITS), seconds)


@dataclass(frozen=True, eq=False, slots=True)
class Asked:
    """What is bounded over a box, and what it moves with.

    Attributes:
        rough: A bound from what is known over a box, in little time.
        sharp: A bound that a leaf counts with.
        rows: Of outputs, ``(*output shape, count)``: what is bounded moves as they do.
        of_differences: Whether rows are of g - f, and not of f.
    """

    rough: Callable[[Differences], float]
    sharp: Callable[[Differences], float]
    rows: Float64Array
    of_differences: bool


def differences_asked(pair: NetworkPair) -> Asked:
    """The largest |g - f|: by linear forms, and jointly."""
    count = min(pair.entries(pair.output.name), _TRIED)
    return Asked(
        lambda known: _largest(known.gap()),
        lambda known: _largest(known.joint_gap()),
        unit_rows(pair, np.arange(count), np.ones(count)),
        of_differences=True,
    )


def split_bound(
    pair: NetworkPair,
    box: Interval,
    bound: float,
    splits: Splits,
    enough: float,
    asked: Asked,
) -> float:
    """A bound over a box, from bounds of its parts.

    Args:
        pair: Both networks.
        box: Of every entry of the image.
        bound: Known for the whole box; infinite if none is.
        splits: How long leaves are cut in two. The bound depends on the count alone,
            unless time runs out.
        enough: A bound that is not above it is not sharpened further.
        asked: What is bounded.

    Returns:
        The largest bound of the leaves: never more than ``bound``, and never more with
        more splits.

    Rigor:
        Enclosed: both halves of a leaf hold the middle of the entry that is cut, so
        leaves cover the box, and each is bounded like the whole.

    Source:
        docs/theory/linear-forms.md, "Splits".
    """
    # the largest bound first; numbers differ, so that boxes are not compared
    leaves = [(-bound if bound == bound else -np.inf, 0, box)]
    with suppress(TimeIsUpError), ends_within(splits.seconds):
        for step in range(splits.most):
            height, _, worst = leaves[0]
            if -height <= enough:
                break
            halves = _best_halves(pair, worst, asked)
            if halves is None:
                break
            # both are bounded before the whole is forgotten: time may run out between
            found = [asked.sharp(Differences.over(pair, half)) for half in halves]
            heapq.heappop(leaves)
            for side, half in enumerate(halves):
                number = 2 * step + side + 1
                heapq.heappush(leaves, (max(height, -found[side]), number, half))
    return -leaves[0][0]


def _best_halves(
    pair: NetworkPair, box: Interval, asked: Asked
) -> tuple[Interval, Interval] | None:
    """Those of which linear forms bound the worse one best; None if none is smaller."""
    best, found = np.inf, None
    for entry in _by_influence(pair, box, asked)[:_TRIED]:
        look_at_the_clock()
        halves = _halves(box, entry)
        worse = max(asked.rough(Differences.over(pair, half)) for half in halves)
        if found is None or worse < best:
            best, found = worse, halves
    return found


def _by_influence(pair: NetworkPair, box: Interval, asked: Asked) -> list[int]:
    """Entries that can be cut, those first whose range moves what is asked most."""
    low, high = box.low, box.high
    drawn = np.random.default_rng(0).random((_DRAWN, *low.shape))
    images = low + (high - low) * drawn
    moved = np.zeros(low.size)
    networks = [FloatNetwork(pair, pruned) for pruned in (False, True)]
    with np.errstate(all="ignore"):
        tensors = [network.tensors(images) for network in networks]
        for row in np.moveaxis(asked.rows, -1, 0):
            rows = np.repeat(row[..., None], _DRAWN, axis=-1)
            f, g = (
                network.slopes(some, rows)
                for network, some in zip(networks, tensors, strict=True)
            )
            slopes = g - f if asked.of_differences else f
            moved += np.abs(slopes).reshape(low.size, -1).sum(axis=1)
        moved = np.nan_to_num(moved * (high - low).ravel(), posinf=0.0)
    middle = _middle(box)
    inside = ((low < middle) & (middle < high)).ravel()
    order = np.argsort(-moved, kind="stable")
    return [int(entry) for entry in order if inside[entry]]


def _middle(box: Interval) -> Float64Array:
    return box.low / 2 + box.high / 2


def _halves(box: Interval, entry: int) -> tuple[Interval, Interval]:
    """Below and above the middle of one entry, which both hold."""
    place = np.unravel_index(entry, box.low.shape)
    low, high = box.low.copy(), box.high.copy()
    low[place] = high[place] = _middle(box)[place]
    return Interval(box.low, high), Interval(low, box.high)


def _largest(gap: Interval) -> float:
    """The largest modulus; infinite where floats were left."""
    found = float(gap.sizes.max())
    return found if found == found else np.inf
