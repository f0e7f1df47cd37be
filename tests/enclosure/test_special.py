"""Special functions of balls against mpmath: containment and width."""

from fractions import Fraction

import mpmath
import pytest
from mpmath import mp, mpf

from slth_verify.enclosure import (
    NonFiniteError,
    beta_lower,
    chi_square_cdf,
    erf,
    from_ball,
    gamma_lower,
    gamma_upper,
    log_beta,
    log_gamma,
    normal_cdf,
    normal_quantile,
    to_ball,
    working_precision,
)

F = Fraction


def number(value: Fraction) -> mpf:
    return mpf(value.numerator) / value.denominator


@pytest.mark.parametrize("x", [F(1, 7), F(3, 2), F(40), F(10**6, 3)])
def test_log_gamma(x: Fraction, agrees) -> None:
    with working_precision(64):
        got = from_ball(log_gamma(to_ball(x)))
    agrees(got, lambda: mp.loggamma(number(x)), 1e-15)


@pytest.mark.parametrize(
    ("a", "b"), [(F(1, 2), F(1, 2)), (F(5), F(700)), (F(9, 2), F(1))]
)
def test_log_beta(a: Fraction, b: Fraction, agrees) -> None:
    with working_precision(96):
        got = from_ball(log_beta(to_ball(a), to_ball(b)))
    agrees(got, lambda: mp.log(mp.beta(number(a), number(b))), 1e-18)


@pytest.mark.parametrize("x", [F(1, 1000), F(1), F(-7, 3), F(30)])
def test_erf(x: Fraction, agrees) -> None:
    with working_precision(64):
        got = from_ball(erf(to_ball(x)))
    agrees(got, lambda: mp.erf(number(x)), 1e-15)


@pytest.mark.parametrize("x", [F(0), F(2), F(-40), F(1, 3)])
def test_normal_cdf_keeps_its_relative_accuracy_in_the_tail(x, agrees) -> None:
    with working_precision(96):
        got = from_ball(normal_cdf(to_ball(x)))
    agrees(got, lambda: mp.ncdf(number(x)), 1e-15)


@pytest.mark.parametrize("p", [F(1, 2**40), F(1, 10), F(999, 1000)])
def test_normal_quantile_inverts_the_distribution_function(p: Fraction) -> None:
    with working_precision(96):
        got = from_ball(normal_cdf(normal_quantile(to_ball(p))))
    assert got.contains(p)
    assert got.width < p * F(1, 2**60)


@pytest.mark.parametrize(
    ("a", "x"),
    [
        (F(1, 2), F(1, 1000)),
        (F(5), F(3)),
        (F(650), F(640)),
        (F(1313), F(1000)),
        (F(5000), F(5100)),
        (F(75), F(1, 50)),
    ],
)
def test_incomplete_gamma(a: Fraction, x: Fraction, agrees) -> None:
    with working_precision(96):
        low = from_ball(gamma_lower(to_ball(a), to_ball(x)))
        high = from_ball(gamma_upper(to_ball(a), to_ball(x)))

    def lower() -> mpf:
        # the series is positive: no cancellation, whatever the parameters
        mp.prec += 30
        total = term = 1 / number(a)
        i = 0
        while term > total * mpf(2) ** (-mp.prec):
            i += 1
            term *= number(x) / (number(a) + i)
            total += term
        front = number(a) * mp.log(number(x)) - number(x) - mp.loggamma(number(a))
        mp.prec -= 30
        return total * mp.exp(front)

    agrees(low, lower, 1e-12)
    agrees(high, lambda: 1 - lower(), 1e-12)


@pytest.mark.parametrize(
    ("a", "b", "x"),
    [
        (F(1, 2), F(1, 2), F(1, 10**9)),
        (F(30), F(90), F(27, 100)),
        (F(649, 2), F(910), F(1, 4)),
        (F(900), F(3000), F(1, 5)),
        (F(3), F(4), F(1)),
    ],
)
def test_incomplete_beta(a: Fraction, b: Fraction, x: Fraction, agrees) -> None:
    with working_precision(96):
        got = from_ball(beta_lower(to_ball(x), to_ball(a), to_ball(b)))

    def series() -> mpf:
        if x == 1:
            return mpf(1)
        total = term = 1 / number(a)
        i = 0
        while term > total * mpf(2) ** (-mp.prec - 10):
            term *= (number(a) + number(b) + i) * number(x) / (number(a) + 1 + i)
            total += term
            i += 1
        front = number(a) * mp.log(number(x)) + number(b) * mp.log(1 - number(x))
        return total * mp.exp(front) / mp.beta(number(a), number(b))

    agrees(got, series, 1e-12)


def test_a_wide_argument_gives_the_range_of_a_monotone_function() -> None:
    with working_precision(64):
        wide = to_ball(F(1)).union(to_ball(F(2)))
        got = from_ball(chi_square_cdf(wide, 3))
        ends = [from_ball(chi_square_cdf(to_ball(F(v)), 3)) for v in (1, 2)]
    assert got.lower <= ends[0].lower < ends[1].upper <= got.upper
    assert got.width < (ends[1].upper - ends[0].lower) * F(101, 100)


@pytest.mark.parametrize(
    "bad",
    [
        lambda: gamma_lower(to_ball(-1), to_ball(1)),
        lambda: gamma_upper(to_ball(-1), to_ball(5)),
        lambda: gamma_upper(to_ball(1), to_ball(-1)),
        lambda: beta_lower(to_ball(F(3, 2)), to_ball(1), to_ball(1)),
        lambda: beta_lower(to_ball(F(1, 2)), to_ball(0), to_ball(1)),
        lambda: log_gamma(to_ball(-3)),
        lambda: normal_quantile(to_ball(2)),
    ],
)
def test_outside_its_domain_a_function_knows_nothing(bad) -> None:
    with working_precision(64), pytest.raises(NonFiniteError):
        from_ball(bad())


def test_the_check_itself_refuses_a_shifted_enclosure(agrees) -> None:
    with working_precision(64):
        wrong = from_ball(erf(to_ball(F(1) + F(1, 2**50))))
        wide = from_ball(erf(to_ball(F(1)).union(to_ball(F(2)))))
    with pytest.raises(AssertionError):
        agrees(wrong, lambda: mp.erf(1), 1e-15)
    with pytest.raises(AssertionError):
        agrees(wide, lambda: mp.erf(1), 1e-15)
    assert mpmath.mp.prec == 53
