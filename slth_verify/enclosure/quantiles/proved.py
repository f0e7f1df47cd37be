"""Is a stored float32 the normal quantile of a random word? Decided in balls.

A word w stands for U = (w + 1/2) / 2^64 and its weight for the standard normal quantile
q = sqrt(2) erfinv(2U - 1), rounded to the nearest float32. So v is the weight iff q
lies strictly between the midpoints of v and its neighbours, that is, iff Phi(lower
midpoint) < U < Phi(upper midpoint). A random network is thereby one network, to the
last bit.

Whole arrays are decided with float64 values and proved radii; the few that stay open
(far tails, near ties, and every wrong weight) are decided one by one in Arb with rising
precision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from flint import arb
from numpy.typing import NDArray

from slth_verify.enclosure.balls.precision import working_precision
from slth_verify.enclosure.quantiles.guesses import proposed_quantiles
from slth_verify.enclosure.quantiles.table import REACH, centred_normal_cdf
from slth_verify.verdict import NoTruthValue, Verdict

_START_BITS = 96
_CAP_BITS = 1024
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class QuantileCheck(NoTruthValue):
    """Outcome for a whole array.

    Attributes:
        verdict: VERIFIED if every value is correctly rounded, REFUTED if one is not,
            INCONCLUSIVE if one stayed open at the precision cap.
        position: Flat position of the first offender; -1 if verified.
    """

    verdict: Verdict
    position: int


def check_normal_quantiles(
    words: NDArray[np.uint64], values: NDArray[np.float32]
) -> QuantileCheck:
    """Decide whether every value is the float32 nearest to its word's quantile.

    Args:
        words: Random uint64 words, any shape.
        values: Stored float32 weights, same number of entries.

    Raises:
        TypeError: If the dtypes are others.

    Rigor:
        Exact words, enclosed distribution function, exact midpoints. NaN and
        infinities are REFUTED, an undecided comparison is INCONCLUSIVE.

    Cost:
        About 0.2 us a correct value; memory bounded by 50 MB and the arguments.
    """
    if values.dtype != np.float32 or words.dtype != np.uint64:
        raise TypeError(f"dtypes {values.dtype}, {words.dtype}: not float32 and uint64")
    stored, wanted = values.ravel(), words.ravel()
    if stored.size != wanted.size:
        return QuantileCheck(Verdict.REFUTED, min(stored.size, wanted.size))
    finite = np.isfinite(stored)
    if not finite.all():
        return QuantileCheck(Verdict.REFUTED, int(np.argmin(finite)))
    undecided = -1
    for start in range(0, stored.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        for offset in np.flatnonzero(~_surely_nearest(wanted[part], stored[part])):
            position = start + int(offset)
            verdict = decide_one(int(wanted[position]), stored[position])
            if verdict is Verdict.REFUTED:
                return QuantileCheck(verdict, position)
            if verdict is Verdict.INCONCLUSIVE and undecided < 0:
                undecided = position
    if undecided >= 0:
        return QuantileCheck(Verdict.INCONCLUSIVE, undecided)
    return QuantileCheck(Verdict.VERIFIED, -1)


def nearest_normal_quantiles(words: NDArray[np.uint64]) -> NDArray[np.float32]:
    """Correctly rounded weights of a few words, by Arb alone.

    Args:
        words: Random words, shape ``(count,)``.

    Raises:
        ArithmeticError: If a quantile cannot be told from a midpoint at the cap.

    Rigor:
        Proved for every word.

    Cost:
        About 30 us a word.
    """
    out = np.empty(words.shape, dtype=np.float32)
    for position, word in enumerate(words.tolist()):
        with working_precision(_START_BITS):
            value = np.float32(float(_quantile(word).mid()))
        if decide_one(word, value) is not Verdict.VERIFIED:
            near = [np.nextafter(value, np.float32(side)) for side in (-np.inf, np.inf)]
            found = [v for v in near if decide_one(word, v) is Verdict.VERIFIED]
            if not found:
                raise ArithmeticError(f"word={word}: quantile too near a midpoint")
            value = found[0]
        out[position] = value
    return out


def normal_quantiles(words: NDArray[np.uint64]) -> NDArray[np.float32]:
    """Correctly rounded weights of many words.

    Args:
        words: Random words, shape ``(count,)``.

    Raises:
        ArithmeticError: If a quantile cannot be told from a midpoint at the cap.

    Rigor:
        Floats propose, `check_normal_quantiles`'s arithmetic decides every one.

    Cost:
        About 0.15 us a word, 30 us in far tails; memory bounded by 50 MB.
    """
    out = np.empty(words.shape, np.float32)
    for start in range(0, len(words), _CHUNK):
        part = words[start : start + _CHUNK]
        found = proposed_quantiles(part)
        open_ones = ~_surely_nearest(part, found)
        found[open_ones] = nearest_normal_quantiles(part[open_ones])
        out[start : start + _CHUNK] = found
    return out


def _surely_nearest(
    words: NDArray[np.uint64], values: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Where correct rounding is proved in float64 arithmetic with radii."""
    below, above = _midpoints(values)
    inside = (below >= -REACH) & (above <= REACH)
    low, low_radius = centred_normal_cdf(np.where(inside, below, 0.0))
    high, high_radius = centred_normal_cdf(np.where(inside, above, 0.0))
    # U - 1/2 = (s + 1/2) 2^-64 for the integer s = w - 2^63; two roundings
    signed = (words ^ np.uint64(1 << 63)).view(np.int64)
    centred = (signed.astype(np.float64) + 0.5) * 2.0**-64
    slack = 2.0**-50 * np.abs(centred)
    proved = (low + low_radius < centred - slack) & (
        centred + slack < high - high_radius
    )
    return np.asarray(inside & proved)


def _midpoints(
    values: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Midpoints of each float32 and its neighbours; exact in float64."""
    infinity = np.float32(np.inf)
    exact = values.astype(np.float64)
    with np.errstate(over="ignore"):  # the neighbour of the largest float32 is infinite
        below = np.nextafter(values, -infinity).astype(np.float64)
        above = np.nextafter(values, infinity).astype(np.float64)
    return (below + exact) / 2, (exact + above) / 2


def _quantile(word: int) -> arb:
    """Enclosure of the quantile at the precision in force."""
    return arb(2).sqrt() * (arb(2 * word + 1 - (1 << 64)) * arb(2) ** -64).erfinv()


def decide_one(word: int, value: np.float32) -> Verdict:
    """Whether a number is the weight of a word, by Arb alone."""
    below, above = _midpoints(np.array([value]))
    if not (np.isfinite(below[0]) and np.isfinite(above[0])):
        return Verdict.REFUTED  # quantiles of 64-bit words have modulus below 10
    low, high = arb(float(below[0])), arb(float(above[0]))
    bits = _START_BITS
    while bits <= _CAP_BITS:
        with working_precision(bits):
            quantile = _quantile(word)
        if quantile > low and quantile < high:
            return Verdict.VERIFIED
        if quantile <= low or quantile >= high:
            return Verdict.REFUTED
        bits *= 2
    return Verdict.INCONCLUSIVE
