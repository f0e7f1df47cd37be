"""A symbolic threshold at numbers is the threshold at those numbers."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from symbolic_answers.asked import named
from symbolic_answers.by_loops import at_numbers, same

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import Statement, statement

THRESHOLDS = [
    ("thm:rss", "n", None, {"eps": "1/5", "C": 3}),
    ("thm:rss", "eps", None, {"n": 9, "C": 3}),
    ("thm:mrss-nsn", "k", None, {"m": 2, "eps": "1/5", "C": "1/9"}),
    ("thm:structured-slth", "n", None, {"d": 2, "c_in": 3, "c_out": 2, "depth": 2}),
    ("lem:error-accumulation", "depth", None, {"eta": "1/9", "error": 3}),
    ("der:rss-explicit", "n", None, {"eps1": "2/5", "eps2": "9/10", "delta": "9/10"}),
    ("der:rss-whole", "n", None, {"eps1": "1/5", "eps2": "1/5", "delta": "1/5"}),
    ("der:rss-whole", "n", "failure", {"eps1": "1/5", "eps2": "1/5", "F": "1/5"}),
    ("der:rss-counting", "n", None, {"eps": "1/9"}),
    ("der:structured-slth", "depth", "accuracy", {"eps_i": "1/90", "eps": "1/5"}),
    ("der:structured-slth", "n", None, {"p": "1/2", "c_in": 3, "depth": 2, "n_0": 9}),
    ("der:two-blocks", "B", "samples", {"n_all": 1000, "n_0": 97}),
    ("der:layer-error", "M", "a-priori", {"error": 2, "d": 2, "c_in": 3, "rho": "1/9"}),
    ("der:layer-error", "M", "exact", {"e_o": 6, "d": 1, "c_in": 2}),
    ("rel:gaussian-mrss", "n", None, {"d": 3, "eps": "1/5", "C": 2}),
    ("rel:fixed-size-rss-one", "eps", None, {"n": 12, "k": 3, "C": 2}),
]
REST = {
    "thm:structured-slth": {"eps": "1/5", "C": 2},
    "der:structured-slth": {"d": 1, "c_in": 2, "delta": "1/5", "t": 2},
    "der:layer-error": {"D_p": 1, "D_n": 0},
}


def solved(s: Statement, name: str, of: str | None, given: dict[str, Any]) -> Any:
    """The threshold, or None where the query says that a symbol needs a value."""
    try:
        return s.solve_for(name, of=of, **given)
    except InvalidParameterError as error:
        if "have no value" in str(error):
            return None
        raise


@pytest.mark.parametrize(("identifier", "name", "of", "values"), THRESHOLDS)
@pytest.mark.parametrize("letters", ["ijkR", "tun_", "nCed"])
def test_thresholds_with_symbols_then_numbers(
    identifier: str, name: str, of: str | None, values: dict[str, Any], letters: str
) -> None:
    s = statement(identifier)
    names = {v.name for v in s.symbols}
    rest = {k: v for k, v in REST.get(identifier, {}).items() if k in names}
    rest = {k: v for k, v in rest.items() if k not in values and k != name}
    at_once = s.solve_for(name, of=of, **values, **rest)
    checked = 0
    for symbol, letter in zip(values, letters, strict=False):
        variable = s.variable(symbol)
        own = named(variable, letter + "'" if letter in (name, "n", "C") else letter)
        given = {**values, **rest, symbol: own}
        symbolic = solved(s, name, of, given)
        if symbolic is None:  # the sign of a symbol was needed: refused, not wrong
            continue
        checked += 1
        later = at_numbers(symbolic, {own: sp.Rational(str(values[symbol]))})
        assert same(at_once, later), (symbol, symbolic)
    assert checked
