"""Leading terms, and limit cases."""

from __future__ import annotations

import pytest
import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import decide, statement
from slth_verify.statements.queries.outgrown import without_outgrown_sums
from slth_verify.verdict import Verdict

LEADING = [
    ("thm:rss", "n", "eps", "C*log(1/eps)"),
    ("thm:mrss-nsn", "n", "eps", "C**2*m**6*log(1/eps)**2"),
    ("thm:mrss-nsn", "n", "m", "C**2*m**6*log(m)**2"),
    ("thm:mrss-nsn", "k", "m", "C*m**3*log(m)"),
    ("thm:structured-slth", "n", "eps", "C*c_out**6*d**12*log(1/eps)**3"),
    ("thm:structured-slth", "n", "d", "8*C*c_out**6*d**12*log(d)**3"),
    ("thm:structured-slth", "n", "depth", "C*c_out**6*d**12*log(depth)**3"),
    ("lem:error-accumulation", "error", "eta", "depth*eta"),
    ("lem:error-accumulation", "error", "depth", "(eta + 1)**depth"),
    ("der:rss-explicit", "n", "eps1", "log(1/eps1)/log(Rational(4, 3))"),
    ("der:rss-explicit", "n", "delta", "log(1/delta)/log(Rational(4, 3))"),
    ("der:structured-slth", "accuracy", "eps", "eps/(c_in*d**2*depth)"),
    ("der:structured-slth", "accuracy", "depth", "log(1 + eps)/(c_in*d**2*depth)"),
    ("der:structured-slth", "n", "n_star", "n_star"),
    ("rel:unstructured-log", "n", "eps", "C*d_in*log(1/eps)"),
    ("rel:gaussian-mrss", "n", "eps", "C*d**3*log(1/eps)**2"),
    ("rel:gaussian-mrss", "n", "d", "C*d**3*log(d)*log(1/eps)"),
    ("rel:neuron-pruning-lower", "n", "eps", "C*d/eps"),
    ("rel:balancing-optimum", "upper", "n", "C*sqrt(n)*2**(-n/m)"),
]


@pytest.mark.parametrize(("identifier", "of", "within", "expected"), LEADING)
def test_leading_terms(identifier, of, within, expected) -> None:
    s = statement(identifier)
    names = {variable.name: variable.symbol for variable in s.symbols}
    wanted = sp.sympify(expected, locals=names)
    positive = {x: sp.Dummy(positive=True) for x in wanted.free_symbols}
    found = s.growth(of, within)
    assert sp.simplify((found / wanted).subs(positive)) == 1


def test_an_overridden_exponent_changes_the_growth() -> None:
    found = statement("thm:mrss-nsn").growth("n", "m", C=1, a_n=1, a_m=2)
    m = sp.Symbol("m", integer=True)
    assert found == m**2 * sp.log(m)


def test_a_symbol_that_does_not_occur_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="does not occur"):
        statement("thm:rss").growth("n", "X")


def test_what_is_not_confirmed_is_not_returned() -> None:
    with pytest.raises(InvalidParameterError, match="not found"):
        statement("der:two-blocks").growth("failure", "B")


def test_a_sum_that_is_outgrown_does_not_stand_in_the_way() -> None:
    missed = statement("der:rss-missed")
    assert missed.growth("P", "n") == missed.growth("P", "n", eps="1/100") == 1
    # the bound is 1 minus what is missed, which vanishes: 1 - 2^-n exp(2 sqrt(n)) -> 1
    for n in (20, 40):
        gap = 1 - missed.bound(n=n, eps="1/100")
        most = sp.Rational(1, 2**n) * sp.exp(2 * sp.sqrt(n))
        assert decide(gap, "<=", most) is Verdict.VERIFIED
    explicit = statement("der:rss-explicit")
    found = explicit.growth("failure-full", "q")
    assert sp.simplify(found - explicit.claim("failure").expression) == 0


def test_lie_a_sum_that_outgrows_the_rest_stays() -> None:
    t = sp.Symbol("t", positive=True)
    i = sp.Symbol("i", integer=True)
    laguerre = sp.Sum(sp.binomial(t, i) / sp.factorial(i), (i, 0, t))

    def limit(expression):
        return sp.limit(expression, t, sp.oo)

    assert without_outgrown_sums(1 + laguerre / 2**t, t, limit) == 1
    for kept in (
        1 + laguerre,
        sp.exp(-t) + laguerre / 2**t,
        1 + sp.Sum((-1) ** i * sp.binomial(t, i) / sp.factorial(i), (i, 0, t)) / 2**t,
        1 + sp.Sum(sp.binomial(t, i) * 2**i, (i, 0, t)) / 2**t,
    ):
        assert without_outgrown_sums(kept, t, limit) == kept


def test_a_refusal_says_what_stands_in_the_way() -> None:
    with pytest.raises(InvalidParameterError, match="A sum, product or integral"):
        statement("der:first-moment").growth("P", "n")
    with pytest.raises(InvalidParameterError, match="does not occur"):
        statement("der:first-moment").growth("P", "k")
    with pytest.raises(InvalidParameterError, match="leave it out"):
        statement("thm:rss").growth("n", "eps", eps="1/9")
    with pytest.raises(InvalidParameterError, match="C > 0"):
        statement("thm:rss").growth("n", "eps", C=-1)


@pytest.mark.parametrize("name", ["t", "small", "u_C", "eps1", "a"])
def test_symbols_of_the_user_are_not_those_of_the_machinery(name) -> None:
    own = sp.Symbol(name, positive=True)
    eps = statement("thm:rss").variable("eps").symbol
    assert statement("thm:rss").growth("n", "eps", C=own) == own * sp.log(1 / eps)
