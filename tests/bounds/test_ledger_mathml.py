"""Derivations as MathML: well-formed, complete, and harmless."""

import re
from fractions import Fraction
from xml.etree import ElementTree

import pytest

from slth_verify.bounds import BoundResult, Step, mrss_width, network_width, rss_width
from slth_verify.enclosure import Enclosure
from slth_verify.report.page.mathml import safe_mathml
from slth_verify.statements import statement
from slth_verify.verdict import Evidence

SPACE = "{http://www.w3.org/1998/Math/MathML}"


def _result(*steps: Step) -> BoundResult:
    return BoundResult(
        statement=steps[-1].statement,
        kind="certified",
        inputs=(("dim", 2), ("eps", "1/10"), ("universal", False), ("size", None)),
        n=7,
        probability=Enclosure(Fraction(1, 2), Fraction(1)),
        direction="upper",
        evidence=Evidence.ENCLOSED,
        ledger=steps,
    )


def _words(tree: ElementTree.Element) -> str:
    return "".join(tree.itertext())


@pytest.mark.parametrize(
    "answer",
    [
        lambda: mrss_width(1, "1/10"),
        lambda: mrss_width(9, "1/100", kind="necessary"),
        lambda: rss_width("1/10", method="closed"),
        lambda: network_width((1,), (1, 1), "1/2", "1/5", kind="necessary"),
    ],
)
def test_it_is_one_well_formed_formula_with_every_step(answer) -> None:
    result = answer()
    tree = ElementTree.fromstring(result.to_mathml())
    assert tree.tag == SPACE + "math"
    words = _words(tree)
    for step in result.ledger:
        claim = statement(step.statement)
        assert f"{claim.title} ({claim.id}): {step.text}" in words
        own = ElementTree.fromstring(claim.mathml())
        assert _words(own) in words


def test_parameters_are_typeset() -> None:
    step = Step(
        statement="der:net",
        text="Points of the net.",
        values=(
            ("lambda", "87/512"),
            ("probability", "[-0.25, 1E-7]"),
            ("points", "-12"),
        ),
    )
    text = _result(step).to_mathml()
    assert "<mi>λ</mi><mo>=</mo><mfrac>" in text
    assert "<mn>87</mn></mrow><mn>512</mn></mfrac>" in text
    assert "<mo>[</mo><mrow><mo>-</mo><mn>0.25</mn></mrow>" in text
    assert "<mn>1E-7</mn>" in text
    assert "<mrow><mo>-</mo><mn>12</mn></mrow>" in text


def test_names_of_numbers_hold_no_source() -> None:
    step = Step(
        statement="der:net", text="Net.", values=(("e1", "1/2"), ("target_norm", "1"))
    )
    text = _result(step).to_mathml()
    assert "<msub><mi>e</mi><mn>1</mn></msub><mo>=</mo>" in text
    assert "<mtext>target norm</mtext><mo>=</mo>" in text
    assert not re.search(r"<m(?:i|o|n|text)>[^<]*[_^][^<]*</", text)


def test_a_statement_is_shown_once() -> None:
    step = Step(statement="der:net", text="First.")
    once = _result(step).to_mathml()
    twice = _result(step, Step(statement="der:net", text="Second.")).to_mathml()
    assert len(twice) < len(once) + 300


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", "a & b < c", '"]]>'])
def test_texts_cannot_leave_their_element(evil) -> None:
    step = Step(statement="der:net", text=evil, values=((evil, evil),))
    text = _result(step).to_mathml()
    tree = ElementTree.fromstring(text)
    assert evil in _words(tree)
    assert "<script" not in text


def test_the_report_admits_it_unchanged() -> None:
    result = mrss_width(9, "1/100", kind="necessary")
    tree = ElementTree.fromstring(result.to_mathml())
    admitted = str(safe_mathml(result.to_mathml()))
    again = ElementTree.fromstring(admitted)
    tags = [re.sub("{.*}", "", element.tag) for element in tree.iter()]
    assert [element.tag for element in again.iter()] == tags
    assert _words(again) == _words(tree)
