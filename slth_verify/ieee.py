"""Whether this thread computes as IEEE 754 says; exact reading of floats rests on it.

A library may have the processor treat subnormal numbers as zero
(``torch.set_flush_denormal``, some compilers' fast modes) or round in one direction.
Then a conversion that is exact on paper changes a number without a word.
"""

from __future__ import annotations

import numpy as np

from slth_verify.errors import FloatingPointModeError

#: What verdicts rest on.
IEEE = "this thread reads floating-point numbers as they are (IEEE 754)"

_LEAST_32 = np.array([1], dtype=np.uint32)
_LEAST_64 = np.array([1], dtype=np.uint64)


def departure() -> str | None:
    """What is wrong with the floating point of this thread; None if nothing is.

    Rigor:
        Heuristic: it tries conversions and roundings, in this thread and now.
    """
    least = _LEAST_32.view(np.float32).astype(np.float64)
    doubled = _LEAST_64.view(np.float64) * np.array([2.0])
    # bit patterns are compared: a comparison of floats would be flushed as well
    if (
        least.view(np.uint64)[0] != 0x36A0000000000000
        or doubled.view(np.uint64)[0] != 2
    ):
        return "subnormal numbers are flushed to zero (torch.set_flush_denormal?)"
    ones, half = np.array([1.0, -1.0]), np.array([2.0**-53, -(2.0**-53)])
    if (ones + half != ones).any() or (ones + 1.5 * half == ones).any():
        return "sums are not rounded to the nearest number"
    return None


def require_ieee() -> None:
    """Refuse to go on where floats are not read exactly.

    Raises:
        FloatingPointModeError: If this thread departs from IEEE 754.
    """
    reason = departure()
    if reason is not None:
        raise FloatingPointModeError(
            f"this thread departs from IEEE 754: {reason}. Weights must be read as "
            "they are (thm:structured-slth). Call torch.set_flush_denormal(False), or "
            "use a thread or process of its own."
        )
