"""The programme over the law of the covered share, and the growth it rests on."""

import itertools
from bisect import bisect_left
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binomtest

from slth_verify.bounds.one_dim import programme
from slth_verify.bounds.one_dim.answers import formula_failures
from slth_verify.bounds.one_dim.programme import failure_probabilities
from slth_verify.errors import InvalidParameterError

F = Fraction

#: Start, share that may be missing, points of the slow search, steps.
CASES = [
    (F(1, 5), F(1, 5), 20, 5),
    (F(1, 10), F(3, 20), 20, 6),
    (F(1, 24), F(1, 8), 24, 7),
    (F(4, 5), F(3, 20), 40, 3),
    (F(1, 2), F(1, 12), 24, 5),
]


def mean(v):
    return v + v * (1 - v) / 2


def extremal_failures(start, missing, parts, steps):
    """What two-point laws on a uniform grid do: below the programme, in fractions."""
    places = [F(i, parts) for i in range(1, parts + 1)]
    values = {v: F(v < 1 - missing) for v in places}
    yield values[start]
    for _ in range(steps):
        values = {v: worst(v, values, places) for v in places}
        yield values[start]


def worst(v, values, places):
    target, top = mean(v), min(2 * v, F(1))
    low = [a for a in places if v <= a <= target]
    high = [b for b in places if target < b <= top]
    best = [values[a] for a in places if a == target]
    for a, b in itertools.product(low, high):
        up = (target - a) / (b - a)
        best.append(values[a] * (1 - up) + values[b] * up)
    return max(best)


def stays_above(start, missing, parts, steps) -> bool:
    found = itertools.islice(failure_probabilities(start, missing), steps + 1)
    slow = extremal_failures(start, missing, parts, steps)
    return all(upper >= lower for upper, lower in zip(found, slow, strict=True))


@pytest.mark.parametrize("case", CASES)
def test_never_below_extremal_laws(case) -> None:
    assert stays_above(*case)


@pytest.mark.parametrize(
    ("start", "missing"), [(F(1, 5), F(1, 5)), (F(1, 50), F(1, 50))]
)
def test_never_above_the_formula(start, missing) -> None:
    pairs = zip(
        failure_probabilities(start, missing),
        formula_failures(start, missing),
        strict=False,
    )
    assert all(fine <= rough for fine, rough in itertools.islice(pairs, 30))


def left_corners(monkeypatch) -> None:
    true, behind = programme._extend, [0]

    def lie(chain, point):
        true(chain, (point[0], behind[0]))
        behind[0] = point[1]

    monkeypatch.setattr(programme, "_extend", lie)


def turned_hull(monkeypatch) -> None:
    def lie(chain, point):
        while len(chain) > 1:
            (b, w), (a, u) = chain[-2], chain[-1]
            if (u - point[1]) * (b - a) < (w - u) * (a - point[0]):
                break
            chain.pop()
        chain.append(point)

    monkeypatch.setattr(programme, "_extend", lie)


def no_right_end(monkeypatch) -> None:
    true = programme._right_end

    def lie(chain, m):
        return true(chain[1:], m) if len(chain) > 1 and m <= chain[1][0] else 0

    monkeypatch.setattr(programme, "_right_end", lie)


def rounded_down(monkeypatch) -> None:
    def lie(left, right, m):
        (a, u), (b, w) = left, right
        return (u * (b - m) + w * (m - a)) // (b - a)

    monkeypatch.setattr(programme, "_between", lie)


def next_cell(monkeypatch) -> None:
    monkeypatch.setattr(
        programme,
        "bisect_left",
        lambda *arguments: max(0, bisect_left(*arguments) - (len(arguments[0]) > 9)),
    )


def faster_mean(monkeypatch) -> None:
    true = programme._positions

    def lie(start, missing):
        nodes, means, tops = true(start, missing)
        return nodes, [2 * m - v for m, v in zip(means, nodes, strict=True)], tops

    monkeypatch.setattr(programme, "_positions", lie)


def short_windows(monkeypatch) -> None:
    true = programme._positions

    def lie(start, missing):
        nodes, means, tops = true(start, missing)
        return nodes, means, [(m + t) // 2 for m, t in zip(means, tops, strict=True)]

    monkeypatch.setattr(programme, "_positions", lie)


@pytest.mark.parametrize(
    "lie",
    [
        left_corners,
        turned_hull,
        no_right_end,
        rounded_down,
        next_cell,
        faster_mean,
        short_windows,
    ],
)
def test_lies_fall_below_extremal_laws(lie, monkeypatch) -> None:
    lie(monkeypatch)
    exact = next(itertools.islice(failure_probabilities(F(4, 5), F(3, 20)), 1, None))
    assert exact < F(4, 5) or not all(stays_above(*case) for case in CASES)


def test_one_step_of_the_programme_is_the_two_point_law() -> None:
    # v = 0.8 moves to 1 or stays just below 0.85: the mean 0.88 leaves 0.8 below
    steps = failure_probabilities(F(4, 5), F(3, 20))
    assert next(steps) == 1
    assert F(4, 5) <= next(steps) <= F(4, 5) + F(1, 10**12)


def test_an_envelope_that_ends_at_the_goal_is_contradicted_by_the_process() -> None:
    # on I with e1 = 0.4 one sample leaves more than 0.15 with probability 0.2, though
    # the mean 0.88 lies beyond the goal 0.85
    assert mean(F(4, 5)) > 1 - F(3, 20)
    rng = np.random.default_rng(2)
    x = np.abs(rng.uniform(-1, 1, 20_000))
    moved = np.clip(np.minimum(0.5, x + 0.4) - np.maximum(0.4, x - 0.4), 0, None)
    failures = int((0.8 + moved < 0.85).sum())
    assert binomtest(failures, 20_000, 0.2).pvalue > 1e-6
    claimed = list(itertools.islice(failure_probabilities(F(4, 5), F(3, 20)), 2))[1]
    assert failures / 20_000 < claimed
    assert binomtest(failures, 20_000, 1e-3, alternative="greater").pvalue < 1e-6


def near(cells: int, reach: int):
    """Share of pairs of points of two cells at most ``reach`` cells apart, times 2."""
    gap = np.abs(np.subtract.outer(np.arange(cells), np.arange(cells)))
    return np.where(gap < reach, 2, np.where(gap == reach, 1, 0))


def half_of_all_pairs_is_near(cells: int, reach: int) -> bool:
    kernel = near(cells, reach)
    sets = (np.arange(1 << cells)[:, None] >> np.arange(cells)) & 1
    pairs = np.einsum("si,ij,sj->s", sets, kernel, 1 - sets)
    size = sets.sum(axis=1)
    return bool((pairs >= size * (cells - size)).all())


def test_half_of_covered_and_uncovered_pairs_is_near() -> None:
    # all unions of cells of [-1, 1]; on [-3/2, 3/2] the two ends are a counterexample
    assert half_of_all_pairs_is_near(14, 7)
    assert not half_of_all_pairs_is_near(12, 4)


@pytest.mark.parametrize(
    ("reach", "start", "missing", "half_contradicted"),
    [(0.5, 0.1, 0.1, True), (1, 0.05, 0.05, False)],
)
def test_simulated_growth_fails_at_most_so_often(
    reach, start, missing, half_contradicted
) -> None:
    rng = np.random.default_rng(7)
    cells, n, trials = 2000, 12, 300
    failures = 0
    grid = ((np.arange(cells) + 0.5) / cells * 2 - 1) * reach
    for _ in range(trials):
        covered = np.abs(grid) <= start * reach
        for x in rng.uniform(-1, 1, n):
            index = np.floor((grid - x + reach) / (2 * reach) * cells).astype(int)
            inside = (index >= 0) & (index < cells)
            covered = covered | (inside & covered[np.clip(index, 0, cells - 1)])
        failures += bool(covered.mean() < 1 - missing)
    bounds = failure_probabilities(F(str(start)), F(str(missing)))
    bound = float(next(itertools.islice(bounds, n, None)))
    assert binomtest(failures, trials, bound, alternative="greater").pvalue > 1e-6
    # 1/2 in place of 3/4 is seen to be false on [-1/2, 1/2]
    lie = min(1.0, 0.5**n * (1 / start - 1) * (1 - missing) / missing)
    seen = binomtest(failures, trials, lie, alternative="greater").pvalue < 1e-6
    assert seen == half_contradicted


def test_a_steeper_contraction_would_be_a_lie() -> None:
    # 2/3 in place of 3/4 claims less failure than the programme's extremal laws have
    start, missing = F(1, 100), F(1, 200)
    steps = list(itertools.islice(failure_probabilities(start, missing), 30))
    factor = (1 / start - 1) * (1 - missing) / missing
    assert any(step > factor * F(2, 3) ** n for n, step in enumerate(steps))


@pytest.mark.parametrize(
    ("start", "missing"), [(0, F(1, 2)), (2, F(1, 2)), (F(1, 2), 1)]
)
def test_refusals(start, missing) -> None:
    with pytest.raises(
        InvalidParameterError, match=f"start={start}, missing={missing}"
    ):
        next(failure_probabilities(F(start), F(missing)))
