"""LaTeX, MathML, terminal text and plain data."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from functools import lru_cache
from typing import Any

import pytest
import sympy as sp
from sympy.functions.elementary import piecewise

from slth_verify.statements import (
    as_text,
    latex,
    statement,
    statements,
    text,
    vocabulary,
)
from slth_verify.statements.decisions import proved
from slth_verify.statements.decisions.proved import Ceil, Floor, Greatest, Least

ALL = [pytest.param(s, id=s.id) for s in statements()]
WORDS = {
    name: value
    for module in (vocabulary, proved, piecewise)
    for name, value in vars(module).items()
    if isinstance(value, type)
}


@lru_cache
def plain(identifier: str) -> dict[str, Any]:
    return statement(identifier).to_json()


@pytest.mark.parametrize("s", ALL)
def test_latex_is_balanced_and_has_every_hypothesis(s) -> None:
    source = s.latex()
    assert source.count("{") == source.count("}")
    assert source.count(r"\left") == source.count(r"\right")
    assert all(f"({h.name})" in source for h in s.hypotheses)
    assert r"\text{then}" in source


@pytest.mark.parametrize("s", ALL)
def test_mathml_is_well_formed(s) -> None:
    root = ElementTree.fromstring(s.mathml())
    rows = root.findall(".//{*}mtable/{*}mtr")
    assert len(rows) >= len(s.hypotheses) + 1


@pytest.mark.parametrize("s", ALL)
def test_json_round_trip(s) -> None:
    data = plain(s.id)
    assert json.loads(json.dumps(data)) == data
    assert data["id"] == s.id
    assert len(data["hypotheses"]) == len(s.hypotheses)
    assert {item["name"] for item in data["symbols"]} == {v.name for v in s.symbols}


@pytest.mark.parametrize("s", ALL)
def test_claims_can_be_read_back_from_json(s) -> None:
    for claim, data in zip(s.claims, plain(s.id)["claims"], strict=True):
        read = eval(data["sympy"], {**vars(sp), **WORDS})
        assert read == claim.relation()


@pytest.mark.parametrize("s", ALL)
def test_terminal_text_says_everything_and_is_narrow(s) -> None:
    shown = as_text(s)
    assert s.id in shown
    assert s.source.version in shown
    assert s.provenance.value in shown
    signs = str.maketrans({"≤": "<=", "≥": ">="})
    assert all(h.meaning in shown.translate(signs) for h in s.hypotheses)
    assert "<=" not in shown
    assert ">=" not in shown
    formula_lines = [line for line in shown.splitlines() if line.startswith("      ")]
    assert max(map(len, formula_lines)) <= 92


@pytest.mark.parametrize("s", ALL)
def test_latex_holds_no_escaped_source(s) -> None:
    drawn = s.latex() + "".join(latex(claim.relation()) for claim in s.claims)
    for trace in (r"\mathtt", r"\textbackslash", "Floor", "Ceil", "Least", "Greatest"):
        assert trace not in drawn


def test_powers_of_minima_and_roundings_are_typeset() -> None:
    m, t = sp.symbols("m t", real=True)
    assert latex(Least(m, t) ** (m / 2)) == r"\min\left(m, t\right)^{\frac{m}{2}}"
    assert latex(Ceil(t) ** 2) == r"\left\lceil{t}\right\rceil^{2}"
    assert text(Floor(t)) == "⌊t⌋"
    assert str(Greatest(m, t)) == "Max(m, t)"


def test_names_are_typeset() -> None:
    eps = sp.Symbol("eps", real=True)
    assert latex(sp.log(1 / eps)) == r"\log{\left(\frac{1}{\varepsilon} \right)}"
    assert "ε" in text(sp.log(1 / eps))
