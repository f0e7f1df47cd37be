"""Steps of docs/theory/layers.md, by SymPy: accumulation, budgets, sign split."""

from __future__ import annotations

import itertools

import pytest
import sympy as sp

from slth_verify.statements import decide, statement
from slth_verify.verdict import Verdict

ACCUMULATION = statement("der:accumulation")
LAYERS = statement("der:layer-error")
NETWORK = statement("der:structured-slth")
i = sp.Symbol("i", integer=True)
L, E = sp.IndexedBase("L"), sp.IndexedBase("E")


def product_bound(depth: int):
    """The claim 'product' at a given depth, in plain symbols."""
    expression = ACCUMULATION.claim("product").expression
    return expression.subs(sp.Symbol("depth", integer=True), depth).doit()


def test_induction_step_of_the_accumulated_error() -> None:
    # |g_i(y) - f_i(x)| <= E_i |y| + L_i |y - x|, |y| <= e_{i-1} + M_{i-1}
    P, M, L_i, E_i = sp.symbols("P M L_i E_i", nonnegative=True)  # P = prod (L+E)
    previous = P - M
    step = E_i * (previous + M) + L_i * previous
    closed_form = (L_i + E_i) * P - L_i * M
    assert sp.expand(step - closed_form) == 0


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_the_closed_form_solves_the_recurrence(depth: int) -> None:
    error, size = sp.Integer(0), sp.Integer(1)
    for layer in range(1, depth + 1):
        error = E[layer] * (error + size) + L[layer] * error
        size *= L[layer]
    assert sp.expand(error - product_bound(depth)) == 0


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_the_product_bound_rises_in_every_lipschitz_constant(depth: int) -> None:
    for layer in range(1, depth + 1):
        slope = sp.expand(sp.diff(product_bound(depth), L[layer]))
        coefficients = sp.Poly(
            slope,
            *[L[t] for t in range(1, depth + 1)],
            *[E[t] for t in range(1, depth + 1)],
        ).coeffs()
        assert all(c > 0 for c in coefficients) or slope == 0


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_the_product_bound_becomes_the_uniform_one(depth: int) -> None:
    eta = sp.Symbol("eta", real=True)
    at_one = product_bound(depth).subs(
        {L[t]: 1 for t in range(1, depth + 1)}
        | {E[t]: eta for t in range(1, depth + 1)}
    )
    assert sp.expand(at_one - ACCUMULATION.bound("uniform", depth=depth)) == 0


def test_the_budget_meets_the_bound_exactly() -> None:
    eps = sp.Symbol("eps", positive=True)
    for depth in (1, 2, 3, 7, 20):
        eta = ACCUMULATION.bound("budget", depth=depth, eps=eps)
        total = ACCUMULATION.bound("uniform", depth=depth, eta=eta)
        assert sp.simplify(total - eps) == 0


def test_the_budget_is_at_least_the_logarithm_over_the_depth() -> None:
    # e^x - 1 >= x, at x = log(1 + eps)/l: the difference is 0 at 0 and increases
    x = sp.Symbol("x", positive=True)
    assert sp.diff(sp.exp(x) - 1 - x, x).subs(x, 0) == 0
    assert sp.diff(sp.exp(x) - 1 - x, x, 2).is_positive
    eps, depth = sp.symbols("eps depth", positive=True)
    budget = ACCUMULATION.bound("budget").subs(
        {
            s: {"eps": eps, "depth": depth}[s.name]
            for s in ACCUMULATION.bound("budget").free_symbols
        }
    )
    assert sp.simplify(budget - (sp.exp(sp.log(1 + eps) / depth) - 1)) == 0


def test_half_of_eps_over_depth_is_a_budget_up_to_the_root() -> None:
    # for all depths: log(1 + eps) >= eps/2; by concavity once at 0 and at the end
    inside, outside = sp.Rational(251286, 100000), sp.Rational(251287, 100000)
    assert decide(sp.log(1 + inside), ">", inside / 2) is Verdict.VERIFIED
    assert decide(sp.log(1 + outside), "<", outside / 2) is Verdict.VERIFIED
    x = sp.Symbol("x", positive=True)
    assert sp.diff(sp.log(1 + x), x, 2).is_negative
    # per depth: (1 + eps/(2l))^l <= 1 + eps, with the roots 8 and 6 sqrt(21) - ...
    eps = sp.Symbol("eps", positive=True)
    assert sp.solve(sp.expand(1 + eps - (1 + eps / 4) ** 2), eps) == [8]
    root = -9 + 3 * sp.sqrt(21)
    assert sp.expand((1 + eps - (1 + eps / 6) ** 3).subs(eps, root)) == 0
    assert decide(root, ">", sp.Rational(47477, 10000)) is Verdict.VERIFIED


def test_half_of_eps_over_depth_gets_harder_with_depth() -> None:
    # l log(1 + eps/(2l)) increases in l: its slope is log(1+u) - u/(1+u) > 0
    u = sp.Symbol("u", positive=True)
    slope = sp.log(1 + u) - u / (1 + u)
    assert slope.subs(u, 0) == 0
    assert sp.factor(sp.diff(slope, u)) == u / (u + 1) ** 2


def test_residual_formula_is_attained_at_a_vertex() -> None:
    # every entry x in [-M, M] contributes the hull of {0, M Dp, M Dn}, independently
    cases = [(1, -2), (-1, -3), (2, 5), (0, -1), (3, 0)]
    exact = LAYERS.claim("exact").expression
    names = {str(s): s for s in exact.free_symbols}
    Dp, Dn = sp.IndexedBase("D_p"), sp.IndexedBase("D_n")
    values = {names["M"]: 2, names["d"]: 1, names["c_in"]: len(cases)}
    formula = exact.subs(values).doit()
    entries = {Dp[1, 1, k + 1]: p for k, (p, _) in enumerate(cases)}
    entries |= {Dn[1, 1, k + 1]: q for k, (_, q) in enumerate(cases)}
    vertices = itertools.product(*[(0, 2 * p, 2 * q) for p, q in cases])
    assert formula.subs(entries) == max(abs(sum(vertex)) for vertex in vertices)


def test_the_a_priori_bound_covers_the_exact_formula() -> None:
    # every summand max(0, +-Dp, +-Dn) is at most rho, and there are d^2 c_in of them
    rho, M = sp.symbols("rho M", real=True)
    d, c_in = sp.symbols("d c_in", integer=True)
    exact = LAYERS.claim("exact").expression
    Dp, Dn = sp.IndexedBase("D_p"), sp.IndexedBase("D_n")
    largest = exact.replace(
        lambda node: isinstance(node, sp.Indexed) and node.base in (Dp, Dn),
        lambda node: sp.Symbol("rho", nonnegative=True),
    ).doit()
    a_priori = LAYERS.bound("a-priori").subs(rho, sp.Symbol("rho", nonnegative=True))
    ratio = sp.simplify(largest / a_priori)
    assert ratio.subs({d: 3, c_in: 2, M: 1}).simplify() == 1


def test_the_sign_split_leaves_enough_filters() -> None:
    # (n - n*)^2 - n Lg = Lg^(3/2) n*^(1/2) at n = n* + sqrt(n* Lg) + Lg
    a, b = sp.symbols("a b", positive=True)  # a^2 = n*, b^2 = Lg
    n = NETWORK.claim("width").expression
    n = n.subs({s: {"n_star": a**2, "L_g": b**2}[s.name] for s in n.free_symbols})
    assert sp.factor(sp.expand((n - a**2) ** 2 - n * b**2)) == a * b**3
    x = sp.Symbol("x", positive=True)  # and (n - n*)^2/n increases beyond n*
    slope = sp.diff((x**2) / (a**2 + x), x)
    assert sp.factor(slope).subs({a: 1, x: 1}) > 0
    assert sp.simplify(slope - x * (2 * a**2 + x) / (a**2 + x) ** 2) == 0


def test_the_failure_budget_adds_up() -> None:
    delta, depth = sp.symbols("delta depth", positive=True)
    c = sp.IndexedBase("c")
    t = sp.IndexedBase("t")
    per_channel = delta / (depth * c[i - 1])
    # c_(i-1) channels, t_i signs: too few filters, or no hit
    layer = c[i - 1] * t[i] * (per_channel / (2 * t[i]) + per_channel / (2 * t[i]))
    assert sp.summation(sp.simplify(layer), (i, 1, depth)) == delta


def test_blocks_reach_their_share_of_the_budget() -> None:
    p, share = sp.symbols("p share", positive=True)
    blocks = sp.log(1 / share) / sp.log(1 / (1 - p))
    assert (
        sp.simplify(
            sp.expand_log(sp.log((1 - p) ** blocks), force=True) - sp.log(share)
        )
        == 0
    )


def test_the_entry_accuracy_meets_the_layer_coefficient() -> None:
    eps_i = NETWORK.bound("accuracy")
    coefficient = LAYERS.claim("a-priori").expression.subs(
        {sp.Symbol("rho", real=True): eps_i, sp.Symbol("M", real=True): 1}
    )
    budget = ACCUMULATION.bound("budget")
    assert sp.simplify(coefficient - budget) == 0
    assert {str(x) for x in eps_i.free_symbols} == {"eps", "depth", "d", "c_in"}


def test_w4_the_larger_modulus_is_not_the_error() -> None:
    exact = LAYERS.claim("exact").expression
    Dp, Dn = sp.IndexedBase("D_p"), sp.IndexedBase("D_n")
    names = {str(x): x for x in exact.free_symbols}
    formula = exact.subs({names["M"]: 1, names["d"]: 1, names["c_in"]: 2}).doit()
    one_sided = {Dp[1, 1, 1]: 1, Dp[1, 1, 2]: -1, Dn[1, 1, 1]: 0, Dn[1, 1, 2]: 0}
    assert formula.subs(one_sided) == 1  # the sum of larger moduli is 2
    both = one_sided | {Dn[1, 1, 1]: -1, Dn[1, 1, 2]: 1}
    assert formula.subs(both) == 2


def test_all_targets_use_their_own_number_of_vectors() -> None:
    # n_star = 2 B n_0 instead of the default for one fixed target
    values = {"c_in": 16, "depth": 4, "delta": "1/100", "t": 2}
    n = NETWORK.solve_for("n", n_star=2 * 3 * 97, **values)
    L_g = sp.log(2 * 2 * 16 * 4 * 100)
    bound = 582 + sp.sqrt(582 * L_g) + L_g
    assert decide(n, ">=", bound) is Verdict.VERIFIED
    assert decide(n - 1, ">=", bound) is Verdict.REFUTED
