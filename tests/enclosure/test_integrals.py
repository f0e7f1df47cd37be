"""Rigorous integrals: containment, width, and hypotheses that are needed."""

from fractions import Fraction

import pytest
from mpmath import mp

from slth_verify.enclosure import (
    ComplexBall,
    from_ball,
    integrate_analytic,
    integrate_monotone,
    to_ball,
    trapezoid_ratio,
    working_precision,
)
from slth_verify.errors import InvalidParameterError

F = Fraction


def test_monotone_cells_contain_the_integral_and_shrink(agrees) -> None:
    widths = []
    for cells in (10, 1000):
        points = [F(i, cells) for i in range(cells + 1)]
        with working_precision(64):
            got = from_ball(integrate_monotone(lambda x: (-x).exp(), points))
        agrees(got, lambda: 1 - mp.exp(-1), 0.2)
        widths.append(got.width)
    assert widths[1] < widths[0] / 90


@pytest.mark.parametrize("points", [[F(0)], [F(0), F(0)], [F(1), F(0)]])
def test_a_partition_must_increase(points) -> None:
    with pytest.raises(InvalidParameterError, match="partition"):
        integrate_monotone(lambda x: x, points)


def test_analytic_integral_is_narrow(agrees) -> None:
    with working_precision(64):
        got = from_ball(integrate_analytic(lambda z, _: (-z * z).exp(), 0, 5))
    agrees(got, lambda: mp.erf(5) * mp.sqrt(mp.pi) / 2, 1e-15)


def test_analytic_integral_needs_the_flag_only_off_the_branch(agrees) -> None:
    def root(z: ComplexBall, analytic: bool) -> ComplexBall:
        return z.sqrt(analytic=analytic)

    with working_precision(64):
        got = from_ball(integrate_analytic(root, 1, 4))
    agrees(got, lambda: mp.mpf(14) / 3, 1e-14)


def gaussian_sum(step: Fraction) -> Fraction:
    """Trapezoidal sum of exp(-t^2) with offset 1/7, to 60 digits."""
    with mp.workdps(60):
        h = mp.mpf(step.numerator) / step.denominator
        total = h * mp.nsum(
            lambda i: mp.exp(-((i * h + mp.mpf(1) / 7) ** 2)), [-400, 400]
        )
        return F(mp.nstr(total, 50))


@pytest.mark.parametrize("step", [F(1), F(1, 2), F(5, 4)])
def test_trapezoid_ratio_bounds_the_true_error(step: Fraction) -> None:
    # |exp(-(t + id)^2)| = exp(d^2) exp(-t^2): the growth is d^2, best d = pi / h
    shift = F(22, 7) / step
    with working_precision(128):
        ratio = from_ball(trapezoid_ratio(step, shift, to_ball(shift**2)))
    with mp.workdps(60):
        integral = F(mp.nstr(mp.sqrt(mp.pi), 50))
    error = abs(gaussian_sum(step) / integral - 1)
    assert error <= ratio.upper
    assert ratio.upper < 10 * error + F(1, 10**30)


def test_a_forgotten_growth_claims_too_much() -> None:
    step, shift = F(1), F(22, 7)
    with working_precision(128):
        lie = from_ball(trapezoid_ratio(step, shift, to_ball(0)))
    with mp.workdps(60):
        integral = F(mp.nstr(mp.sqrt(mp.pi), 50))
    assert abs(gaussian_sum(step) / integral - 1) > lie.upper


def test_a_step_must_be_positive() -> None:
    with pytest.raises(InvalidParameterError, match="step=0"):
        trapezoid_ratio(F(0), F(1), to_ball(0))
