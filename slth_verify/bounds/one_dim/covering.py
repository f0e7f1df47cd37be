"""Is every target in an interval within eps of a subset sum? Decided exactly.

Samples become integers over their common denominator; eps and the ends of the interval
enter only through floors and ceilings of thresholds, so nothing is rounded. The walk
over the sums is in `covering_walk`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, lcm

from slth_verify.bounds._inputs import datum, exact_accuracy
from slth_verify.bounds.one_dim.covering_walk import FITS, SumWalk
from slth_verify.enclosure import ExactNumber, exact
from slth_verify.errors import InvalidParameterError
from slth_verify.showing import OneLine
from slth_verify.verdict import NoTruthValue, Verdict

STATEMENT = "thm:rss"

#: Samples that can be searched at all.
_MOST = 34

#: Samples whose sums are found as Python integers when they exceed 64 bits.
_MOST_WIDE = 20


@dataclass(frozen=True, slots=True, repr=False)
class Covering(NoTruthValue, OneLine):
    """Outcome of `covers`.

    Attributes:
        verdict: VERIFIED if every target is within eps of a subset sum, REFUTED if
            the witness is not, INCONCLUSIVE if the samples are too many and too fine.
        witness: A target that no subset sum comes within eps of, if refuted.
        reason: What decided it.
    """

    verdict: Verdict
    witness: Fraction | None
    reason: str


def covers(
    samples: Sequence[ExactNumber],
    eps: ExactNumber,
    low: ExactNumber = -1,
    high: ExactNumber = 1,
) -> Covering:
    """Decide whether every target in ``[low, high]`` is within eps of a subset sum.

    Args:
        samples: At most 34 finite numbers. Floats are taken as the binary fractions
            they are, since here they are data and not a way to write a decimal.
        eps: Accuracy, positive.
        low: Lower end of the targets.
        high: Upper end, at least ``low``.

    Returns:
        The verdict, with a missed target if it is REFUTED. Samples that are larger
        than all others and the targets together are left aside: no sum that uses them
        is near. What remains is decided exactly if it has at most 20 samples, or if
        the sum of their sizes over their common denominator is below 2^60, as for
        uniform float64 samples; otherwise INCONCLUSIVE.

    Raises:
        InvalidParameterError: If there are too many samples, one is not finite, or
            the interval is empty.

    Rigor:
        Exact integers. The empty subset counts.

    Cost:
        Well below 1 s up to 22 samples; at 30 samples from 0.1 s, where eps is far
        above the gaps between sums, to about half a minute, where it is of their size;
        twice that for each further sample. At most 0.5 GiB of memory.

    Source: thm:rss.

    Examples:
        >>> covers([0.5, -0.5, 0.75], "1/4").verdict.name
        'REFUTED'
    """
    width = exact_accuracy(eps, STATEMENT)
    start, end = exact(low, "low"), exact(high, "high")
    if len(samples) > _MOST or start > end:
        raise InvalidParameterError(
            f"len(samples)={len(samples)}, low={start}, high={end}: at most "
            f"{_MOST} samples and low <= high were required ({STATEMENT}). Check a "
            "part of the samples; more samples only add sums."
        )
    values = [datum(x, f"samples[{i}]", STATEMENT) for i, x in enumerate(samples)]
    useful = _useful(values, max(abs(start), abs(end)) + width)
    scale = lcm(*(v.denominator for v in useful))
    integers = [int(v * scale) for v in useful]
    if len(integers) > _MOST_WIDE and sum(map(abs, integers)) >= FITS:
        reason = f"more than {_MOST_WIDE} samples, and too fine for 64 bits"
        return Covering(Verdict.INCONCLUSIVE, None, reason)
    walk = SumWalk(integers, floor(2 * width * scale))
    first = ceil((start - width) * scale), floor((start + width) * scale)
    gap = walk.first_gap(*first, ceil((end - width) * scale))
    if gap is None:
        reason = f"no gap is wider than 2 eps; {walk.looked_up} sums looked up"
        return Covering(Verdict.VERIFIED, None, reason)
    before, after = gap
    left = start if before is None else Fraction(before, scale) + width
    right = end if after is None else min(Fraction(after, scale) - width, end)
    witness = start if before is None else (left + right) / 2
    reason = f"no subset sum is within eps of the witness {witness}"
    return Covering(Verdict.REFUTED, witness, reason)


def _useful(values: list[Fraction], reach: Fraction) -> list[Fraction]:
    """The samples without those that are larger than all the rest and the reach.

    A sum that uses such a sample has a size above the reach, whatever else it uses.
    """
    kept = sorted((v for v in values if v), key=abs)
    total = sum((abs(v) for v in kept), Fraction(0))
    while kept and abs(kept[-1]) > total - abs(kept[-1]) + reach:
        total -= abs(kept.pop())
    return kept
