"""Leading terms, and limit cases."""

from __future__ import annotations

import pytest
import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import statement

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
