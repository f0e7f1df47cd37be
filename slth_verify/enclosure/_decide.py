"""Three-valued comparison of numbers that are only known to lie in intervals."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from slth_verify.enclosure._enclosure import Enclosure, NonFiniteError
from slth_verify.verdict import Verdict

Relation = Literal["<", "<=", ">", ">="]

#: A number that can be enclosed at any precision, given in bits.
Refinable = Callable[[int], Enclosure]


def decide(
    lhs: Refinable | Enclosure | Fraction | int,
    relation: Relation,
    rhs: Refinable | Enclosure | Fraction | int,
    *,
    precision: int = 64,
    cap: int = 4096,
) -> Verdict:
    """Decide ``lhs relation rhs``, raising the precision until it is known.

    Args:
        lhs: A number, an enclosure, or a function from bits to an enclosure.
        relation: One of ``<``, ``<=``, ``>``, ``>=``.
        rhs: As ``lhs``.
        precision: Bits of the first attempt.
        cap: No attempt uses more bits than this.

    Returns:
        VERIFIED if the relation holds for every pair of points, REFUTED if its
        negation does, INCONCLUSIVE if that is still open at ``cap`` bits or a ball
        was not finite.

    Rigor:
        Exact comparison of exact end points; undecided is never VERIFIED.
    """
    bits = precision
    while True:
        try:
            left, right = _at(lhs, bits), _at(rhs, bits)
            verdict = _compare(left, relation, right)
        except NonFiniteError:
            verdict = Verdict.INCONCLUSIVE
        refinable = callable(lhs) or callable(rhs)
        if verdict is not Verdict.INCONCLUSIVE or not refinable or bits >= cap:
            return verdict
        bits = min(2 * bits, cap)


def _at(value: Refinable | Enclosure | Fraction | int, bits: int) -> Enclosure:
    if isinstance(value, Enclosure):
        return value
    if callable(value):
        return value(bits)
    return Enclosure.exact(value)


def _compare(left: Enclosure, relation: Relation, right: Enclosure) -> Verdict:
    if relation in (">", ">="):
        mirrored: Relation = "<" if relation == ">" else "<="
        return _compare(right, mirrored, left)
    if relation == "<":
        holds, fails = left.upper < right.lower, left.lower >= right.upper
    else:
        holds, fails = left.upper <= right.lower, left.lower > right.upper
    if holds:
        return Verdict.VERIFIED
    return Verdict.REFUTED if fails else Verdict.INCONCLUSIVE
