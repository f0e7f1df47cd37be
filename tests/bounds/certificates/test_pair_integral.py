"""Every integral inside the second moment, against other quadratures."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from mpmath import mp, mpf

from slth_verify.bounds.certificates.integrals import overlap as _overlap
from slth_verify.bounds.certificates.integrals import tilted_beta
from slth_verify.bounds.certificates.integrals.near_diagonal import near_diagonal
from slth_verify.bounds.certificates.integrals.overlap import Overlap
from slth_verify.bounds.certificates.integrals.pair_integral import pair_expectation
from slth_verify.bounds.certificates.integrals.tangent import GRID, Tangent
from slth_verify.bounds.certificates.integrals.tangent_point import FloatShape
from slth_verify.bounds.certificates.integrals.tilted_beta import log_tilted_beta
from slth_verify.enclosure import from_ball, to_ball, working_precision
from slth_verify.errors import InvalidParameterError

F = Fraction

#: n, k, j, m, c, x. The last three are degenerate: nothing outside, nothing common.
CASES = [
    (24, 9, 3, 2, F(2, 5), F(0)),
    (24, 9, 3, 2, F(2, 5), F(3, 2)),
    (60, 22, 7, 9, F(3, 5), F(2)),
    (60, 22, 15, 9, F(0), F(2)),
    (13, 6, 2, 1, F(9, 10), F(1, 2)),
    (40, 16, 0, 6, F(1, 2), F(1)),
    (20, 12, 4, 4, F(2, 5), F(1)),
    (16, 8, 0, 3, F(2, 5), F(1)),
]


def integrand(m: int, c: Fraction, x: Fraction):
    """(e2 - c e3)^{-s} ((1-a)(1-a'))^{-x} from the four shares."""

    def value(b11, b10, b01, b00):
        pairs = b11 * b10 + b11 * b01 + b10 * b01
        triples = b11 * b10 * b01 + b00 * pairs
        weight = ((b01 + b00) * (b10 + b00)) ** float(-x)
        return (pairs - float(c) * triples) ** (-m / 2) * weight

    return value


def upper(ball) -> float:
    return float(from_ball(ball).upper)


@pytest.mark.parametrize(("n", "k", "j", "m", "c", "x"), CASES)
def test_the_integral_is_bounded_from_above_and_tightly(
    n, k, j, m, c, x, pair_moment
) -> None:
    truth = pair_moment(n, k, j, integrand(m, c, x))
    overlap = Overlap(n, k, j, m, c, x)
    with working_precision(80):
        bound = upper(pair_expectation(overlap, 12.0))
        one = upper(Tangent.fitted(overlap).log_expectation().exp())
    assert truth * (1 - 1e-9) <= bound <= truth * 1.0002
    assert bound <= one * 1.0002
    assert one <= 2 * truth


@pytest.mark.parametrize("lie", ["off by one", "no tilt", "half the dimension"])
def test_a_wrong_integrand_is_seen(lie, pair_moment) -> None:
    n, k, j, m, c, x = CASES[2]
    truth = pair_moment(n, k, j, integrand(m, c, x))
    wrong = {
        "off by one": Overlap(n, k, j + 1, m, c, x),
        "no tilt": Overlap(n, k, j, m, F(0), x),
        "half the dimension": Overlap(n, k, j, m - 1, c, x),
    }[lie]
    with working_precision(80):
        bound = upper(pair_expectation(wrong, 12.0))
    assert not truth * (1 - 1e-9) <= bound <= truth * 1.0002


def test_a_forgotten_discretisation_error_is_seen(pair_moment, monkeypatch) -> None:
    # with a coarse lattice the plain sum can fall below the integral
    n, k, j, m, c, x = CASES[0]
    truth = pair_moment(n, k, j, integrand(m, c, x))
    overlap = Overlap(n, k, j, m, c, x)
    with working_precision(80):
        safe = upper(pair_expectation(overlap, 2.0))
        monkeypatch.setattr(
            "slth_verify.bounds.certificates.integrals.lattice.Lattice.ratio",
            lambda self, axis: to_ball(0),
        )
        careless = [upper(pair_expectation(overlap, nats)) for nats in (1.0, 1.5, 2.0)]
    assert safe >= truth
    assert min(abs(value / truth - 1) for value in careless) > 1e-9
    assert safe > max(careless)


def test_a_tangent_is_an_upper_bound_wherever_it_touches(pair_moment) -> None:
    n, k, j, m, c, x = CASES[1]
    truth = pair_moment(n, k, j, integrand(m, c, x))
    overlap = Overlap(n, k, j, m, c, x)
    rng = np.random.default_rng(5)
    used = 0
    with working_precision(80):
        for d, p in rng.uniform(0.05, 0.95, (30, 2)):
            tangent = Tangent.touching(FloatShape(overlap), d, p)
            assert sum(tangent.bracket) == sum(tangent.rest) == GRID
            if tangent.usable():
                used += 1
                assert upper(tangent.log_expectation().exp()) >= truth
    assert used >= 5


def test_am_gm_the_wrong_way_round_is_seen(pair_moment, monkeypatch) -> None:
    # weights 0.9 of what they should be: the product no longer lies below the sum
    n, k, j, m, c, x = CASES[0]
    truth = pair_moment(n, k, j, integrand(m, c, x))
    overlap = Overlap(n, k, j, m, c, x)
    with working_precision(80):
        right = Tangent.fitted(overlap)
        lie = Tangent(overlap, tuple(g * 9 // 10 for g in right.bracket), right.rest)
        assert upper(lie.log_expectation().exp()) < truth


@pytest.mark.parametrize(
    ("n", "k", "j", "m", "c", "x", "log_single"),
    [
        (135, 32, 30, 9, F(2, 5), F(0), 65.7),
        (67, 23, 20, 9, F(47, 100), F(4), 41.9),
        (41, 18, 17, 4, F(3, 5), F(1, 2), 22.0),
    ],
)
def test_near_the_diagonal(n, k, j, m, c, x, log_single, pair_moment) -> None:
    # the same split of D, integrated by another rule
    threshold = np.exp(-log_single / (m / 2))
    density = integrand(m, c, x)

    def dropped(b11, b10, b01, b00):
        one, two = b11 + b10, b11 + b01
        factor = one * (1 - float(c) * (1 - one)) * two * (1 - float(c) * (1 - two))
        weight = ((1 - one) * (1 - two)) ** float(-x)
        return factor ** (-m / 4) * weight

    def split(b11, b10, b01, b00):
        small = (b10 + b01) < threshold
        with np.errstate(over="ignore", divide="ignore"):
            single = np.exp(log_single) * dropped(b11, b10, b01, b00)
            return np.where(small, single, density(b11, b10, b01, b00))

    truth = pair_moment(n, k, j, split, nodes=(801, 51))
    overlap = Overlap(n, k, j, m, c, x)
    with working_precision(80):
        fine = upper(
            near_diagonal(overlap, to_ball(F(log_single)), to_ball(0), F(1, 8))
        )
        rough = upper(near_diagonal(overlap, to_ball(F(log_single)), to_ball(0), F(1)))
    assert truth * 0.995 <= fine <= truth * 1.1
    assert fine <= rough <= 1.6 * fine


@pytest.mark.parametrize(
    ("a", "b", "s", "c"),
    [
        (F(5, 2), F(7, 2), F(9, 2), F(1, 2)),
        (F(160), F(900), F(75), F(3, 10)),
        (F(1, 2), F(3), F(1, 2), F(24, 25)),
        (F(3, 2), F(40), F(30), F(1, 10)),
        (F(3), F(2), F(0), F(0)),
    ],
)
def test_tilted_beta_integral(a, b, s, c) -> None:
    with working_precision(80):
        got = from_ball(log_tilted_beta(a, b, s, c))
    with mp.workdps(30):
        real = [mp.mpf(v.numerator) / v.denominator for v in (a, b, s, c)]
        series = mp.hyp2f1(real[2], real[1], real[0] + real[1], real[3])
        truth = F(mp.nstr(mp.log(mp.beta(real[0], real[1]) * series), 25))
    assert abs(truth - got.lower) < F(1, 10**14) * (1 + abs(truth))
    assert got.width < F(1, 10**14) * (1 + abs(truth))


@pytest.mark.parametrize(
    "arguments", [(F(0), F(1), F(1), F(0)), (F(1), F(1), F(1), F(1))]
)
def test_a_divergent_integral_is_no_number(arguments) -> None:
    with working_precision(64):
        assert not log_tilted_beta(*arguments).is_finite()


@pytest.mark.parametrize(
    "arguments",
    [
        (10, 4, 4, 1, F(0), F(0)),
        (10, 6, 1, 1, F(0), F(0)),
        (10, 4, 1, 1, F(1), F(0)),
        (10, 4, 1, 1, F(0), F(1, 3)),
    ],
)
def test_impossible_overlaps_are_refused(arguments) -> None:
    with pytest.raises(InvalidParameterError, match="der:weighted-moment"):
        Overlap(*arguments)


def test_all_monomials_have_their_coefficient() -> None:
    # five monomials, two with 1 - c and three with c
    assert [tilted for _, tilted in _overlap.BRACKET] == [
        False,
        False,
        True,
        True,
        True,
    ]


def check_rest(room) -> None:
    """Series that are cut early: what is left out is no more than is charged."""
    room._REST = F(1, 2)
    cases = itertools.product(
        (F(1, 64), F(1), F(9)), (F(1, 2), F(60)), (F(0), F(1, 2), F(3), F(15, 2)),
        (F(1, 9), F(1, 2), F(9, 10)),
    )  # fmt: skip
    for a, b, s, c in cases:
        with working_precision(128):
            got = from_ball(room.log_tilted_beta(a, b, s, c))
        with mp.workdps(40):
            x, y, p, q = (mpf(z.numerator) / z.denominator for z in (a, b, s, c))
            truth = mp.log(mp.beta(x, y)) + mp.log(mp.hyp2f1(p, y, x + y, q))
            low, high = (
                mpf(z.numerator) / z.denominator for z in (got.lower, got.upper)
            )
            assert low <= truth <= high


RESTS = {
    "the ratio of the next but one": ("(first + i) / (1 + i)", "(first + i) / (2 + i)"),
    "a ratio below that of far terms": (
        "((first + i) / (1 + i)).max(to_ball(1))",
        "((first + i) / (1 + i))",
    ),
    "one term more": ("term * following / (1 - following)", "term * following"),
    "nothing": ("total += hull(to_ball(0), rest)", "pass"),
    "terms of the other side": ("hull(to_ball(0), rest)", "hull(-rest, to_ball(0))"),
}


def test_series_may_be_cut_anywhere(mutant) -> None:
    check_rest(mutant(tilted_beta, "_MAX_TERMS = 200_000", "_MAX_TERMS = 100_000"))


@pytest.mark.parametrize("lie", RESTS)
def test_lies_about_the_rest_of_a_series_are_seen(lie, mutant) -> None:
    with pytest.raises(AssertionError):
        check_rest(mutant(tilted_beta, *RESTS[lie]))
