"""MathML: indices, powers, sums and products are elements, and none is left out."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.statements import Statement, mathml, statements
from slth_verify.statements.vocabulary import Iid, Norm, SubsetSum

ALL = [pytest.param(s, id=s.id) for s in statements()]
_SOURCE = re.compile(r"[_^\\]|[₀-₉⁰-⁹]|[a-z]\{")
_WORDS = re.compile(r"[\w ,.()+-]*")


def formulas(s: Statement) -> Iterator[Any]:
    """Every formula that a statement shows anywhere."""
    yield from (h.relation for h in s.hypotheses)
    yield from s.definitions
    yield s.conclusion
    for claim in s.claims:
        yield claim.relation()
        yield from (item.relation for item in claim.conditions)


def elements(markup: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(f"<math>{markup}</math>").iter())


def source_in_text(markup: str) -> list[str]:
    """Texts of leaves that hold source code of indices, powers or sums."""
    found = []
    for node in elements(markup):
        text = (node.text or "").strip()
        wordy = node.tag == "mtext" and not _WORDS.fullmatch(text)
        if _SOURCE.search(text) or wordy:
            found.append(text)
    return found


def missing(markup: str, expression: Any) -> Counter[str]:
    """Elements that the formula asks for and the markup lacks."""
    wanted: Counter[str] = Counter()
    for node in sp.preorder_traversal(expression):
        if isinstance(node, (sp.Sum, sp.Product)):
            wanted["munderover"] += len(node.limits)
        wanted["munder"] += isinstance(node, SubsetSum)
        wanted["msub"] += isinstance(node, (SubsetSum, Norm, sp.Indexed))
        wanted["msup"] += isinstance(node, Iid)
    return wanted - Counter(node.tag for node in elements(markup))


@pytest.mark.parametrize("s", ALL)
def test_no_formula_has_source_in_its_text(s) -> None:
    for expression in formulas(s):
        assert not source_in_text(mathml(expression))


@pytest.mark.parametrize("s", ALL)
def test_no_index_of_a_formula_is_lost(s) -> None:
    for expression in formulas(s):
        assert not missing(mathml(expression), expression)


@pytest.mark.parametrize("s", ALL)
def test_statements_as_a_whole(s) -> None:
    assert not re.findall(r"<mtext>[^<]*(?:_|\^|\{)[^<]*</mtext>", s.mathml())


_NAMES = st.sampled_from(["a", "eps1", "c_in", "n_star", "lam", "depth", "x_i", "T_2"])
_INDICES = st.lists(st.sampled_from("ijkl"), min_size=1, max_size=4, unique=True)


@given(_INDICES, _NAMES, _NAMES, st.sampled_from([sp.Sum, sp.Product]))
def test_every_index_of_any_sum_is_shown(indices, base, end, large) -> None:
    variables = [sp.Symbol(name, integer=True) for name in indices]
    entry = sp.IndexedBase(base)[tuple(variables)] ** 2
    limits = [(v, 1, sp.Symbol(end, integer=True)) for v in variables]
    whole = large(entry, *limits)
    markup = mathml(sp.Eq(sp.Function("f_i")(sp.Symbol(base)), whole, evaluate=False))
    assert not source_in_text(markup)
    assert not missing(markup, whole)
    shown = [node.text for node in elements(markup) if node.tag == "mi"]
    assert set(indices) <= set(shown)


def test_lie_a_sum_with_its_first_index_only_is_noticed() -> None:
    i, j = sp.symbols("i j", integer=True)
    double = sp.Sum(i * j, (i, 1, 3), (j, 1, 3))
    first_only = mathml(sp.Sum(i * j, (i, 1, 3)))
    assert not missing(mathml(double), double)
    assert missing(first_only, double) == {"munderover": 1}
    theirs = str(sp.mathml(double, printer="presentation"))
    assert missing(theirs.replace("&InvisibleTimes;", ""), double)


@pytest.mark.parametrize(
    "lie", ["<mtext>Σ_{i∈S} X</mtext>", "<mi>f_i</mi>", "<mtext>^⊗</mtext>"]
)
def test_lie_source_in_a_text_is_noticed(lie) -> None:
    assert source_in_text(lie)
    assert not source_in_text("<msub><mi>f</mi><mi>i</mi></msub>")


def test_cases_and_names() -> None:
    n = sp.Symbol("n", integer=True)
    cases = mathml(sp.Piecewise((1, n > 2), (0, True)))
    assert "<mtext>otherwise</mtext>" in cases
    assert len([node for node in elements(cases) if node.tag == "mtr"]) == 2
    star = elements(mathml(sp.Symbol("n_star")))
    assert [node.tag for node in star] == ["math", "msup", "mi", "mrow", "mo"]
