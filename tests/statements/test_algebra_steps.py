"""Closed forms and limit cases in the proofs of docs/theory, for all parameters."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements import statement
from slth_verify.statements.paper.nsn_lemmas import one_subset

x, t, e, s = sp.symbols("x t e s", positive=True)
K, M, v = sp.symbols("K M v", positive=True)
q, i, N = sp.symbols("q i N", integer=True, positive=True)


# one-dimension.md ---------------------------------------------------------------


def test_volume_of_a_simplex_by_induction() -> None:
    # P(sum of q uniforms < x) = x^q/q!: one more adds int_0^x (x - t)^q/q! dt
    step = sp.integrate((x - t) ** q / sp.factorial(q), (t, 0, x))
    stated = x ** (q + 1) / sp.factorial(q + 1)
    assert sp.gammasimp((step / stated).rewrite(sp.gamma)) == 1


# nsn-sums.md --------------------------------------------------------------------


def test_volume_times_mean_density_at_zero() -> None:
    # (2 eps)^m (2 pi)^(-m/2) E[R^(-m/2)], E[R^-s] = 2^-s Gamma(k/2 - s)/Gamma(k/2)
    moment = 2 ** (-M / 2) * sp.gamma((K - M) / 2) / sp.gamma(K / 2)
    k, m = sp.symbols("k m", integer=True)
    stated = one_subset(k).subs({sp.Symbol("eps", real=True): e, k: K, m: M})
    exact = (2 * e) ** M * (2 * sp.pi) ** (-M / 2) * moment
    assert sp.simplify(sp.expand_log(sp.log(exact / stated), force=True)) == 0


def test_density_of_the_sum_is_a_bessel_function() -> None:
    # int_0^oo x^(nu-1) e^(-x/2 - v^2/(2x)) dx = 2 v^nu K_nu(v): equal Mellin transforms
    # in v, first under the integral (Tonelli), then of the Bessel function
    nu = sp.Symbol("nu", positive=True)
    inner = sp.integrate(v ** (s - 1) * sp.exp(-(v**2) / (2 * x)), (v, 0, sp.oo))
    left = sp.integrate(
        sp.powsimp(x ** (nu - 1) * sp.exp(-x / 2) * inner), (x, 0, sp.oo)
    )
    bessel, _, _ = sp.mellin_transform(sp.besselk(nu, v), v, s)
    right = 2 * bessel.subs(s, s + nu)
    ratio = sp.gammasimp(sp.powsimp(left / right, force=True))
    assert sp.simplify(ratio) == 1


def test_the_stated_density_is_the_mixture() -> None:
    # (2 pi R)^(-m/2) and the chi-squared density: the constants, with nu = (k - m)/2
    law = statement("der:nsn-law")
    names = {"k": K, "m": M, "v": v}
    stated = law.claim("density").expression
    stated = stated.subs({y: names[y.name] for y in stated.free_symbols})
    nu = (K - M) / 2
    mixture = (2 * sp.pi) ** (-M / 2) / (2 ** (K / 2) * sp.gamma(K / 2))
    mixture *= 2 * v**nu * sp.besselk(nu, v)
    assert sp.simplify(sp.powsimp(stated / mixture, force=True)) == 1


def test_moments_of_the_cut_normal_are_incomplete_gamma_functions() -> None:
    # int_-e^e y^(2i) e^(-y^2/2) dy = 2^(i+1/2) gamma(i + 1/2, e^2/2): the slopes in e
    # agree, and both vanish at 0
    upper = sp.lowergamma(i + sp.Rational(1, 2), e**2 / 2) * sp.sqrt(2) * 2**i
    slope = sp.diff(upper, e)
    assert sp.simplify(slope / (2 * e ** (2 * i) * sp.exp(-(e**2) / 2))) == 1
    assert sp.limit(upper.subs(i, 1), e, 0) == 0


def test_duplication_formula_removes_the_factorials() -> None:
    # i!/(2i)! 2^(i+1/2) Gamma(i+1/2) = sqrt(2 pi) 2^-i, so a_i = const 2^-i P(i+1/2, .)
    left = sp.factorial(i) / sp.factorial(2 * i) * 2**i * sp.gamma(i + sp.S.Half)
    assert sp.gammasimp((left * 2**i / sp.sqrt(sp.pi)).rewrite(sp.gamma)) == 1


def test_regularised_gamma_is_a_tail_sum() -> None:
    # P(a, x) - P(a + 1, x) = x^a e^-x/Gamma(a + 1): equal slopes, both vanish at 0
    a = sp.Symbol("a", positive=True)
    slope = lambda b: x ** (b - 1) * sp.exp(-x) / sp.gamma(b)  # noqa: E731
    step = sp.diff(x**a * sp.exp(-x) / sp.gamma(a + 1), x)
    difference = sp.gammasimp((slope(a) - slope(a + 1) - step) / slope(a))
    assert sp.simplify(sp.expand(difference)) == 0


def test_terms_of_the_tail_sum_are_log_concave() -> None:
    # x^(l+1/2)/Gamma(l+3/2), with s = l + 1/2: the ratio is 1 + 1/s
    term = x**s / sp.gamma(s + 1)
    ratio = term**2 / (term.subs(s, s - 1) * term.subs(s, s + 1))
    assert sp.simplify(sp.gammasimp(sp.powsimp(ratio)) - 1 - 1 / s) == 0


def test_tail_sums_of_a_log_concave_sequence_are_log_concave() -> None:
    # t_i^2 - t_(i-1) t_(i+1) = sum over l >= i of c_i c_l - c_(i-1) c_(l+1), each >= 0
    c = [*sp.symbols("c0:6"), sp.Integer(0)]
    tail = [sum(c[n:]) for n in range(7)]
    for n in range(1, 6):
        left = tail[n] ** 2 - tail[n - 1] * tail[n + 1]
        right = sum(c[n] * c[m] - c[n - 1] * c[m + 1] for m in range(n, 6))
        assert sp.expand(left - right) == 0


def test_coefficients_of_the_second_log_difference() -> None:
    # F'^2 - F F'' for F = sum a_i t^i/i!: t^N has sum binomial(N, i) (f(i+1) - f(i))/N!
    a = sp.symbols("a0:9")
    F = sum(a[n] * t**n / sp.factorial(n) for n in range(9))
    poly = sp.Poly(sp.expand(F.diff(t) ** 2 - F * F.diff(t, 2)), t)
    for n in range(7):
        f = [a[m] * a[n + 2 - m] for m in range(n + 3)]
        steps = [f[m + 1] - f[m] for m in range(n + 2)]
        stated = sum(sp.binomial(n, m) * steps[m] for m in range(n + 1))
        assert sp.expand(poly.coeff_monomial(t**n) - stated / sp.factorial(n)) == 0
        assert all(sp.expand(steps[n + 1 - m] + steps[m]) == 0 for m in range(n + 2))


def test_binomials_rise_up_to_the_middle() -> None:
    # binomial(N, i) - binomial(N, i-1) has the sign of N - 2i + 1, positive before it
    ratio = sp.gammasimp((sp.binomial(N, i - 1) / sp.binomial(N, i)).rewrite(sp.gamma))
    assert sp.simplify(1 - ratio - (N - 2 * i + 1) / (N - i + 1)) == 0


# second-moment.md ---------------------------------------------------------------


def test_overlap_weights_sum_to_one_by_induction() -> None:
    # sum_j binomial(a, j) binomial(b, c-j) = binomial(a+b, c): a + 1 by Pascal's rule
    # for binomial(a+1, j), once with c and once with c - 1; a = 0 is one term
    a, b, c = sp.symbols("a b c", integer=True, positive=True)
    pascal = (
        sp.binomial(a + b + 1, c) - sp.binomial(a + b, c) - sp.binomial(a + b, c - 1)
    )
    ratio = (pascal / sp.binomial(a + b, c)).expand().rewrite(sp.gamma)
    assert sp.simplify(sp.gammasimp(ratio)) == 0


# layers.md ----------------------------------------------------------------------

ACCUMULATION = statement("der:accumulation")
eta, eps = sp.Symbol("eta", real=True), sp.Symbol("eps", real=True)
depth = sp.Symbol("depth", integer=True)


def test_the_product_becomes_a_power_at_every_depth() -> None:
    L, E = sp.IndexedBase("L"), sp.IndexedBase("E")
    values = set()
    for node in ACCUMULATION.claim("product").expression.atoms(sp.Product):
        layer = node.variables[0]
        factor = node.function.subs({L[layer]: 1, E[layer]: e})
        values.add(sp.simplify(node.func(factor, *node.limits).doit()))
    assert values == {(1 + e) ** depth, 1}


def test_the_budget_meets_the_bound_at_every_depth() -> None:
    budget = ACCUMULATION.claim("budget").expression
    total = ACCUMULATION.claim("uniform").expression.subs(eta, budget)
    exact = sp.powdenest(total.subs({eps: e, depth: sp.Symbol("l", positive=True)}))
    assert sp.simplify(exact - e) == 0


def test_one_more_layer_keeps_the_bound_rising() -> None:
    # d/dL_i of prod(L+E) - prod L is P - Q with P = prod over the others of L + E >= Q;
    # one more layer takes P - Q to (L+E) P - L Q = L (P - Q) + E P, again nonnegative
    P, gap, L, E = sp.symbols("P gap L E", nonnegative=True)
    step = (L + E) * (P + gap) - L * P
    assert sp.expand(step - (L * gap + E * (P + gap))) == 0


def test_the_a_priori_bound_counts_the_entries() -> None:
    d, c = sp.symbols("d c", integer=True, positive=True)
    a, b, k = sp.symbols("a b k", integer=True)
    rho = sp.Symbol("rho", nonnegative=True)
    assert sp.summation(rho, (a, 1, d), (b, 1, d), (k, 1, c)) == rho * d**2 * c


# high-probability.md ------------------------------------------------------------


def test_indicators_of_a_uniform_subset() -> None:
    k, n = sp.symbols("k n", positive=True)
    p, pair = k / n, k * (k - 1) / (n * (n - 1))
    assert sp.simplify(p - p**2 - p * (1 - p)) == 0
    assert sp.simplify(pair - p**2 + p * (1 - p) / (n - 1)) == 0


def test_mean_square_of_a_uniform_subset_sum() -> None:
    # var sum|Y|^2 + cov (|U|^2 - sum|Y|^2) = pt (sum|Y|^2 - |U|^2/n)
    k, n, squares, total = sp.symbols("k n squares total", positive=True)
    p = k / n
    spread = p * (1 - p) * squares - p * (1 - p) / (n - 1) * (total - squares)
    tilde = p * (1 - p) * n / (n - 1)
    assert sp.simplify(spread - tilde * (squares - total / n)) == 0


def test_the_chord_lies_above_a_convex_function() -> None:
    y = sp.Symbol("y", positive=True)
    curve = -sp.log(1 - y)  # y = 1/(1 + t) lies in (0, 1)
    assert sp.diff(curve, y, 2).subs(y, 1 / (1 + t)).simplify().is_positive
    ell = -sp.log(1 - x) / x
    assert (ell * x - curve.subs(y, x)).simplify() == 0  # they meet at x, and at 0


def test_the_target_factor_rises_with_the_variance() -> None:
    # d/dV of (1 + k2 V)/(1 - k V) is (k + k2)/(1 - k V)^2, and k >= 0, k2 >= 0
    kappa, k2, V = sp.symbols("kappa k2 V", nonnegative=True)
    slope = sp.diff((1 + k2 * V) / (1 - kappa * V), V)
    assert sp.simplify(slope - (kappa + k2) / (1 - kappa * V) ** 2) == 0


def test_the_shift_of_the_difference_costs_nothing() -> None:
    # cosh(g d) <= e^(g^2 d^2/2): compare coefficients, g^(2i)/(2i)! and g^(2i)/(2^i i!)
    ratio = 2**i * sp.factorial(i) / sp.factorial(2 * i)
    later = sp.gammasimp((ratio.subs(i, i + 1) / ratio).rewrite(sp.gamma))
    assert sp.simplify(later - 1 / (2 * i + 1)) == 0
    assert ratio.subs(i, 1) == 1


def test_truncated_terms_of_the_inversion() -> None:
    # the sum over k > K of h (U/(k h))^(1/2)/(k h) is below the integral from U = K h
    U, u = sp.symbols("U u", positive=True)
    assert sp.integrate(sp.sqrt(U / u) / u, (u, U, sp.oo)) == 2


def test_resolvent_of_the_gain() -> None:
    # cosh(theta) = (1 + t^2)/(1 - t^2), d theta = 2 dt/(1 - t^2), v = (a - y)/(a + y)
    a, y, t = sp.symbols("a y t", positive=True)
    turned = 2 / (1 - t**2) / (y + a * (1 + t**2) / (1 - t**2))
    stated = 2 / ((a + y) * (1 + (a - y) / (a + y) * t**2))
    assert sp.simplify(turned - stated) == 0


def test_peak_of_the_density_of_large_energies() -> None:
    # (1 - e^-y)/sqrt(y) has its only stationary point where e^y = 1 + 2 y
    y = sp.Symbol("y", positive=True)
    slope = sp.diff((1 - sp.exp(-y)) / sp.sqrt(y), y)
    assert (
        sp.simplify(
            slope - sp.exp(-y) * (2 * y + 1 - sp.exp(y)) / 2 / y ** sp.Rational(3, 2)
        )
        == 0
    )
    assert sp.N((1 - sp.exp(-y)) / sp.sqrt(y)).subs(y, 1.2564) < 0.64
