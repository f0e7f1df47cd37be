"""Random signs in floating point, for the failure budget of a network. Untrusted."""

from __future__ import annotations

from collections.abc import Sequence

from scipy.special import bdtr


def estimated_failure(n: int, stairs: Sequence[tuple[int, float]], signs: int) -> float:
    """About `slth_verify.bounds.network.sign_split.channel_failure`."""
    total, before = 0.0, 1.0
    for width, failure in stairs:
        if width == 0:
            pass  # no filter is needed
        elif width <= 2 * n:
            total += (before - failure) * float(bdtr(width - 1, 2 * n, 0.5))
        else:
            total += before - failure
        before = failure
    return signs * (total + before)
