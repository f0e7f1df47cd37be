"""Steps of docs/theory/all-targets.md and high-probability.md."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.statements import decide, statement
from slth_verify.verdict import Verdict

NET, BLOCKS = statement("der:net"), statement("der:two-blocks")
ENERGY = statement("der:high-probability")


def cells_by_enumeration(m: int, rho: Fraction) -> int:
    """Integer points u with sum max(0, |u_j| - 1/2) <= rho, one by one."""
    reach = int(rho + 1)
    half = Fraction(1, 2)
    return sum(
        sum(max(Fraction(0), abs(u) - half) for u in point) <= rho
        for point in itertools.product(range(-reach, reach + 1), repeat=m)
    )


@given(m=st.integers(1, 3), twice=st.fractions(Fraction(1, 5), 7, max_denominator=6))
def test_number_of_cells(m: int, twice: Fraction) -> None:
    rho = twice / 2
    stated = NET.bound("points", m=m, r=twice, h=1)
    assert stated == cells_by_enumeration(m, rho)


@pytest.mark.parametrize(("m", "rho", "count"), [(3, "2.2", 57), (4, "1.5", 73)])
def test_reference_numbers_of_cells(m: int, rho: str, count: int) -> None:
    assert NET.bound("points", m=m, r=2 * Fraction(rho), h=1) == count


def test_half_integers_are_not_lost() -> None:
    # rho = 1/2: the floor of 1/2 + 1/2 must be 1, not 0
    # and the points of the lattice inside the ball (W3) are fewer: 1
    assert NET.bound("points", m=1, r=1, h=1) == 3


def test_net_points_stay_within_their_radius() -> None:
    for m, r, h in (
        (2, Fraction(3, 2), Fraction(1, 4)),
        (3, Fraction(1), Fraction(2, 5)),
    ):
        reach = NET.bound("reach", m=m, r=r, h=h)
        steps = range(-8, 9)
        grid = [Fraction(s, 8) * r for s in steps]
        for point in itertools.product(grid, repeat=m):
            if sum(map(abs, point)) > r:
                continue
            rounded = [2 * h * round(x / (2 * h)) for x in point]
            assert all(abs(a - b) <= h for a, b in zip(point, rounded, strict=True))
            assert sum(map(abs, rounded)) <= Fraction(int(reach.p), int(reach.q))


def test_union_bound_over_the_net() -> None:
    bound = NET.bound("probability", N=7, p_0="1/2", B=5)
    assert bound == 1 - 7 * sp.Rational(1, 2) ** 5


def test_gaussian_mean_of_the_decay() -> None:
    w, kappa, tau, i = sp.symbols("w kappa tau i", positive=True)
    density = sp.exp(-(w**2) / (2 * tau**2)) / sp.sqrt(2 * sp.pi * tau**2)
    mean = sp.integrate(density * sp.exp(-i * kappa * w**2), (w, -sp.oo, sp.oo))
    assert sp.simplify(mean - 1 / sp.sqrt(1 + 2 * i * kappa * tau**2)) == 0


@pytest.mark.parametrize("blocks", [1, 2, 5])
def test_missed_mass_is_the_binomial_expansion(blocks: int) -> None:
    values = {"m": 2, "c": "9/10", "kappa": "1/5", "tau": 1, "B": blocks}
    expanded = sum(
        sp.binomial(blocks, i)
        * (-sp.Rational(9, 10)) ** i
        / (1 + sp.Rational(2 * i, 5))
        for i in range(blocks + 1)
    )
    assert BLOCKS.bound("miss", **values) == expanded
    # in two dimensions |w|^2/2 is exponential: E (1 - c e^(-2 kappa u))^B, u = |w|^2/2
    u = sp.Symbol("u", positive=True)
    direct = sp.integrate(
        sp.expand(
            sp.exp(-u)
            * (1 - sp.Rational(9, 10) * sp.exp(-sp.Rational(2, 5) * u)) ** blocks
        ),
        (u, 0, sp.oo),
    )
    assert sp.simplify(direct - expanded) == 0


def test_missed_mass_is_positive_and_falls_with_blocks() -> None:
    values = {"m": 9, "c": "9/10", "kappa": "1/1000", "tau": 1}
    missed = [BLOCKS.bound("miss", B=b, **values) for b in (1, 10, 20, 40)]
    assert all(decide(x, ">", 0) is Verdict.VERIFIED for x in missed)
    for more, fewer in itertools.pairwise(missed):
        assert decide(fewer, "<", more) is Verdict.VERIFIED


def test_cancellation_that_defeats_double_precision() -> None:
    # B = 40, c = 0.9, kappa tau^2 = 0.005: 1.5e-27, where doubles give -6.1e-6
    value = BLOCKS.bound("miss", m=9, c="9/10", kappa="1/200", tau=1, B=40)
    assert decide(value, ">", sp.Rational(14, 10**28)) is Verdict.VERIFIED
    assert decide(value, "<", sp.Rational(16, 10**28)) is Verdict.VERIFIED


def test_two_shifted_half_spaces() -> None:
    # Phi(a + s) + Phi(b + s) < 1 iff a + b + 2 s < 0, as Phi(t) + Phi(-t) = 1
    t = sp.Symbol("t", real=True)
    Phi = (1 + sp.erf(t / sp.sqrt(2))) / 2
    assert sp.simplify(Phi + Phi.subs(t, -t)) == 1
    # so x_1, x_2 < Phi(-r/(2 tau)) is enough, with s = r/(2 tau)
    r, tau = sp.symbols("r tau", positive=True)
    stated = BLOCKS.definitions[1].rhs
    stated = stated.subs({x: {"r": r, "tau": tau}[x.name] for x in stated.free_symbols})
    assert sp.simplify((Phi.subs(t, -r / (2 * tau)) - stated).rewrite(sp.erf)) == 0


def test_tilt_of_one_sample() -> None:
    # exp(pt Y^2/(2s)) turns N(0, Z^2) into variance Z^2/(1 - y), mass (1 - y)^(-1/2)
    Z, u = sp.symbols("Z u", positive=True)  # y = 1/(1 + u)
    yv, Y = 1 / (1 + u), sp.Symbol("Y", real=True)
    weight = sp.exp(yv * Y**2 / (2 * Z**2))
    density = sp.exp(-(Y**2) / (2 * Z**2)) / sp.sqrt(2 * sp.pi) / Z
    mass = sp.integrate(sp.simplify(weight * density), (Y, -sp.oo, sp.oo))
    assert sp.simplify(mass - (1 - yv) ** sp.Rational(-1, 2)) == 0
    second = sp.integrate(sp.simplify(weight * density * Y**2), (Y, -sp.oo, sp.oo))
    assert sp.simplify(second / mass - Z**2 / (1 - yv)) == 0


def test_gaussian_integral_given_the_difference() -> None:
    # E exp(kappa U^2/2 - b U), U ~ N(mu, V)
    kappa, b, mu, V, U = sp.symbols("kappa b mu V U")
    exponent = kappa * U**2 / 2 - b * U - (U - mu) ** 2 / (2 * V)
    spread = V / (1 - kappa * V)
    centre = spread * (mu / V - b)
    completed = -((U - centre) ** 2) / (2 * spread) + (
        (mu**2 * kappa - 2 * b * mu + b**2 * V) / (2 * (1 - kappa * V))
    )
    assert sp.simplify(exponent - completed) == 0


def test_target_part_of_the_exponent() -> None:
    z, s, q, V, k2 = sp.symbols("z s q V k2", positive=True)
    k1 = q**2 / s
    kappa, b = k1 - k2, q * z / s
    total = z**2 / (2 * s) + b**2 * V / (2 * (1 - kappa * V))
    stated = z**2 / (2 * s) * (1 + k2 * V) / (1 - kappa * V)
    assert sp.simplify(total - stated) == 0


def test_drift_condition_is_enough() -> None:
    # needed: b^2 T + kappa T v <= v^2, where v = 1 - kappa V and T <= Ah - V;
    # offered: b^2 Ah <= a^2, where a = 1 - kappa Ah <= v; so kappa T <= v - a
    a, gap = sp.symbols("a gap", positive=True)
    v = a + gap
    left_for_b = v**2 - (v - a) * v
    assert sp.expand(left_for_b - a * v) == 0
    assert sp.expand(a * v - a**2) == a * gap  # and b^2 T <= b^2 Ah <= a^2 <= a v


def test_energy_prefactor() -> None:
    # C^-2 (2 eps)^(-2m) (2 pi s)^(m/2) * C^2 (2 eps)^m = (2 pi s/(4 eps^2))^(m/2)
    eps, s, m = sp.symbols("eps s m", positive=True)
    combined = (2 * eps) ** (-2 * m) * (2 * sp.pi * s) ** (m / 2) * (2 * eps) ** m
    stated = (2 * sp.pi * s / (4 * eps**2)) ** (m / 2)
    assert sp.simplify(sp.log(combined / stated).expand(force=True)) == 0


def test_covariance_of_a_uniform_subset() -> None:
    # E|V_S - z|^2 = |pU - z|^2 + pt (sum |Y_i|^2 - |U|^2/n), exactly, over all subsets
    vectors = [Fraction(v) for v in (1, -2, 5, 7, Fraction(1, 3))]
    n, k, z = len(vectors), 2, Fraction(3, 7)
    sums = [sum(c) for c in itertools.combinations(vectors, k)]
    mean = sum((v - z) ** 2 for v in sums) / len(sums)
    q, U = Fraction(k, n), sum(vectors)
    pt = q * (1 - q) * Fraction(n, n - 1)
    stated = (q * U - z) ** 2 + pt * (sum(v * v for v in vectors) - U * U / n)
    assert mean == stated


def test_interpolation_between_two_scales_is_concave() -> None:
    w, wa, wb, m = sp.symbols("w wa wb m", positive=True)
    mu = (wb - w) / (wb - wa)
    log_v = m / 2 * (sp.log(w) - mu * sp.log(wa) - (1 - mu) * sp.log(wb))
    assert sp.simplify(sp.diff(log_v, w, 2) + m / (2 * w**2)) == 0
    part = sp.Symbol("part", positive=True)  # the entropy is concave in mu
    entropy = -part * sp.log(part) - (1 - part) * sp.log(1 - part)
    assert sp.simplify(sp.diff(entropy, part, 2) + 1 / (part * (1 - part))) == 0


def test_weighted_means_of_two_energies() -> None:
    # x^mu y^(1-mu) <= mu^mu (1-mu)^(1-mu) (x + y): equality at x : y = mu : 1 - mu
    mu, t = sp.symbols("mu t", positive=True)
    gap = sp.log(t + 1) - mu * sp.log(t)  # of x/y = t, to be least
    (place,) = sp.solve(sp.diff(gap, t), t)
    assert sp.simplify(place - mu / (1 - mu)) == 0
    entropy = -mu * sp.log(mu) - (1 - mu) * sp.log(1 - mu)
    for part in (sp.Rational(1, 3), sp.Rational(5, 7)):
        least = (gap - entropy).subs(t, mu / (1 - mu)).subs(mu, part)
        assert abs(sp.N(least, 60, chop=True)) < 1e-50


def test_stated_measure_is_that_of_the_proof() -> None:
    defined = {str(d.lhs): d.rhs for d in ENERGY.definitions}
    values = {"s": 3, "s_a": 2, "s_b": 6, "m": 4}
    named = {str(x): x for x in defined["v(s)"].free_symbols}
    part = sp.Rational(1, 2)  # 1/3 lies half-way between 1/2 and 1/6
    mu = defined["mu"]
    assert mu.subs({x: values[x.name] for x in mu.free_symbols}) == part
    M = sp.Function("M")
    stated = defined["v(s)"].subs({named["mu"]: part})
    stated = stated.subs({x: values[str(x)] for x in stated.free_symbols})
    stated = stated.subs({M(2): 5, M(6): 7})
    log_v = sp.log(2) - sp.log(2) - part * sp.log(35)  # entropy, the half, the means
    log_v += 2 * (part * sp.log(2) + part * sp.log(6) - sp.log(3))
    assert sp.simplify(stated - sp.exp(log_v)) == 0


def test_labels_split_the_scales() -> None:
    # E exp(-b Z^2/2) = (1 + b)^(-1/2) = sigma for b = sigma^-2 - 1
    b, t, Z = sp.symbols("b t Z", positive=True)
    density = sp.exp(-(Z**2) / 2) * sp.sqrt(2 / sp.pi)
    tail = sp.integrate(density * sp.exp(-b * Z**2 / 2), (Z, 0, sp.oo))
    assert sp.simplify(tail - (1 + b) ** sp.Rational(-1, 2)) == 0
    below = tail.subs(b, t**-2 - 1)
    assert sp.simplify(sp.powdenest(below, force=True) - t) == 0
    conditional = sp.expand(-(Z**2) / 2 - b * Z**2 / 2).subs(b, t**-2 - 1)
    assert sp.simplify(conditional + Z**2 / (2 * t**2)) == 0  # N(0, t^2)


@pytest.mark.parametrize("size", [Fraction(1, 3), Fraction(1, 10)])
def test_a_line_above_the_steps_bounds_the_mean(size: Fraction) -> None:
    # X = 1/size on an event of that size, else 0; F(t) = ceil(t)/20 <= 1/20 + t/20
    stated = ENERGY.claim("failure").expression
    values = {"p_bad": 0, "p_few": 0, "a": Fraction(1, 20), "b": Fraction(1, 20)}
    stated = stated.subs({x: values[str(x)] for x in stated.free_symbols})
    value = sp.Rational(size.denominator, size.numerator)
    assert sp.ceiling(value) / 20 / value <= stated
