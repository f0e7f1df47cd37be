"""Every trend that a claim states is proved on the whole box of its hypotheses.

`trend` proves it from the structure of the expression, with all symbols free and only
the hypotheses known. Hypotheses that join several symbols, such as ``k >= m + 3``, are
put in by writing one symbol through nonnegative ones (`SLACK`). What the structure
does not show has an argument of its own in `ARGUMENTS`; its steps are proved here too.
Nothing is sampled.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

from slth_verify.statements import Statement, statement, statements
from slth_verify.statements.derived.moments import overlap
from slth_verify.statements.derived.nsn_law import (
    R,
    at_zero,
    chi_squared_mean,
    interval_mass,
)
from slth_verify.statements.paper.nsn_lemmas import one_subset
from slth_verify.statements.queries.box import sign
from slth_verify.statements.queries.monotone import trend
from slth_verify.statements.queries.signs import Signs
from slth_verify.statements.queries.values import put_in

Key = tuple[str, str, str]
TRENDS = [
    ((s.id, claim.name, name), direction)
    for s in statements()
    for claim in s.claims
    for name, direction in claim.monotone
]
#: Undefined functions in claims; each is a bound on a probability or a mean.
FUNCTIONS = frozenset({"q", "D", "B_U", "E_D"})

eps, r = sp.symbols("eps r", real=True)
k, m, n, j, B = sp.symbols("k m n j B", integer=True)
x, c, kappa, tau = sp.symbols("x c kappa tau", real=True)
u, v = sp.symbols("u v", integer=True, nonnegative=True)
w = sp.Symbol("w", positive=True)

#: By claim: the moved symbol and the sign it moves with, then the substitutions.
THREE_MORE = [(k, m + 3 + u)]
SLACK: dict[Key, tuple[Any, int, list[tuple[Any, Any]]]] = {
    ("lem:nsn-sum", "lower", "r"): (r, 1, THREE_MORE),
    ("lem:nsn-sum", "upper", "eps"): (eps, 1, THREE_MORE),
    ("lem:nsn-sum", "upper", "k"): (u, 1, THREE_MORE),
    ("lem:nsn-joint", "upper", "eps"): (eps, 1, [(k, j + m + 1 + u)]),
    ("lem:nsn-joint", "upper", "k"): (u, 1, [(k, j + m + 1 + u)]),
    # k - j = m + 1 + u and k = m + 1 + v: j rises as u falls
    ("lem:nsn-joint", "upper", "j"): (u, -1, [(j, k - m - 1 - u), (k, m + 1 + v)]),
    ("der:crude-moment", "closed", "r"): (r, 1, THREE_MORE),
    # n = 2k + 1 + v, and x lies between 0 and (n - k)/4
    ("der:weighted-moment", "probability", "r"): (
        r,
        1,
        [(x, (n - k) / (4 * (1 + w))), (n, 2 * k + 1 + v), *THREE_MORE],
    ),
}


def boxed(s: Statement, claim: str) -> Statement:
    """``s`` with the claim's own conditions among its hypotheses."""
    mine = {h.name for h in s.hypotheses}
    more = [h for h in s.claim(claim).conditions if h.name not in mine]
    return dataclasses.replace(s, hypotheses=(*s.hypotheses, *more))


def followed(s: Statement, claim: str, name: str) -> Any:
    """The claim, with defaults that depend on other symbols put in.

    Numbers that are mere defaults (exponents) stay symbols: any value is meant.
    """
    known: dict[Any, Any] = {}
    for variable in s.symbols:
        if variable.default is not None and variable.name != name:
            value = put_in(variable.default, known)
            if value.free_symbols:
                known[variable.symbol] = value
    return put_in(s.claim(claim).expression, known)


def without_sums(expression: Any, symbol: Any) -> Any:
    """Sums in which ``symbol`` does not occur, as positive symbols.

    They are means of positive quantities: overlap weights times probabilities.
    """
    sums = {node for node in expression.atoms(sp.Sum) if not node.has(symbol)}
    return expression.subs({node: sp.Dummy(positive=True) for node in sums})


def structure(key: Key) -> int | None:
    """Trend by `trend`, all symbols free."""
    s, (_, claim, name) = statement(key[0]), key
    symbol = s.variable(name).symbol
    expression = followed(s, claim, name)
    moved, flip, changes = SLACK.get(key, (symbol, 1, []))
    expression = without_sums(expression, symbol).subs(changes)
    found = trend(boxed(s, claim), expression, moved, FUNCTIONS)
    return None if found is None else flip * found


def size_of_the_mean() -> int | None:
    """``p_k(0)``: what is averaged falls in R, and R grows by a square with k."""
    s, F = statement("der:worst-target"), sp.Symbol("F")
    averaged = interval_mass(0) ** m
    assert at_zero(k) == chi_squared_mean(F, k).subs(F, averaged)
    assert s.claim("upper").expression == at_zero(k)
    # the law of R for k + 1 samples is that for k, plus an independent square
    t = sp.Symbol("t", positive=True)
    transform = (1 + 2 * t) ** (-k / 2)
    square = (1 + 2 * t) ** sp.Rational(-1, 2)
    assert sp.simplify(transform * square / transform.subs(k, k + 1)) == 1
    return trend(s, averaged, R)


def overlap_falls() -> bool:
    """Likelihood ratio of the overlaps for n + 1 and n samples: it falls in j.

    Then the overlap falls stochastically: with weights h and a ratio g that falls, the
    mean of a rising f moves by its covariance with g, which is half of the sum of
    h_a h_b (g_a - g_b)(f_a - f_b), where no term is positive. (One more overlap at the
    low end, where only n + 1 samples allow it, has the largest ratio of all.)
    """
    ratio = sp.gammasimp((overlap().subs(n, n + 1) / overlap()).rewrite(sp.gamma))
    step = sp.gammasimp(ratio.subs(j, j + 1) / ratio)
    fresh = sp.factor(step.subs(n, 2 * k - j + u))  # n - 2k + j = u >= 0 holds for h
    rows = list(zip(*(sp.symbols(f"{name}0:3") for name in "hgf"), strict=True))
    mean_g, mean_f = (sum(row[0] * row[i] for row in rows) for i in (1, 2))
    both = sum(h * g * f for h, g, f in rows)
    apart = sum(a[0] * b[0] * (a[1] - b[1]) * (a[2] - b[2]) for a in rows for b in rows)
    covariance = sum(h for h, _, _ in rows) * both - mean_g * mean_f
    assert sp.expand(covariance - apart / 2) == 0
    return bool((1 - fresh).factor().is_positive)


def width_of_the_closed_moment() -> int | None:
    """The capped terms fall with k - j, so they rise in j; the overlap falls in n."""
    s = boxed(statement("der:crude-moment"), "closed")
    term = one_subset(k).subs(k, m + 1 + u)
    below = trend(s, term, u) == -1  # and min(1, .) is at most 1, the value before
    total = next(iter(s.claim("closed").expression.atoms(sp.Sum)))
    assert sp.simplify(total.function.args[1][0] / overlap()) == 1
    one = s.claim("closed").expression * total
    return 1 if below and overlap_falls() and not one.has(n) else None


def width_of_the_exact_moment() -> int | None:
    """The same with p_(k-j)(0), and 1 for j = k."""
    s = statement("der:crude-moment")
    expression = s.claim("exact").expression
    q = sp.Function("q")
    total = next(iter(expression.atoms(sp.Sum)))
    assert sp.simplify(total.function / overlap()) == q(k - j)
    falls = size_of_the_mean() == -1 and overlap_falls()
    return 1 if falls and not (expression * total).has(n) else None


def reserve() -> int | None:
    """S(q) = sum binomial(q, i) a_i with a_i = 2^-i/i!: S(q+1) <= 3/2 S(q) <= 2 S(q).

    By Pascal's rule S(q+1) - S(q) = sum binomial(q, i) a_(i+1), and a_(i+1) <= a_i/2.
    """
    q, i = sp.symbols("q i", integer=True, nonnegative=True)
    a = sp.Rational(1, 2) ** i / sp.factorial(i)
    pascal = sp.binomial(q + 1, i + 1) - sp.binomial(q, i + 1) - sp.binomial(q, i)
    assert sp.gammasimp(sp.expand_func(pascal).rewrite(sp.gamma)) == 0
    assert sp.simplify(a / 2 - a.subs(i, i + 1) - i / (i + 1) * a / 2) == 0
    s = statement("der:rss-explicit")
    gap = s.claim("failure-full").expression - s.claim("failure").expression
    names = {str(y): y for y in gap.atoms(sp.Symbol)}
    term = sp.binomial(names["q"], names["i"]) * a.subs(i, names["i"])
    limits = (names["i"], 0, names["q"])
    assert sp.simplify(gap / (2 ** (1 - names["q"]) * sp.Sum(term, limits))) == 1
    return -1 if sp.Rational(3, 2) / 2 < 1 else None


def missed(name: str) -> int | None:
    """Theorem A's X_B as the mean of (1 - c exp(-kappa tau^2 W))^B, W chi-squared."""
    s = statement("der:two-blocks")
    i, M, t, y = sp.symbols("i M t y", positive=True)
    density = R ** (M / 2 - 1) * sp.exp(-R / 2) / (2 ** (M / 2) * sp.gamma(M / 2))
    mean = sp.integrate(density * sp.exp(-i * t * R), (R, 0, sp.oo))
    assert sp.simplify(sp.powsimp(mean * (1 + 2 * i * t) ** (M / 2), force=True)) == 1
    total = s.claim("miss").expression
    index = total.variables[0]
    term = sp.binomial(B, index) * (-c * y) ** index  # (1 - c y)^B, term by term
    power = (1 + 2 * index * kappa * tau**2) ** (-m / 2)
    ratio = sp.powsimp(total.function / (term / y**index * power), force=True)
    assert sp.simplify(ratio) == 1
    inside = (1 - c * sp.exp(-kappa * tau**2 * R)) ** B
    failure = s.claim("failure").expression.subs(total, chi_squared_mean(inside, m))
    assert failure.has(sp.Integral)
    assert not failure.has(sp.Sum)
    if name == "m":  # W of m + 1 coordinates is that of m, plus a square
        assert trend(s, failure, B) == -1
        return trend(s, inside, R)
    return trend(s, failure, s.variable(name).symbol)


def energy() -> int | None:
    """The radius enters (H1) through r^2 (1 + kappa_2 Ah)/(2s (1 - kappa Ah))."""
    s = statement("der:high-probability")
    expression = s.claim("energy").expression
    named = {h.name: h.relation.lhs for h in s.hypotheses if h.name in ("good", "tilt")}
    exponent = next(y for y in expression.atoms(sp.exp) if y.has(r)).args[0]
    scale, A = s.variable("s").symbol, s.variable("A").symbol
    kappa2 = k * (1 - k / n) / (n * (n - 1) * scale)
    spread = A / (1 - named["good"])
    assert sp.simplify(named["tilt"] - (k**2 / n**2 / scale - kappa2) * spread) == 0
    rate = (1 + kappa2 * spread) / (scale * (1 - named["tilt"]))
    assert sp.simplify(sp.diff(exponent, r) - r * rate) == 0
    # both hypotheses say "below 1", and 1 <= k < n
    positive = {1 - named["good"]: w, 1 - named["tilt"]: sp.Dummy(positive=True)}
    signs = Signs(lambda part: sign(s, part), FUNCTIONS)
    rest = expression.subs(sp.exp(exponent), 1).subs(positive)
    others = [rest.subs(n, k + 1 + u), kappa2.subs(n, k + 1 + u)]
    alone = not rest.has(r)
    return 1 if alone and all(signs(other) == 1 for other in others) else None


def entropy(identifier: str, name: str) -> int | None:
    """Fixed sizes: n H2(k/n) log 2 is positive, and rises in n by -log(1 - k/n)."""
    s = statement(identifier)
    share = k / n
    nats = -(share * sp.log(share) + (1 - share) * sp.log(1 - share))
    # 1/share = 1 + (n - k)/k and 1/(1 - share) = 1 + k/(n - k): both logarithms are
    # positive for 1 <= k <= n/2
    assert sp.simplify(1 / share - (1 + (n - k) / k)) == 0
    assert sp.simplify(1 / (1 - share) - (1 + k / (n - k))) == 0
    assert sp.log(1 + w).is_positive
    assert sp.simplify(sp.diff(n * nats, n) + sp.log(1 - share)) == 0
    total = sp.Symbol("total", positive=True)
    expression = s.claim("accuracy").expression.subs(nats, total / n)
    assert not expression.has(n)
    moved = {"n": total, "C": s.variable("C").symbol}[name]
    return trend(s, expression, moved)


Argument = Callable[[], int | None]
ARGUMENTS: dict[Key, Argument] = {
    ("der:rss-explicit", "failure-full", "q"): reserve,
    ("der:worst-target", "upper", "k"): size_of_the_mean,
    ("der:crude-moment", "closed", "n"): width_of_the_closed_moment,
    ("der:crude-moment", "exact", "n"): width_of_the_exact_moment,
    **{
        ("der:two-blocks", "failure", name): (lambda name=name: missed(name))
        for name in ("B", "c", "kappa", "r", "m")
    },
    ("der:high-probability", "energy", "r"): energy,
    **{
        (f"rel:fixed-size-rss-{which}", "accuracy", name): (
            lambda which=which, name=name: entropy(f"rel:fixed-size-rss-{which}", name)
        )
        for which in ("one", "all", "lower")
        for name in ("n", "C")
    },
}


@pytest.mark.parametrize(
    ("key", "direction"), TRENDS, ids=["-".join(key) for key, _ in TRENDS]
)
def test_trend(key: Key, direction: int) -> None:
    argument = ARGUMENTS.get(key)
    assert (argument() if argument else structure(key)) == direction


def test_every_argument_belongs_to_a_stated_trend() -> None:
    assert ARGUMENTS.keys() | SLACK.keys() <= {key for key, _ in TRENDS}


@pytest.mark.parametrize(
    "key",
    [("thm:rss", "width", "eps"), ("lem:nsn-joint", "upper", "j")],
    ids=["by-structure", "with-slack"],
)
def test_lie_a_turned_trend_is_noticed(key: Key) -> None:
    (direction,) = (stated for other, stated in TRENDS if other == key)
    assert structure(key) == direction != -direction


def test_lie_a_slack_that_is_too_wide_leaves_the_trend_open() -> None:
    # k >= m + 3 made k >= m - 3: the gamma functions may have any sign
    s, symbol = statement("lem:nsn-sum"), sp.Symbol("eps", real=True)
    bound = s.claim("upper").expression
    assert trend(s, bound.subs(k, m + 3 + u), symbol) == 1
    assert trend(s, bound.subs(k, m - 3 + u), symbol) is None
