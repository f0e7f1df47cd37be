"""Sharper bounds of a difference: the box is cut in two, again and again.

Of all leaves the one with the largest bound is cut next, so that the bound of the whole
box, which is the largest of the leaves', never grows. It pays where few entries of
the image matter: each cut is of one entry.
"""

from __future__ import annotations

import heapq

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.attacks.gradients import FloatNetwork, unit_rows
from slth_verify.deadline import look_at_the_clock
from slth_verify.forms import Differences, Interval, NetworkPair

#: Entries whose cuts are tried by linear forms, and images that say which.
_TRIED, _DRAWN = 8, 16


def split_bound(
    pair: NetworkPair, box: Interval, bound: float, splits: int, enough: float
) -> float:
    """A bound of |g - f| over a box, from bounds of its parts.

    Args:
        pair: Both networks.
        box: Of every entry of the image.
        bound: Known for the whole box; infinite if none is.
        splits: So many leaves are cut in two, at most.
        enough: A bound that is not above it is not sharpened further.

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
    for step in range(splits):
        height, _, worst = leaves[0]
        if -height <= enough:
            break
        halves = _best_halves(pair, worst)
        if halves is None:
            break
        heapq.heappop(leaves)
        for side, half in enumerate(halves):
            found = _largest(Differences.over(pair, half).joint_gap())
            number = 2 * step + side + 1
            heapq.heappush(leaves, (max(height, -found), number, half))
    return -leaves[0][0]


def _best_halves(pair: NetworkPair, box: Interval) -> tuple[Interval, Interval] | None:
    """Those of which linear forms bound the worse one best; None if none is smaller."""
    best, found = np.inf, None
    for entry in _by_influence(pair, box)[:_TRIED]:
        look_at_the_clock()
        halves = _halves(box, entry)
        worse = max(_largest(Differences.over(pair, half).gap()) for half in halves)
        if found is None or worse < best:
            best, found = worse, halves
    return found


def _by_influence(pair: NetworkPair, box: Interval) -> list[int]:
    """Entries that can be cut, those first whose range moves differences most."""
    low, high = box.low, box.high
    drawn = np.random.default_rng(0).random((_DRAWN, *low.shape))
    images = low + (high - low) * drawn
    moved = np.zeros(low.size)
    count = pair.entries(pair.output.name)
    networks = [FloatNetwork(pair, pruned) for pruned in (False, True)]
    with np.errstate(all="ignore"):
        tensors = [network.tensors(images) for network in networks]
        for entry in range(min(count, _TRIED)):
            rows = unit_rows(pair, np.full(_DRAWN, entry), np.ones(_DRAWN))
            f, g = (
                network.slopes(some, rows)
                for network, some in zip(networks, tensors, strict=True)
            )
            moved += np.abs(g - f).reshape(low.size, -1).sum(axis=1)
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
