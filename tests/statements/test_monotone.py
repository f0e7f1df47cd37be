"""Every trend that a claim states is proved: by SymPy, or by an argument named here.

Most derivatives get their sign from SymPy on the box of the hypotheses. The others are
listed in `ARGUMENTS`: integer steps are decided exactly, derivatives in one variable
are enclosed on a covering of its range, and trends of means over R or over subsets
follow from the trend of what is averaged, which a test of its own proves.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import sympy as sp

from slth_verify.statements import decide, statement, statements
from slth_verify.statements._bound import evaluate
from slth_verify.statements._box import sign
from slth_verify.statements._isolate import sign_pieces
from slth_verify.statements.derived._nsn_law import R, interval_mass
from slth_verify.verdict import Verdict

Key = tuple[str, str, str]
TRENDS = [
    ((s.id, claim.name, name), direction)
    for s in statements()
    for claim in s.claims
    for name, direction in claim.monotone
]


def derivative(key: Key) -> int | None:
    """Sign of the derivative on the box of the hypotheses, by SymPy."""
    identifier, claim, name = key
    s = statement(identifier)
    symbol = s.variable(name).symbol
    expression = evaluate(s, s.claim(claim).expression, {symbol: symbol})
    real = sp.Dummy(name, real=True)
    return sign(s, sp.diff(expression.subs(symbol, real), real).subs(real, symbol))


def log_derivative(key: Key) -> int | None:
    """As `derivative`, of the logarithm of a positive bound."""
    identifier, claim, name = key
    s = statement(identifier)
    expression = s.claim(claim).expression
    plain = {x: sp.Dummy(x.name, positive=True) for x in expression.free_symbols}
    moved = plain[s.variable(name).symbol]
    logarithm = sp.expand_log(sp.log(expression.subs(plain)), force=True)
    slope = sp.simplify(sp.diff(logarithm, moved))
    return sign(s, slope.subs({new: old for old, new in plain.items()}))


def steps(key: Key, points: Iterable[int], **values: Any) -> int | None:
    """Common proved sign of all steps of a claim over consecutive integers."""
    identifier, claim, name = key
    s = statement(identifier)
    series = [s.bound(claim, check=False, **values, **{name: v}) for v in points]
    signs = set()
    for before, after in itertools.pairwise(series):
        up, down = decide(after, ">=", before), decide(after, "<=", before)
        signs.add(1 if up is Verdict.VERIFIED else -1)
        assert Verdict.VERIFIED in (up, down)
    return signs.pop() if len(signs) == 1 else None


def covering(expression: Any, symbol: Any, low: Any, high: Any) -> int | None:
    """Sign of a derivative that is the same on a covering of a range, enclosed."""
    pieces = sign_pieces(
        sp.diff(expression, symbol),
        symbol,
        sp.Rational(low),
        sp.Rational(high),
        sp.Rational(1, 10**4),
    )
    signs = {piece.sign for piece in pieces}
    return signs.pop() if len(signs) == 1 else None


def covered(key: Key, low: Any, high: Any, **values: Any) -> int | None:
    """As `covering`, of a claim with values for all other symbols."""
    identifier, claim, name = key
    s = statement(identifier)
    symbol = s.variable(name).symbol
    bound = s.bound(claim, check=False, **values, **{name: symbol})
    return covering(bound, symbol, low, high)


z, e = sp.symbols("z e", positive=True)
eps = sp.Symbol("eps", real=True)


def mass_in_target() -> int | None:
    """``g_R`` falls as the target moves out: phi(z+e) < phi(z-e), by the exponents."""
    slope = sp.diff(interval_mass(z).subs(eps, e), z)
    far, near = (sp.exp(-((z + t) ** 2) / (2 * R)) for t in (e, -e))
    density = sp.sqrt(2 * sp.pi * R)
    assert sp.simplify(slope - (far - near) / density) == 0
    exponents = ((z + e) ** 2 - (z - e) ** 2).expand()
    return -1 if exponents.is_positive else None


def mass_in_accuracy() -> int | None:
    """``g_R`` rises with the width of the interval."""
    slope = sp.diff(interval_mass(z), eps)
    return 1 if sp.simplify(slope.subs(eps, e)).is_positive else None


def mass_in_size() -> int | None:
    """``g_R(0)`` falls in R, and R of k + 1 samples is that of k plus a square."""
    slope = sp.simplify(sp.diff(interval_mass(0).subs(eps, e), R))
    return -1 if slope.is_negative else None


def decay_in_target() -> int | None:
    """d/dr log = -r/(k - m - 2), and k - m - 2 >= 1 by the hypothesis on the size."""
    lower = statement("lem:nsn-sum").claim("lower").expression
    r, k, m = map(statement("lem:nsn-sum").variable, ("r", "k", "m"))
    slope = sp.diff(sp.log(lower), r.symbol)
    rate = sp.simplify(slope * (k.symbol - m.symbol - 2) / r.symbol)
    return -1 if rate == -1 else None


def inner_of_width(name: str, low: Any, high: Any, **values: Any) -> int | None:
    """Through L_g and the ceiling: all of ceil, n* and L_g raise the width."""
    s = statement("der:structured-slth")
    defaults = {v.name: v.default for v in s.symbols if v.default is not None}
    blocks = defaults["n_star"].atoms(sp.ceiling).pop().args[0]
    inner = blocks.subs(sp.Symbol("L_g", real=True), defaults["L_g"])
    inner = inner.subs(sp.Symbol("delta_i", real=True), defaults["delta_i"])
    named = {s.variable(key).symbol: sp.Rational(v) for key, v in values.items()}
    return covering(inner.subs(named), s.variable(name).symbol, low, high)


CRUDE = {"k": 8, "m": 2, "eps": "1/10"}
TWO = {"m": 4, "c": "9/10", "kappa": "1/50", "tau": "1/2", "r": 1, "B": 3}
WIDE = {"p": "1/2", "c_in": 8, "depth": 4, "t": 2, "delta": "1/100"}


def but(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def size_of_theorem_five(name: str) -> Callable[[Key], int | None]:
    """N >= ceil(size)^2 moves as the size does."""
    return lambda key: derivative(("thm:mrss-nsn", "size", name))


Argument = Callable[[Key], int | None]
_mass_r: Argument = lambda key: mass_in_target()  # noqa: E731
ARGUMENTS: dict[Key, Argument] = {
    ("thm:mrss-nsn", "width", "m"): size_of_theorem_five("m"),
    ("thm:mrss-nsn", "width", "eps"): size_of_theorem_five("eps"),
    ("thm:mrss-nsn", "width", "C"): size_of_theorem_five("C"),
    ("def:subset-sum-number", "most", "n"): lambda key: steps(key, range(5, 40), k=5),
    ("lem:nsn-sum", "lower", "r"): lambda key: decay_in_target(),
    ("lem:nsn-sum", "upper", "eps"): log_derivative,
    ("lem:nsn-joint", "upper", "eps"): log_derivative,
    ("lem:nsn-sum", "upper", "k"): lambda key: steps(
        key, range(4, 40), m=3, eps="1/10"
    ),
    ("lem:nsn-joint", "upper", "j"): lambda key: steps(
        key, range(27), m=3, k=30, eps="1/10"
    ),
    ("lem:nsn-joint", "upper", "k"): lambda key: steps(
        key, range(6, 40), m=3, j=2, eps="1/10"
    ),
    ("der:rss-explicit", "failure-full", "q"): lambda key: steps(
        key, range(20), n=30, eps1="1/9", eps2="1/9"
    ),
    ("der:nsn-law", "axis", "r"): _mass_r,
    ("der:worst-target", "lower", "r"): _mass_r,
    ("der:worst-target", "upper", "eps"): lambda key: mass_in_accuracy(),
    ("der:worst-target", "upper", "k"): lambda key: mass_in_size(),
    ("der:crude-moment", "closed", "n"): lambda key: steps(
        key, range(16, 60), r=1, **CRUDE
    ),
    ("der:crude-moment", "closed", "r"): lambda key: covered(
        key, "1/8", 4, n=30, **CRUDE
    ),
    # with exact terms: they fall in the overlap's complement, so the same argument
    ("der:crude-moment", "exact", "n"): lambda key: -mass_in_size(),
    ("der:crude-moment", "exact", "r"): _mass_r,
    ("der:sharp-moment", "probability", "r"): _mass_r,
    ("der:weighted-moment", "probability", "r"): lambda key: covering(
        -(sp.Symbol("r", real=True) ** 2), sp.Symbol("r", real=True), "1/8", 8
    ),
    ("der:first-moment", "probability", "n"): lambda key: steps(
        ("def:subset-sum-number", "most", "n"), range(3, 40), k=3
    ),
    ("der:first-moment", "probability", "r"): _mass_r,
    ("der:first-moment", "probability", "eps"): lambda key: mass_in_accuracy(),
    ("der:net", "probability", "B"): lambda key: steps(
        key, range(1, 30), N=50, p_0="1/3"
    ),
    ("der:net", "probability", "p_0"): lambda key: covered(
        key, "1/100", "99/100", N=50, B=6
    ),
    ("der:two-blocks", "failure", "B"): lambda key: steps(
        key, range(1, 12), **but(TWO, "B")
    ),
    ("der:two-blocks", "failure", "m"): lambda key: steps(
        key, range(1, 20), **but(TWO, "m")
    ),
    ("der:two-blocks", "failure", "c"): lambda key: covered(
        key, "1/100", "99/100", **but(TWO, "c")
    ),
    ("der:two-blocks", "failure", "kappa"): lambda key: covered(
        key, "1/100", 5, **but(TWO, "kappa")
    ),
    ("der:two-blocks", "failure", "r"): lambda key: covered(
        key, "1/8", 3, **but(TWO, "r")
    ),
    ("der:structured-slth", "width", "n_star"): lambda key: covered(
        key, 1, 10**6, L_g=7
    ),
    ("der:structured-slth", "width", "L_g"): lambda key: covered(
        key, "1/2", 100, n_star=97
    ),
    ("der:structured-slth", "width", "n_0"): lambda key: steps(
        key, range(1, 40), **WIDE
    ),
    ("der:structured-slth", "width", "delta"): lambda key: inner_of_width(
        "delta", "1/1000", "99/100", **but(WIDE, "delta")
    ),
    ("der:structured-slth", "width", "p"): lambda key: inner_of_width(
        "p", "1/100", "99/100", **but(WIDE, "p")
    ),
    ("der:structured-slth", "width", "depth"): lambda key: inner_of_width(
        "depth", 1, 1000, **but(WIDE, "depth")
    ),
    ("der:structured-slth", "width", "c_in"): lambda key: inner_of_width(
        "c_in", 1, 1000, **but(WIDE, "c_in")
    ),
    ("der:structured-slth", "accuracy", "d"): lambda key: covered(
        key, 1, 50, eps="1/10", depth=4, c_in=3
    ),
    ("der:structured-slth", "accuracy", "c_in"): lambda key: covered(
        key, 1, 500, eps="1/10", depth=4, d=3
    ),
    ("der:high-probability", "energy", "r"): lambda key: covering(
        sp.Symbol("r", real=True) ** 2, sp.Symbol("r", real=True), "1/8", 8
    ),
    ("rel:unstructured-log", "width", "d_in"): lambda key: covered(
        key, 1, 1000, C=1, d_out=2, depth=3, eps="1/9", delta="1/9"
    ),
    ("rel:unstructured-log", "width", "C"): lambda key: covered(
        key, "1/9", 100, d_in=3, d_out=2, depth=3, eps="1/9", delta="1/9"
    ),
    # min(eps, delta) rises in both, and -log falls
    ("rel:unstructured-log", "width", "eps"): lambda key: covering(
        -sp.log(eps), eps, "1/100", 1
    ),
    ("rel:unstructured-log", "width", "delta"): lambda key: covering(
        -sp.log(eps), eps, "1/100", 1
    ),
}


@pytest.mark.parametrize(
    ("key", "direction"), TRENDS, ids=["-".join(key) for key, _ in TRENDS]
)
def test_trend(key: Key, direction: int) -> None:
    argument = ARGUMENTS.get(key, derivative)
    assert argument(key) == direction


def test_every_argument_belongs_to_a_stated_trend() -> None:
    assert ARGUMENTS.keys() <= {key for key, _ in TRENDS}


@pytest.mark.parametrize("direction", [1, -1])
def test_lie_a_turned_trend_is_noticed(direction: int) -> None:
    key = ("thm:rss", "width", "eps")
    assert (derivative(key) == direction) is (direction == -1)


def test_the_target_enters_theorem_u_through_minus_its_square_only() -> None:
    s = statement("der:weighted-moment")
    bound = s.claim("probability").expression
    r = sp.Symbol("r", real=True)
    exponent = next(x for x in bound.atoms(sp.exp) if x.has(r)).args[0]
    rate = sp.simplify(sp.diff(exponent, r) / r)
    assert not rate.has(r)
    values = {"n": 60, "k": 12, "m": 2, "x": 0}
    named = {s.variable(key).symbol: value for key, value in values.items()}
    assert decide(rate.subs(named), "<", 0) is Verdict.VERIFIED
    assert not (bound / sp.exp(exponent)).has(r)


def test_the_target_enters_theorem_h_through_its_square_only() -> None:
    s = statement("der:high-probability")
    energy = s.claim("energy").expression
    r = sp.Symbol("r", real=True)
    slope = sp.diff(sp.log(energy), r)
    rate = sp.simplify(slope / r)
    assert not rate.has(r)
