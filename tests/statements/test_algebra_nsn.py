"""Steps of docs/theory/nsn-sums.md and second-moment.md."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

from slth_verify.enclosure import decide as decide_balls
from slth_verify.enclosure import enclose, integrate_analytic, working_precision
from slth_verify.statements import decide, statement
from slth_verify.statements.derived.moments import FIRST, overlap
from slth_verify.statements.derived.nsn_law import R, interval_mass
from slth_verify.verdict import Verdict

LAW, SUM = statement("der:nsn-law"), statement("lem:nsn-sum")
k, m, j, n = sp.symbols("k m j n", integer=True)
eps, r = sp.symbols("eps r", real=True)
K, M, T = sp.symbols("K M T", positive=True)
DENSITY = R ** (K / 2 - 1) * sp.exp(-R / 2) / (2 ** (K / 2) * sp.gamma(K / 2))


def test_chi_squared_density_is_normalised() -> None:
    assert sp.simplify(sp.integrate(DENSITY, (R, 0, sp.oo))) == 1


def test_characteristic_function_of_the_sum() -> None:
    # given R, exp(-R t^2/2); averaged over R
    mean = sp.integrate(DENSITY * sp.exp(-R * T**2 / 2), (R, 0, sp.oo), conds="none")
    stated = LAW.bound("characteristic").subs(
        {s: {"t": T, "k": K}[s.name] for s in LAW.bound("characteristic").free_symbols}
    )
    assert sp.simplify(sp.powsimp(mean / stated, force=True)) == 1


def test_negative_moments_of_chi_squared() -> None:
    # E[R^-s] = 2^-s Gamma(k/2 - s)/Gamma(k/2)
    s = sp.Symbol("s", positive=True)
    mean = sp.integrate(DENSITY * R**-s, (R, 0, sp.oo), conds="none")
    stated = 2**-s * sp.gamma(K / 2 - s) / sp.gamma(K / 2)
    assert sp.simplify(sp.gammasimp(mean / stated)) == 1


def test_tilted_mean_of_the_inverse() -> None:
    # under R^-s the law is chi-squared with k - m degrees: E[1/R] = 1/(k - m - 2)
    degrees = sp.Symbol("degrees", positive=True)
    density = DENSITY.subs(K, degrees)
    mean = sp.integrate(density / R, (R, 0, sp.oo), conds="none")
    assert sp.simplify(sp.gammasimp(mean) * (degrees - 2)) == 1


def test_mean_square_over_the_cube() -> None:
    y, z = sp.symbols("y z", real=True)
    mean = sp.integrate((z + y) ** 2, (y, -eps, eps)) / (2 * eps)
    assert sp.expand(mean - (z**2 + eps**2 / 3)) == 0


def test_the_interval_mass_falls_as_the_target_moves_out() -> None:
    # d/dz g = phi(z + eps) - phi(z - eps), negative for z > 0: compare the squares
    z, e = sp.symbols("z e", positive=True)
    mass = interval_mass(z).subs(eps, e)
    slope = sp.diff(mass, z)
    phi = lambda y: sp.exp(-(y**2) / (2 * R)) / sp.sqrt(2 * sp.pi * R)  # noqa: E731
    assert sp.simplify(slope - (phi(z + e) - phi(z - e))) == 0
    assert sp.expand((z + e) ** 2 - (z - e) ** 2) == 4 * z * e


def test_conditional_variance_of_overlapping_sums() -> None:
    A, B, Cc = sp.symbols("A B C", positive=True)
    covariance = sp.Matrix([[A + B, A], [A, A + Cc]])
    conditional = covariance[1, 1] - covariance[0, 1] ** 2 / covariance[0, 0]
    assert sp.simplify(conditional - (Cc + A * B / (A + B))) == 0
    assert sp.expand(covariance.det() - (A * B + A * Cc + B * Cc)) == 0


@pytest.mark.parametrize("total", [4, 7, 12])
def test_overlap_weights_sum_to_one(total: int) -> None:
    for size in range(1, total + 1):
        values = {n: total, k: size}
        weights = [
            overlap().subs({**values, j: value})
            for value in range(int(FIRST.subs(values)), size + 1)
        ]
        assert sum(weights) == 1
        assert all(weight > 0 for weight in weights)


def test_the_closed_second_moment_uses_a_smaller_numerator_and_larger_terms() -> None:
    s = statement("der:crude-moment")
    values = {"n": 30, "k": 8, "m": 2, "eps": "1/10", "r": 1}
    one = SUM.bound("lower", k=8, m=2, eps="1/10", r=1)
    total = sp.Integer(0)
    for value in range(9):
        term = sp.Integer(1)
        if 8 - value >= 3:
            candidate = SUM.bound("upper", check=False, k=8 - value, m=2, eps="1/10")
            term = candidate if decide(candidate, "<", 1) is Verdict.VERIFIED else term
        total += overlap().subs({n: 30, k: 8, j: value}) * term
    assert sp.simplify(s.bound(**values) - one / total) == 0


@pytest.mark.parametrize(("size", "radius"), [(12, 1), (12, 0), (20, 3)])
def test_lower_and_upper_bound_enclose_the_exact_probability(size, radius) -> None:
    # the exact integral over R in ball arithmetic, cut at both ends on the safe side
    values = {"k": size, "m": 2, "eps": "1/8"}  # exact in binary
    exact = LAW.bound("axis", r=radius, **values)
    integrand = exact.function

    def function(x, analytic):
        half = (size // 2) - 1
        spread = (2 * x).sqrt(analytic=analytic)
        first = ((radius + 0.125) / spread).erf() - ((radius - 0.125) / spread).erf()
        second = (0.125 / spread).erf() - (-0.125 / spread).erf()
        return x**half * (-x / 2).exp() * first * second / 4

    with working_precision(80):
        integral = integrate_analytic(function, Fraction(1, 100), 200)
        found = sp.Float(str(integral.mid().str(20, radius=False)), 20)
    weight = 2 ** (size // 2) * sp.gamma(sp.Rational(size, 2))
    value = sp.N(found / weight, 20)
    lower = SUM.bound("lower", r=radius, **values)
    upper = SUM.bound("upper", r=radius, **values)
    assert integrand.has(R)
    assert sp.N(lower, 20) < value < sp.N(upper, 20)
    assert decide_balls(enclose(lower), "<", enclose(upper)) is Verdict.VERIFIED
