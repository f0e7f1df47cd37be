"""How often all targets can be reached at most: against enumeration and simulation."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binomtest

from slth_verify.bounds import covers, rss_width
from slth_verify.bounds.one_dim import necessary
from slth_verify.bounds.one_dim.necessary import (
    expected_hits,
    reach_probability,
    uniform_sum_cdf,
)
from slth_verify.bounds.one_dim.programme import failure_probabilities
from slth_verify.statements import statement
from slth_verify.verdict import Verdict

F = Fraction


@pytest.mark.parametrize(("k", "x"), [(1, F(1, 3)), (2, F(5, 4)), (5, F(17, 8))])
def test_the_law_of_a_sum_of_uniforms(k, x) -> None:
    rng = np.random.default_rng(k)
    below = int((rng.uniform(0, 1, (40_000, k)).sum(axis=1) <= float(x)).sum())
    assert binomtest(below, 40_000, float(uniform_sum_cdf(k, x))).pvalue > 1e-6
    assert uniform_sum_cdf(k, F(0)) == 0
    assert uniform_sum_cdf(k, F(k)) == 1
    assert uniform_sum_cdf(k, F(k, 2)) == F(1, 2)


@pytest.mark.parametrize(("q", "n"), [(1, 1), (2, 4), (1, 3)])
def test_expected_hits_are_those_of_simulation(q, n) -> None:
    rng = np.random.default_rng(q)
    x = rng.uniform(0, 1, (20_000, n)) * np.repeat([1, -1], [q, n - q])
    subsets = np.array(list(itertools.product([0, 1], repeat=n)))
    hits = (np.abs(x @ subsets.T - 1) <= 0.1).sum(axis=1)
    value = float(expected_hits(q, n - q, F(1), F(1, 10)))
    assert abs(hits.mean() - value) < 6 * hits.std() / math.sqrt(20_000)
    assert value < 1


def coverings(n, eps, trials):
    rng = np.random.default_rng(n)
    return sum(
        covers(rng.uniform(-1, 1, n).tolist(), eps).verdict is Verdict.VERIFIED
        for _ in range(trials)
    )


@pytest.mark.parametrize(
    ("n", "eps"), [(4, "0.3"), (6, "0.2"), (9, "0.1"), (13, "0.02")]
)
def test_coverings_are_neither_rarer_nor_more_frequent(n, eps) -> None:
    trials = 1500
    covered, width = coverings(n, eps, trials), F(eps)
    most = float(reach_probability(n, F(1), width))
    failures = failure_probabilities(width / 2, width / 4)
    least = 1 - float(next(itertools.islice(failures, n, None)))
    assert binomtest(covered, trials, most, alternative="greater").pvalue > 1e-6
    assert binomtest(covered, trials, least, alternative="less").pvalue > 1e-6


def test_enough_samples_cover_often_enough() -> None:
    result = rss_width("0.25", "0.2")
    # fewer samples cover less often, and are quicker to check
    covered = coverings(min(result.n, 14), "0.25", 200)
    assert binomtest(covered, 200, 0.8, alternative="less").pvalue > 1e-6


def test_at_most_what_the_statement_says() -> None:
    for n, eps in [(3, F(1, 4)), (8, F(1, 10)), (20, F(1, 1000))]:
        stated = statement("der:rss-missed").bound("probability", n=n, eps=eps)
        assert reach_probability(n, F(1), eps) <= F(str(stated.doit()))


def test_more_samples_never_help_less() -> None:
    series = [reach_probability(n, F(1), F(1, 20)) for n in range(16)]
    assert series == sorted(series)
    assert reach_probability(0, F(1), F(1)) == 1
    assert reach_probability(3, F(1), F(1, 9)) == 0


def fewer_hits(monkeypatch) -> None:
    monkeypatch.setattr(
        necessary,
        "expected_hits",
        lambda q, r, z, e: expected_hits(q, r, z, e) / 8,
    )


def shortage_of_whole_samples(monkeypatch) -> None:
    # x^i/i! with x above 1: samples that add up to less than z + 2
    monkeypatch.setattr(necessary, "factorial", lambda q: math.factorial(q) / 2**q)


@pytest.mark.parametrize("lie", [fewer_hits, shortage_of_whole_samples])
def test_lies_are_contradicted_by_coverings(lie, monkeypatch) -> None:
    lie(monkeypatch)
    contradicted = False
    for n, eps in [(4, "0.3"), (9, "0.1")]:
        most = min(1.0, max(0.0, float(reach_probability(n, F(1), F(eps)))))
        covered = coverings(n, eps, 1500)
        test = binomtest(covered, 1500, most, alternative="greater")
        contradicted |= bool(test.pvalue < 1e-6)
    assert contradicted


def test_masses_are_rounded_up(monkeypatch) -> None:
    values = []
    for bits in (8, 16, 256):
        monkeypatch.setattr(necessary, "_BITS", bits)
        necessary._mass.cache_clear()
        values.append(expected_hits(2, 3, F(1), F(1, 10)))
    necessary._mass.cache_clear()
    assert values[0] > values[1] > values[2]
