"""What a search is expected to reach, and how a plan rounds; heuristic."""

from __future__ import annotations

import math
from fractions import Fraction

#: What the ladder reaches: mean |residual| = LADDER_CONSTANT * m^1.5 / n [heuristic].
LADDER_CONSTANT = 0.4

#: E max(0, X, Y) / E max(0, X) for independent centred normals, rounded up.
TWO_SIGN_FACTOR = 1.75

#: Share of eps that is planned; the rest is for chance. Channels whose search turns out
#: better than planned make up for the others.
MARGIN = 0.95

_FLOATS = 1 << 500


def within_floats(error: Fraction) -> Fraction:
    """The error, moved to where floats hold it; no search looks beyond."""
    return min(max(error, Fraction(1, _FLOATS)), Fraction(_FLOATS))


def round_up(width: float) -> int:
    """Two significant digits, upwards, at least 32."""
    if width <= 32:
        return 32
    unit = 10 ** (math.floor(math.log10(width)) - 1)
    return int(math.ceil(width / unit) * unit)
