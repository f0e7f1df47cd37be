"""A width that counts subsets: 2^n cubes of side 2 eps must cover the unit cube.

That is necessary. Nothing says that the cubes do not overlap.
"""

from __future__ import annotations

import math
import sys
from fractions import Fraction

from slth_verify.conformance import run_conformance
from slth_verify.verdict import Verdict


def enough(*, dim: int, eps: Fraction, prob: Fraction) -> int:
    """Columns that are said to be enough for one target of norm 1."""
    return max(1, math.ceil(dim * math.log2(1 / eps) + math.log2(1 / (1 - prob))))


if __name__ == "__main__":
    result = run_conformance(bound=enough)
    print(result.to_text())
    sys.exit(result.verdict is Verdict.REFUTED)
