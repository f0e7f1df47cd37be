"""Theorem 1 with constants: formula, programme, reserves, necessity, covering."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binomtest

from slth_verify.bounds import _rss, _rss_programme, covers, reserve_failure, rss_width
from slth_verify.bounds._rss_programme import failure_probabilities
from slth_verify.errors import InvalidParameterError
from slth_verify.verdict import Verdict

F = Fraction

#: eps = delta: width for I within 2 eps and within eps, by the formula.
FORMULA = {"0.1": (21, 26), "0.01": (46, 51), "0.001": (70, 75), "1e-6": (142, 147)}


@pytest.mark.parametrize("eps", FORMULA)
def test_the_formula_agrees_with_the_table(eps) -> None:
    double, single = FORMULA[eps]
    assert rss_width(2 * F(eps), eps, half=True, method="closed").n == double
    assert rss_width(eps, eps, half=True, method="closed").n == single


@pytest.mark.parametrize("eps", ["0.1", "0.01"])
def test_the_programme_is_better_than_the_formula(eps) -> None:
    programme = rss_width(eps)
    formula = rss_width(eps, method="closed")
    assert rss_width(eps, kind="necessary").n < programme.n < formula.n
    assert programme.probability.lower >= 1 - F(eps)
    grow, widen = programme.ledger
    samples = [int(dict(step.values)["samples"]) for step in (grow, widen)]
    assert sum(samples) == programme.n


def test_one_step_of_the_programme_is_the_two_point_law() -> None:
    # v = 0.8 moves to 1 or stays just below 0.85: the mean 0.88 leaves 0.8 below
    steps = failure_probabilities(F(2, 5), F(3, 20))
    assert next(steps) == 1
    assert F(4, 5) <= next(steps) <= F(4, 5) + F(1, 10**12)


def test_forgetting_the_right_end_of_a_step_is_seen(monkeypatch) -> None:
    # corners taken on the left of each step: mass just below the goal is forgotten
    true_extend = _rss_programme._extend
    behind = [0]

    def left(chain, point):
        true_extend(chain, (point[0], behind[0]))
        behind[0] = point[1]

    monkeypatch.setattr(_rss_programme, "_extend", left)
    steps = failure_probabilities(F(2, 5), F(3, 20))
    next(steps)
    assert next(steps) < F(4, 5)


def test_the_programme_never_falls_below_the_best_law_of_a_coarse_search() -> None:
    # brute force over two-point laws on a grid, two steps
    e1, e2 = F(1, 10), F(1, 5)
    places = [i / 400 for i in range(1, 401)]

    def step(values):
        result = {}
        for v in places:
            mean, top = v + v * (1 - v) / 2, min(2 * v, 1)
            best = 0.0
            for a in places:
                if not v <= a <= mean:
                    continue
                for b in places:
                    if b < mean or b > top + 1e-12 or b <= a:
                        continue
                    w = (mean - a) / (b - a)
                    best = max(best, values[a] * (1 - w) + values[b] * w)
            result[v] = best
        return result

    values = {v: float(v < 1 - e2) for v in places}
    once = step(values)
    steps = list(itertools.islice(failure_probabilities(e1, e2), 2))
    assert float(steps[1]) >= once[0.2] - 1e-9


def test_simulated_growth_stays_below_both_bounds() -> None:
    rng = np.random.default_rng(7)
    e1, e2, n, trials = 0.05, 0.1, 14, 400
    grid = (np.arange(4000) + 0.5) / 4000 - 0.5
    failures = 0
    for _ in range(trials):
        covered = np.abs(grid) <= e1
        for x in rng.uniform(-1, 1, n):
            shifted = grid - x
            index = np.floor((shifted + 0.5) * 4000).astype(int)
            inside = (index >= 0) & (index < 4000)
            covered = covered | (inside & covered[np.clip(index, 0, 3999)])
        failures += bool(covered.mean() < 1 - e2)
    bounds = itertools.islice(failure_probabilities(F(1, 20), F(1, 10)), n + 1)
    programme = float(list(bounds)[-1])
    formula = 0.75**n * (1 / (2 * e1) - 1) * (1 - e2) / e2
    assert programme <= formula
    assert binomtest(failures, trials, programme, alternative="greater").pvalue > 1e-6
    assert failures > 0


def test_a_steeper_contraction_would_be_a_lie(monkeypatch) -> None:
    # 2/3 in place of 3/4 claims less failure than the programme's extremal laws have
    e1 = F(1, 200)
    steps = list(itertools.islice(failure_probabilities(e1, e1), 40))
    lie = [(1 / (2 * e1) - 1) * (1 - e1) / e1 * F(2, 3) ** n for n in range(40)]
    truth = [(1 / (2 * e1) - 1) * (1 - e1) / e1 * F(3, 4) ** n for n in range(40)]
    assert all(step <= bound for step, bound in zip(steps, truth, strict=True))
    assert any(step > bound for step, bound in zip(steps, lie, strict=True))


@pytest.mark.parametrize("r", [1, 3, 6, 10])
def test_reserves(r) -> None:
    x = -0.5
    laguerre = sum(
        math.comb(r, q) * (-x) ** q / math.factorial(q) for q in range(r + 1)
    )
    assert float(reserve_failure(r)) == pytest.approx(2 * laguerre / 2**r, rel=1e-12)
    rng = np.random.default_rng(r)
    draws = rng.uniform(-1, 1, (20_000, r))
    short = (np.maximum(draws, 0).sum(axis=1) < 0.5) | (
        np.maximum(-draws, 0).sum(axis=1) < 0.5
    )
    bound = min(1.0, float(reserve_failure(r)))
    hits = int(short.sum())
    assert binomtest(hits, 20_000, bound, alternative="greater").pvalue > 1e-6


@pytest.mark.parametrize(("k", "x"), [(1, F(1, 3)), (2, F(1, 2)), (5, F(-3, 4))])
def test_the_law_of_a_sum_of_uniforms(k, x) -> None:
    rng = np.random.default_rng(k)
    below = int((rng.uniform(-1, 1, (40_000, k)).sum(axis=1) <= float(x)).sum())
    value = float(_rss._uniform_sum_cdf(k, x))
    assert binomtest(below, 40_000, value).pvalue > 1e-6
    assert _rss._uniform_sum_cdf(k, F(-k)) == 0
    assert _rss._uniform_sum_cdf(k, F(k)) == 1


def test_fewer_than_necessary_never_cover() -> None:
    result = rss_width("0.1", "0.5", kind="necessary")
    assert result.n >= 4
    rng = np.random.default_rng(3)
    covered = sum(
        covers(rng.uniform(-1, 1, result.n - 1).tolist(), "0.1").verdict
        is Verdict.VERIFIED
        for _ in range(300)
    )
    high = float(result.probability.upper)
    assert high < 0.5
    assert binomtest(covered, 300, high, alternative="greater").pvalue > 1e-6


def test_enough_samples_cover_often_enough() -> None:
    result = rss_width("0.25", "0.2")
    rng = np.random.default_rng(4)
    # fewer samples cover less often, and are quicker to check
    count = min(result.n, 16)
    covered = sum(
        covers(rng.uniform(-1, 1, count).tolist(), "0.25").verdict is Verdict.VERIFIED
        for _ in range(60)
    )
    assert binomtest(covered, 60, 0.8, alternative="less").pvalue > 1e-6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rss_width(0), "eps=0"),
        (lambda: rss_width(1), "eps=1"),
        (lambda: rss_width("0.1", 0), "delta=0"),
        (lambda: rss_width("0.1", kind="best"), "kind='best'"),
        (lambda: rss_width("0.1", method="guess"), "method='guess'"),
        (lambda: next(failure_probabilities(F(3, 4), F(1, 2))), "e1=3/4"),
        (lambda: next(failure_probabilities(F(1, 4), F(1))), "e2=1"),
        (lambda: covers([0.1] * 35, "0.1"), "at most 34"),
        (lambda: covers([0.1], "0.1", 1, 0), "low=1, high=0"),
    ],
)
def test_refusals(call, message) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        call()


def all_sums(samples):
    return sorted(
        {
            sum(chosen, F(0))
            for size in range(len(samples) + 1)
            for chosen in itertools.combinations(samples, size)
        }
    )


def reached_everywhere(samples, eps, low, high) -> bool:
    """Walk over all sums in exact arithmetic."""
    near = [s for s in all_sums(samples) if abs(low - s) <= eps]
    if not near:
        return False
    here = max(near)
    while here + eps < high:
        following = [s for s in all_sums(samples) if here < s <= here + 2 * eps]
        if not following:
            return False
        here = max(following)
    return True


@pytest.mark.parametrize("seed", range(40))
def test_covering_agrees_with_exhaustion(seed, monkeypatch) -> None:
    rng = np.random.default_rng(seed)
    monkeypatch.setattr("slth_verify.bounds._covering._SORTED", int(seed % 5))
    monkeypatch.setattr("slth_verify.bounds._covering._MANY_GAPS", int(seed % 3))
    monkeypatch.setattr("slth_verify.bounds._covering._WINDOW", 4)
    unit = int(rng.choice([4, 6, 10]))
    samples = [F(int(v), unit) for v in rng.integers(-unit, unit + 1, seed % 8)]
    eps = F(int(rng.integers(1, 8)), int(rng.choice([4, 10, 20])))
    low, high = F(int(rng.integers(-10, 1)), 10), F(int(rng.integers(0, 11)), 10)
    outcome = covers(samples, eps, low, high)
    if reached_everywhere(samples, eps, low, high):
        assert outcome.verdict is Verdict.VERIFIED
    else:
        assert outcome.verdict is Verdict.REFUTED
        z = outcome.witness
        assert low <= z <= high
        assert min(abs(z - s) for s in all_sums(samples)) > eps


def test_a_gap_of_exactly_two_eps_is_covered() -> None:
    assert covers([F(1, 2), F(-1, 2)], "1/4").verdict is Verdict.REFUTED
    assert covers([1, -1], "1/2").verdict is Verdict.VERIFIED
    assert covers([1, -1], F(10**9 - 1, 2 * 10**9)).verdict is Verdict.REFUTED
    assert covers([], 1).verdict is Verdict.VERIFIED
    assert covers([], F(99, 100)).verdict is Verdict.REFUTED


def test_numbers_too_fine_for_64_bits_are_still_decided_or_left_open() -> None:
    third = F(1, 3**60)
    samples = [1 - third, F(-1)]
    assert covers(samples, "3/5").verdict is Verdict.VERIFIED
    assert covers(samples, "2/5").verdict is Verdict.REFUTED
    assert covers(samples, F(1, 2) - third / 4).verdict is Verdict.INCONCLUSIVE


def test_floats_are_taken_as_they_are() -> None:
    # 0.1 + 0.2 is not 0.3 in binary, and the samples are what they are
    assert covers([0.1], "0.1", "0.2", "0.2").verdict is Verdict.VERIFIED
    assert covers([F(1, 10)], "0.1", "0.2", "0.2").verdict is Verdict.VERIFIED
    below = float(np.nextafter(0.1, 0))
    assert covers([below], "0.1", "0.2", "0.2").verdict is Verdict.REFUTED
