"""Claims about indices and decimals, and numbers in the words of a finding."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from slth_verify.enclosure import plain_decimal
from slth_verify.numbers import exact_number
from slth_verify.verdict import Finding, Verdict

#: Lower and upper ends of images, by channel.
Box = tuple[tuple[Fraction, Fraction], ...]
#: So many different ends are written out.
_BOXES = 4


def each_once(claim: str, filters: NDArray[np.int64], count: int) -> Finding:
    """Whether indices lie in [0, count) and increase strictly."""
    if filters.size and (int(filters.min()) < 0 or int(filters.max()) >= count):
        reason = f"a filter index leaves [0, {count})"
        return Finding(claim, Verdict.REFUTED, reason)
    # compared, not subtracted: a difference of int64 numbers can wrap around
    steps = np.flatnonzero(filters[1:] <= filters[:-1])
    if steps.size:
        first = int(steps[0])
        reason = (
            f"filters {filters[first]} and {filters[first + 1]} at positions {first} "
            f"and {first + 1} are not strictly increasing: one is used twice or out of "
            "order"
        )
        return Finding(claim, Verdict.REFUTED, reason)
    return Finding(claim, Verdict.VERIFIED, f"{filters.size} of {count}")


def at_least(claim: str, decimal: str, bound: Fraction) -> Finding:
    """Whether a decimal that a file states is at least a bound."""
    stated = exact_number(decimal, "certified_error")
    reason = f"stated {lower(stated)}, certified bound {upper(bound)}"
    if stated >= bound:
        return Finding(claim, Verdict.VERIFIED, reason)
    return Finding(claim, Verdict.REFUTED, f"{reason} (exact comparison)")


def upper(value: Fraction) -> str:
    """``value`` in nine digits, rounded up."""
    return plain_decimal(value, 9, up=True)


def lower(value: Fraction) -> str:
    """``value`` in nine digits, rounded down."""
    return plain_decimal(value, 9, up=False)


def box_text(box: Box | None, *, inward: bool) -> str:
    """A box of images in a sentence, its ends rounded so that the sentence stays true.

    Args:
        box: Lower and upper ends, by channel; None for the target's own.
        inward: Whether what holds on the box holds on what is written, as a bound does;
            else what is found in the box is found in what is written.
    """
    if box is None:
        return "the box"
    ends = [
        f"[{(upper if inward else lower)(low)}, {(lower if inward else upper)(high)}]"
        for low, high in dict.fromkeys(box)
    ]
    if len(ends) == 1:
        return f"the given box {ends[0]}"
    more = ", ..." if len(ends) > _BOXES else ""
    return f"the given boxes {', '.join(ends[:_BOXES])}{more} of the channels"
