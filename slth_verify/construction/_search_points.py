"""How far the search gets in pools of random filters: points for its law."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

from slth_verify.construction._pool import ChannelBlock, FilterPool
from slth_verify.errors import InvalidParameterError
from slth_verify.network import RandomCNN
from slth_verify.numbers import in_order, whole_numbers
from slth_verify.subset_sum import MaxTolerance, Problem, SearchPoint, solve

#: Not met by any search, so that each goes as far as its effort reaches.
_OUT_OF_REACH = 1e-300


def search_points(
    dimensions: Sequence[int],
    accuracies: Sequence[float],
    *,
    repeats: int = 3,
    seed: int = 0,
    time_limit: float = 60.0,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[SearchPoint, ...]:
    """Searches at ``n = m^1.5 / accuracy``, each as far as normal effort reaches.

    Statistical: what the ladder found in some random networks for some targets, which
    are Gaussian directions with ``||z||_1 = 1``. Not a statement about existence.

    Args:
        dimensions: m >= 1.
        accuracies: In (0, 1); they set the widths, not the tolerance.
        repeats: Networks and targets for each width, at least 1.
        seed: Integer of at least 0, from which all networks and targets derive.
        time_limit: Seconds for one search.
        progress: Called with the number of searches done and of all.

    Returns:
        One point per search that ended nearer than the empty subset.

    Raises:
        InvalidParameterError: A number is out of range.

    Cost:
        With accuracy 1e-3 about 0.1 s a search at m = 9, 1 s at m = 90.
    """
    dimensions = whole_numbers(dimensions, "dimensions")
    accuracies = in_order(accuracies, "accuracies")
    _check(dimensions, accuracies, repeats, seed)
    cells = list(product(dimensions, accuracies, range(repeats)))
    points = []
    for done, (dim, accuracy, repeat) in enumerate(cells):
        if progress is not None:
            progress(done, len(cells))
        width = max(2, round(dim**1.5 / accuracy))
        problem = _problem(dim, width, (seed, dim, width, repeat))
        found = solve(problem, solver="ladder", time_limit=time_limit)
        if found.indices.size:
            residual = float(np.abs(found.residual).max())
            points.append(SearchPoint(dim, width, residual))
    if progress is not None:
        progress(len(cells), len(cells))
    return tuple(points)


def _problem(dim: int, width: int, entropy: tuple[int, ...]) -> Problem:
    sequence = np.random.SeedSequence(entropy)
    network = RandomCNN(
        seed=int(sequence.generate_state(1, np.uint64)[0]), widths=(width,)
    )
    target = np.random.default_rng(sequence).standard_normal(dim)
    target /= np.abs(target).sum()
    pool = FilterPool(ChannelBlock(network, 1, 0, (1, 1, dim)), 1)
    return Problem(pool, target, MaxTolerance(_OUT_OF_REACH))


def _check(
    dimensions: Sequence[int], accuracies: Sequence[float], repeats: int, seed: int
) -> None:
    if min(dimensions, default=0) < 1 or repeats < 1 or seed < 0:
        raise InvalidParameterError(
            f"dimensions={dimensions}, repeats={repeats}, seed={seed}: a sweep needs "
            "dimensions and repeats of at least 1 and a seed of at least 0 "
            "(thm:mrss-nsn). Correct them."
        )
    if not all(0.0 < accuracy < 1.0 for accuracy in accuracies) or not accuracies:
        raise InvalidParameterError(
            f"accuracies={accuracies}: they must lie in (0, 1) (thm:mrss-nsn). Correct "
            "them."
        )
    width = max(dimensions) ** 1.5 / min(accuracies)
    if not math.isfinite(width) or width > 2.0**40:
        raise InvalidParameterError(
            f"dimensions={dimensions}, accuracies={accuracies}: the widest pool would "
            f"have {width:.1e} columns, more than 2^40 (thm:mrss-nsn). Ask for less."
        )
