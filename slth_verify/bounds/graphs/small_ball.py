"""How rarely sums of normal vectors hit a box, and how many choices that takes.

Source: der:graph-necessary; the proof is in docs/theory/networks.md, "Necessary
widths".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from slth_verify.enclosure import from_ball, pi, to_ball, working_precision

_PRECISION = 128
_Coordinates = Sequence[Fraction]


def hit_nats(target: _Coordinates, accuracy: Fraction) -> Fraction:
    """A lower bound of ``-log q(z, a)``, not negative.

    Args:
        target: Coordinates z; a smaller modulus is on the safe side.
        accuracy: The number a, positive.
    """
    rest = sum((max(abs(z) - accuracy, Fraction(0)) ** 2 for z in target), Fraction(0))
    dim = len(target)
    if not rest:
        return Fraction(0)
    with working_precision(_PRECISION):
        spread = 2 * pi() * to_ball(1).exp() * to_ball(rest) / dim
        nats = dim * (spread.log() / 2 - to_ball(2 * accuracy).log())
        return max(Fraction(0), from_ball(nats).lower)


def least_count(nats: Fraction, factor: Fraction, success: Fraction) -> int:
    """The least N with ``factor^N exp(-nats) >= success``, or one less."""
    with working_precision(_PRECISION):
        ratio = (to_ball(success).log() + to_ball(nats)) / to_ball(factor).log()
        return max(0, math.ceil(from_ball(ratio).lower))
