"""Is a stored float32 the normal quantile of a random word? Decided in balls.

A word w stands for U = (w + 1/2) / 2^64 and its weight for the standard normal quantile
q = sqrt(2) erfinv(2U - 1). A float32 v is a faithful rounding of q iff q lies strictly
between the float32 neighbours of v.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from slth_verify.verdict import Verdict

_START_BITS = 96
_CAP_BITS = 1024


@dataclass(frozen=True, slots=True)
class QuantileCheck:
    """Outcome for a whole array.

    Attributes:
        verdict: VERIFIED if every value is a faithful rounding, REFUTED if one is not,
            INCONCLUSIVE if one stayed open at the precision cap.
        position: Flat position of the first offender; -1 if verified.
    """

    verdict: Verdict
    position: int


def check_normal_quantiles(
    words: NDArray[np.uint64], values: NDArray[np.float32]
) -> QuantileCheck:
    """Decide whether every value is a faithful rounding of its word's quantile.

    Args:
        words: Random words, any shape.
        values: Stored weights, same number of entries.

    Rigor:
        Exact words, enclosed quantiles, exact neighbours; NaN and infinities are
        REFUTED, an undecided comparison is INCONCLUSIVE.

    Cost:
        About 7 us a value.
    """
    flat = np.ascontiguousarray(values, dtype=np.float32).ravel()
    if flat.size != words.size:
        return QuantileCheck(Verdict.REFUTED, min(flat.size, words.size))
    finite = np.isfinite(flat)
    if not finite.all():
        return QuantileCheck(Verdict.REFUTED, int(np.argmin(finite)))
    below = np.nextafter(flat, np.float32(-np.inf)).astype(np.float64)
    above = np.nextafter(flat, np.float32(np.inf)).astype(np.float64)
    entries = zip(
        words.ravel().tolist(), below.tolist(), above.tolist(), strict=True
    )
    saved = ctx.prec
    try:
        return _first_offender(entries)
    finally:
        ctx.prec = saved


def _first_offender(entries: Iterable[tuple[int, float, float]]) -> QuantileCheck:
    ctx.prec = _START_BITS
    root_two = arb(2).sqrt()
    scale = arb(2) ** -64
    infinity = float("inf")
    undecided = -1
    for position, (word, low, high) in enumerate(entries):
        quantile = root_two * (arb(2 * word + 1 - (1 << 64)) * scale).erfinv()
        if quantile > low and quantile < high and abs(low) + abs(high) < infinity:
            continue
        verdict = _decide_one(word, low, high)
        ctx.prec = _START_BITS
        if verdict is Verdict.REFUTED:
            return QuantileCheck(verdict, position)
        if verdict is Verdict.INCONCLUSIVE and undecided < 0:
            undecided = position
    if undecided >= 0:
        return QuantileCheck(Verdict.INCONCLUSIVE, undecided)
    return QuantileCheck(Verdict.VERIFIED, -1)


def _decide_one(word: int, low: float, high: float) -> Verdict:
    bits = _START_BITS
    while bits <= _CAP_BITS:
        ctx.prec = bits
        centred = arb(2 * word + 1 - (1 << 64)) * arb(2) ** -64
        quantile = arb(2).sqrt() * centred.erfinv()
        if quantile > low and quantile < high:
            return Verdict.VERIFIED
        if quantile <= low or quantile >= high:
            return Verdict.REFUTED
        bits *= 2
    return Verdict.INCONCLUSIVE
