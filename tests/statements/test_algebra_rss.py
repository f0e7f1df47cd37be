"""Steps of docs/theory/one-dimension.md, by SymPy."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import pytest
import sympy as sp

from slth_verify.statements import decide, statement
from slth_verify.verdict import Verdict

EXPLICIT = statement("der:rss-explicit")
CONSTANT = statement("der:rss-constant")
v, e1, e2, delta = sp.symbols("v e1 e2 delta", positive=True)
POTENTIAL = 1 / v - 1


def test_mean_growth_of_the_covered_length() -> None:
    # a fixed uncovered z is covered by one more sample with probability v/2
    mean = v + sp.integrate(v / 2, (sp.Symbol("z"), 0, 1 - v))
    assert sp.expand(mean - (v + v * (1 - v) / 2)) == 0


def test_the_potential_is_convex() -> None:
    assert sp.diff(POTENTIAL, v, 2).is_positive


def test_contraction_below_one_half_is_exactly_three_quarters() -> None:
    q = (1 - v) / 2  # two-point law v -> 2v with the right mean
    assert sp.expand((1 - q) * v + q * 2 * v - (v + v * (1 - v) / 2)) == 0
    ratio = ((1 - q) * POTENTIAL + q * POTENTIAL.subs(v, 2 * v)) / POTENTIAL
    assert sp.simplify(ratio) == sp.Rational(3, 4)


def test_contraction_above_one_half_is_at_most_three_quarters() -> None:
    q = v / 2  # two-point law v -> 1
    assert sp.expand((1 - q) * v + q - (v + v * (1 - v) / 2)) == 0
    ratio = sp.simplify(((1 - q) * POTENTIAL + q * POTENTIAL.subs(v, 1)) / POTENTIAL)
    assert sp.expand(ratio - (1 - v / 2)) == 0
    assert ratio.subs(v, sp.Rational(1, 2)) == sp.Rational(3, 4)


def test_markov_step() -> None:
    # v < 1 - e2 means that the potential exceeds e2/(1 - e2)
    assert sp.simplify(POTENTIAL.subs(v, 1 - e2) - e2 / (1 - e2)) == 0
    start = POTENTIAL.subs(v, 2 * e1)
    n = sp.Symbol("n", integer=True)
    failure = sp.Rational(3, 4) ** n * start / POTENTIAL.subs(v, 1 - e2)
    stated = EXPLICIT.bound("failure", check=False, eps1=e1, eps2=e2)
    assert sp.simplify(failure - stated) == 0


def test_the_width_makes_the_failure_equal_delta() -> None:
    width = EXPLICIT.bound("width", check=False, eps1=e1, eps2=e2, delta=delta)
    n = sp.Symbol("n", integer=True)
    failure = EXPLICIT.bound("failure", check=False, eps1=e1, eps2=e2)
    log_failure = sp.expand_log(sp.log(failure), force=True).subs(n, width)
    assert sp.simplify(sp.expand_log(log_failure - sp.log(delta), force=True)) == 0


@pytest.mark.parametrize("q", range(8))
def test_the_reserve_term_is_a_laguerre_polynomial(q: int) -> None:
    values = {"eps1": "1/4", "eps2": "1/4", "n": 40}
    reserve = EXPLICIT.bound("failure-full", q=q, **values) - EXPLICIT.bound(
        "failure", **values
    )
    laguerre = 2 ** (1 - q) * sp.laguerre(q, -sp.Rational(1, 2))
    assert sp.simplify(reserve - laguerre) == 0


@pytest.mark.parametrize("q", [1, 2, 3, 4])
def test_positive_parts_stay_below_one_half(q: int) -> None:
    # given q positive samples, uniform on [0, 1]: the simplex has volume (1/2)^q/q!
    x = sp.symbols("x1:5")
    volume, room = sp.Integer(1), sp.Rational(1, 2)
    for index in range(q - 1, -1, -1):
        volume = sp.integrate(volume, (x[index], 0, room - sum(x[:index])))
    assert volume == room**q / sp.factorial(q)


def test_the_constant_covers_all_accuracies_below_one_third() -> None:
    # (3 L + log 4)/log(4/3) + (L + log 4)/log(4/3) + 1 <= C L, for L >= log 3
    L = sp.Symbol("L", positive=True)
    base = sp.log(sp.Rational(4, 3))
    needed = (3 * L + sp.log(4)) / base + (L + sp.log(4)) / base + 1
    eps = sp.Symbol("eps", positive=True)
    offered = CONSTANT.bound(check=False, eps=eps) / sp.log(1 / eps) * L
    gap = sp.expand(offered - needed)
    assert sp.simplify(gap.subs(L, sp.log(3))) == 0
    assert decide(sp.diff(gap, L), ">", 0) is Verdict.VERIFIED


def test_first_and_second_share_of_the_constant() -> None:
    # (3/4)^n1 (1/eps - 1)(1 - eps/2)(2/eps) <= (3/4)^n1 2/eps^2, and 2 (3/4)^q
    eps = sp.Symbol("eps", positive=True)
    n = sp.Symbol("n", integer=True)
    failure = EXPLICIT.bound("failure", check=False, eps1=eps / 2, eps2=eps / 2)
    loss = sp.simplify(2 / eps**2 - failure / sp.Rational(3, 4) ** n)
    assert sp.expand(loss - (3 - eps) / eps) == 0  # positive below 3
    share = sp.expand_log(sp.log(4 / eps**3), force=True)
    assert sp.expand(share - (3 * sp.log(1 / eps) + sp.log(4)).expand(force=True)) == 0


def test_the_constant_is_below_23_6() -> None:
    value = CONSTANT.bound(eps="1/100") / sp.log(100)
    assert decide(value, "<", sp.Rational(236, 10)) is Verdict.VERIFIED
    assert decide(value, ">", sp.Rational(235, 10)) is Verdict.VERIFIED


@pytest.mark.parametrize(
    ("eps", "interval", "whole"),
    [("0.1", 21, 26), ("0.01", 46, 51), ("0.001", 70, 75), ("1e-6", 142, 147)],
)
def test_reference_widths(eps: str, interval: int, whole: int) -> None:
    s = EXPLICIT
    assert s.solve_for("n", eps1=eps, eps2=eps, delta=eps) == interval
    half = Fraction(eps) / 2
    assert s.solve_for("n", eps1=half, eps2=half, delta=eps) == whole


def test_counting_bound_is_met_by_powers_of_two() -> None:
    # signed powers of two cover [-1, 1] with 2^n intervals: counting cannot be beaten
    s = statement("der:rss-counting")
    for n in (1, 3, 8):
        eps = s.solve_for("eps", n=n)
        sums = [Fraction(2 * i + 1, 2**n) - 1 for i in range(2**n)]
        assert all(b - a <= 2 * Fraction(1, int(1 / eps)) for a, b in pairwise(sums))
        assert math.isclose(sums[0], -1 + 2.0**-n)


def test_w1_a_covered_set_that_leaves_the_interval_may_more_than_double() -> None:
    def inside(intervals: list[tuple[Fraction, Fraction]]) -> Fraction:
        half, total, end = Fraction(1, 2), Fraction(0), Fraction(-1)
        for low, high in sorted(intervals):
            low, high = max(low, -half, end), min(high, half)
            if high > low:
                total, end = total + high - low, high
        return total

    covered = [(Fraction(-1, 10), Fraction(1, 10))]
    lengths = [inside(covered)]
    for sample in (Fraction(55, 100), Fraction(-1, 5)):
        covered += [(low + sample, high + sample) for low, high in covered]
        lengths.append(inside(covered))
    assert lengths == [Fraction(1, 5), Fraction(1, 4), Fraction(65, 100)]
