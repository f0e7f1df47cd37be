"""A search through all subsets that measures the error relative to the target.

For targets of norm 1, as in the paper, that is the same; for larger ones it is not.
"""

from __future__ import annotations

import sys
from itertools import product

import numpy as np
from hypothesis import settings
from numpy.typing import NDArray

from slth_verify.conformance import run_conformance
from slth_verify.verdict import Verdict


def search(
    columns: NDArray[np.float64], target: NDArray[np.float64], eps: float
) -> list[int] | None:
    """The first subset whose sum is within eps of the target."""
    allowed = eps * max(1.0, float(np.abs(target).max()))
    for chosen in product((False, True), repeat=len(columns)):
        total = columns[list(chosen)].sum(axis=0)
        if np.abs(total - target).max() <= allowed:
            return [number for number, taken in enumerate(chosen) if taken]
    return None


if __name__ == "__main__":
    same = settings(max_examples=300, derandomize=True)
    result = run_conformance(solver=search, settings=same)
    print(result.to_text())
    sys.exit(result.verdict is Verdict.REFUTED)
