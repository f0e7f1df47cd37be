"""A context of mpmath in which a bound is computed once more.

Independent code on another backend: not rigorous by itself, but it must fall inside the
enclosure of the exact evaluation, or one of the two is wrong.
"""

from __future__ import annotations

from typing import Any

import mpmath


def high_precision(digits: int) -> Any:
    """An mpmath context of its own, which leaves the process's precision alone."""
    mp = mpmath.MPContext()
    mp.dps = digits
    return mp
