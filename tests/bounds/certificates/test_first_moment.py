"""Law of one subset sum, and the necessary width."""

from collections import Counter
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from mpmath import mp, mpf
from scipy.stats import binomtest

from slth_verify.bounds import (
    first_moment,
    hit_probability,
    necessary_width,
    subset_sum_number_mean,
)
from slth_verify.bounds.certificates.integrals import scale_integral
from slth_verify.enclosure import to_ball, working_precision
from slth_verify.errors import InvalidParameterError

F = Fraction

#: (dim, eps): necessary widths at probability 1/2 and 0.999, from quadratures that
#: were made by other code.
TABLE = {
    (1, "0.1"): (4, 5),
    (1, "0.01"): (8, 9),
    (1, "0.001"): (11, 12),
    (2, "0.1"): (9, 10),
    (2, "0.01"): (16, 17),
    (4, "0.01"): (35, 36),
    (4, "0.001"): (49, 50),
    (9, "0.1"): (51, 52),
    (9, "0.01"): (85, 86),
    (9, "0.001"): (118, 119),
    (18, "0.01"): (181, 183),
    (36, "0.1"): (250, 251),
    (72, "0.01"): (806, 807),
    (150, "0.01"): (1766, 1767),
}


def mp_hit(size: int, target: list[Fraction], eps: Fraction) -> mpf:
    """p_k by a fine trapezoidal sum in log R, in mpmath."""
    step = mpf(1) / 20
    e = mpf(eps.numerator) / eps.denominator
    total, times = mpf(0), Counter(target)
    for i in range(-3200, 200):
        scale = mp.exp(i * step)
        root = mp.sqrt(2 * scale)
        log_density = i * step * size / 2 - scale / 2
        term = mp.exp(log_density - mp.loggamma(mpf(size) / 2)) / mpf(2) ** (
            mpf(size) / 2
        )
        for z, count in times.items():
            c = mpf(z.numerator) / z.denominator
            term *= ((mp.erfc((c - e) / root) - mp.erfc((c + e) / root)) / 2) ** count
        total += term
    return total * step


@pytest.mark.parametrize(
    ("size", "target", "eps"),
    [
        pytest.param(1, [F(0)], F(1, 10), marks=pytest.mark.nightly),
        pytest.param(1, [F(1), F(0), F(0)], F(1, 100), marks=pytest.mark.nightly),
        (3, [F(0)] * 4, F(1, 100)),
        (5, [F(1, 2), F(-1, 3)], F(1, 2)),
        (12, [F(1)] + [F(0)] * 5, F(1, 10)),
    ],
)
def test_hit_probability_agrees_with_mpmath(size, target, eps) -> None:
    got = hit_probability(size, target, eps)
    with mp.workdps(50):
        truth = F(mp.nstr(mp_hit(size, target, eps), 40))
    assert abs(truth - got.lower) < truth * F(1, 10**12)
    assert got.lower <= truth * (1 + F(1, 10**30))
    assert got.upper >= truth * (1 - F(1, 10**30))
    assert got.width < truth * F(1, 10**11)


def test_the_empty_subset_hits_or_not() -> None:
    assert hit_probability(0, ["0.1", "-0.1"], "0.1").contains(1)
    assert hit_probability(0, ["0.11"], "0.1").upper == 0


def test_hits_depend_on_moduli_only_and_fall_with_the_norm() -> None:
    values = [hit_probability(6, [z, "0"], "1/20") for z in ("0", "-1/2", "1/2", "1")]
    assert values[1] == values[2]
    assert values[0].lower > values[1].upper > values[3].upper


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, ["0"], "0.1"), "size=-1"),
        ((1.5, ["0"], "0.1"), "size=1.5"),
        ((1, [], "0.1"), "len"),
        ((1, ["0"], "0"), "eps=0"),
        ((1, ["x"], "0.1"), "target='x'"),
    ],
)
def test_hit_probability_refuses(arguments, message) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        hit_probability(*arguments)


def test_mean_of_the_subset_sum_number() -> None:
    one = hit_probability(3, ["1", "0"], "0.1")
    mean = subset_sum_number_mean(9, 3, ["1", "0"], "0.1")
    assert mean.lower <= 84 * one.lower
    assert mean.upper >= 84 * one.upper
    assert mean.width < one.upper * F(1, 10**9)
    with pytest.raises(InvalidParameterError, match="size=4 and n=3"):
        subset_sum_number_mean(3, 4, ["1"], "0.1")


def test_first_moment_is_the_sum_over_sizes() -> None:
    target = [F(1), F(0)]
    parts = [hit_probability(k, target, "0.1") for k in range(8)]
    total = first_moment(7, 2, "0.1")
    low = sum(comb(7, k) * part.lower for k, part in enumerate(parts))
    high = sum(comb(7, k) * part.upper for k, part in enumerate(parts))
    assert total.lower <= high
    assert total.upper >= low
    assert total.width < total.lower * F(1, 10**10)


def test_the_empty_subset_counts() -> None:
    near, far = first_moment(3, 1, "0.5", "0.5"), first_moment(3, 1, "0.5", "0.500001")
    assert near.lower - far.upper > F(99, 100)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=pytest.mark.nightly) if case[0] > 100 else case
        for case in TABLE
    ],
)
def test_necessary_widths_agree_with_the_table(case) -> None:
    assert (
        necessary_width(*case, "1/2").n,
        necessary_width(*case, "0.999").n,
    ) == TABLE[case]


def test_a_lie_about_the_number_of_subsets_moves_the_width() -> None:
    # counting sizes up to n - 1 only, as if one sample were missing
    result = necessary_width(9, "0.01", "1/2")
    assert result.n == 85
    assert (
        first_moment(84, 9, "0.01").upper < F(1, 2) < first_moment(85, 9, "0.01").lower
    )


def test_the_result_says_what_it_bounds() -> None:
    result = necessary_width(2, 0.1, "1/2")
    document = result.to_json()
    assert document["n"] == 9
    assert document["direction"] == "lower"
    assert document["evidence"] == "enclosed"
    assert document["inputs"]["eps"] == "1/10"
    assert "size" not in document
    assert float(document["probability"]["upper"]) < 0.5
    assert "der:first-moment" in result.to_text()


def test_a_target_inside_the_box_needs_no_sample() -> None:
    result = necessary_width(3, "0.1", "1/2", target_norm="0.1")
    assert result.n == 0
    assert result.probability is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, "0.1", "1/2"), "dim=0"),
        ((1, "-1", "1/2"), "eps=-1"),
        ((1, "0.1", "1"), "prob=1"),
        ((1, "0.1", "1/2", -1), "target_norm=-1"),
    ],
)
def test_necessary_width_refuses(arguments, message) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        necessary_width(*arguments)


@pytest.mark.parametrize(
    ("dim", "n", "eps"), [(1, 6, "0.02"), (2, 8, "0.1"), (3, 10, "0.2")]
)
def test_simulation_never_exceeds_the_first_moment(dim, n, eps) -> None:
    rng = np.random.default_rng(20240 + dim)
    masks = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    goal = np.zeros(dim)
    goal[0] = 1
    trials = 2000
    hits = 0
    for _ in range(trials):
        samples = rng.standard_normal((n, 1)) * rng.standard_normal((n, dim))
        hits += bool((np.abs(masks @ samples - goal).max(axis=1) <= float(eps)).any())
    bound = float(first_moment(n, dim, eps).upper)
    assert bound < 1
    test = binomtest(hits, trials, bound, alternative="greater")
    assert test.pvalue > 1e-6
    lie = binomtest(hits, trials, bound / 4, alternative="greater")
    assert lie.pvalue < 1e-6


#: Weights of sizes, moduli of a target's coordinates, and half a width.
COARSE = [
    (weights, target, F(1, 2) / len(target))
    for weights in ((0, 1), (0, 0, 0, 1), (0,) * 8 + (1,), (0, 8, 28, 56))
    for target in ((F(0),), (F(1), F(0)))
]


def check_what_is_left_out(room) -> None:
    """Sums with few nodes, or of a part of the line, are off by no more than they say.

    The truth is a sum with many nodes, whose own error is below 1e-50.
    """
    whole, most = (F(-60), F(8)), F(5, 4)
    rules = [
        (F(step, 4), shift, *whole) for step in (2, 3, 4, 8) for shift in (1, most)
    ]
    rules += [(F(1, 16), most, F(-cut), F(8)) for cut in (1, 3, 6)]
    rules += [(F(1, 16), most, F(-60), F(cut, 2)) for cut in (5, 6, 7)]
    for numbers, target, eps in COARSE:
        weights, box = [to_ball(x) for x in numbers], room.Box.around(target, eps)
        truth, rest = scale_integral._Rule.choose(len(weights) - 1, box, 150.0).apply(
            weights, box
        )
        assert rest < to_ball(F(1, 10**50))
        for step, shift, low, high in rules:
            rule = room._Rule(step, F(shift), int(low / step), int(high / step))
            value, error = rule.apply(weights, box)
            assert not error.is_finite() or abs(truth - value) - rest <= error


def test_no_more_is_left_out_than_is_charged() -> None:
    with working_precision(256):
        check_what_is_left_out(scale_integral)


LEFT_OUT = {
    "half of the error of the step": ("return 2 * total", "return total"),
    "a wider turn": (
        "(2 * pi() * to_ball(self.shift",
        "(3 * pi() * to_ball(self.shift",
    ),
    "a narrower strip": ("* log_cos / 2", "* log_cos / 8"),
    "no error of the step": ("error += self._strip(weights, box)", "pass"),
    "no nodes below the first": (
        "error = self._lower_tail(density, box)",
        "error = to_ball(0)",
    ),
    "no nodes above the last": (
        "error += self._upper_tail(density, box, len(weights) - 1)",
        "pass",
    ),
    "one node alone above the last": (
        "box.probability(scale) / (1 - ratio)",
        "box.probability(scale)",
    ),
    "one node alone below the first": ("/ (1 - (-step / 2).exp())", "* to_ball(1)"),
}


@pytest.mark.parametrize("lie", LEFT_OUT)
def test_lies_about_what_is_left_out_are_seen(lie, mutant) -> None:
    wrong = mutant(scale_integral, *LEFT_OUT[lie])
    with working_precision(256), pytest.raises(AssertionError):
        check_what_is_left_out(wrong)
