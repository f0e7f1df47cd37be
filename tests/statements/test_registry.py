"""Every statement is there, complete, and cannot change its hypotheses unseen."""

from __future__ import annotations

import dataclasses

import pytest
import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import (
    ClaimDirection,
    Provenance,
    Source,
    build,
    statement,
    statements,
)

PAPER = (
    "thm:rss",
    "thm:structured-slth",
    "def:channel-blocked-mask",
    "def:nsn",
    "thm:mrss-nsn",
    "def:subset-sum-number",
    "lem:nsn-sum",
    "lem:nsn-joint",
    "lem:kernel-pruning",
    "lem:error-accumulation",
    "fig:neuron-pruning",
    "fig:patterns",
)
DERIVED = (
    "der:rss-explicit",
    "der:nsn-law",
    "der:worst-target",
    "der:crude-moment",
    "der:sharp-moment",
    "der:weighted-moment",
    "der:first-moment",
    "der:net",
    "der:two-blocks",
    "der:layer-error",
    "der:accumulation",
    "der:structured-slth",
    "der:layer-necessary",
    "der:graph-slth",
    "der:graph-necessary",
    "der:cut-stage",
    "der:stage-necessary",
    "der:multiset-borell",
    "der:high-probability",
    "der:a-posteriori",
    "der:channel-certificate",
    "der:difference-forms",
    "der:local",
    "der:top-1",
    "der:joint-forms",
    "der:joint-floors",
    "der:drawn-weight",
    "der:drawn-layer",
)
RELATED = (
    "rel:unstructured-log",
    "rel:fixed-size-rss-one",
    "rel:fixed-size-rss-all",
    "rel:fixed-size-rss-lower",
    "rel:gaussian-mrss",
    "rel:balancing-optimum",
    "rel:balancing-algorithm",
    "rel:neuron-pruning-lower",
)
ALL = [pytest.param(s, id=s.id) for s in statements()]


def test_every_identifier_is_registered_in_the_papers_order() -> None:
    ids = [s.id for s in statements()]
    assert tuple(i for i in ids if i in PAPER) == PAPER
    assert ids[: len(PAPER)] == list(PAPER)
    assert set(DERIVED) | set(RELATED) <= set(ids)
    assert ids == sorted(ids, key=_group)


def _group(identifier: str) -> int:
    return {"der": 1, "rel": 2}.get(identifier.split(":")[0], 0)


@pytest.mark.parametrize("s", ALL)
def test_no_field_is_missing(s) -> None:
    assert s.title
    assert s.summary
    assert s.source.paper
    assert s.source.version
    assert s.source.item
    assert isinstance(s.provenance, Provenance)
    assert isinstance(s.direction, ClaimDirection)
    assert s.hypotheses
    assert s.conclusion not in (sp.true, sp.false)
    for variable in s.symbols:
        assert variable.meaning
        assert variable.domain is not None
    for claim in s.claims:
        assert claim.meaning


@pytest.mark.parametrize("s", ALL)
def test_texts_are_tidy(s) -> None:
    texts = [s.summary, *s.notes, *(v.meaning for v in s.symbols)]
    texts += [h.meaning for h in s.hypotheses]
    assert all("  " not in text and text == text.strip() for text in texts)


@pytest.mark.parametrize("s", ALL)
def test_trends_name_declared_symbols(s) -> None:
    for claim in s.claims:
        for name, direction in claim.monotone:
            assert s.variable(name).name == name
            assert direction in (-1, 1)


@pytest.mark.parametrize("s", ALL)
def test_the_unnamed_constant_has_no_value(s) -> None:
    for variable in s.symbols:
        if variable.name == "C":
            assert variable.default is None
            assert any(
                h.relation == sp.Gt(variable.symbol, 0, evaluate=False)
                for h in s.hypotheses
            )


def test_reconstructed_statements_say_what_is_not_known() -> None:
    for s in statements():
        if s.provenance is Provenance.RECONSTRUCTED and s.claims:
            exponents = [v for v in s.symbols if v.default is not None]
            assert exponents or s.notes or s.kind.value == "definition"


def test_unknown_identifier_names_the_nearest() -> None:
    with pytest.raises(InvalidParameterError, match="thm:rss"):
        statement("thm:rs")


def test_duplicate_identifier_is_refused() -> None:
    s = statement("thm:rss")
    with pytest.raises(InvalidParameterError, match="registered twice"):
        build((s, s))


def test_empty_registry_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="empty"):
        build(())


def test_dangling_reference_is_refused() -> None:
    s = dataclasses.replace(statement("thm:rss"), uses=("lem:nowhere",))
    with pytest.raises(InvalidParameterError, match="lem:nowhere"):
        build((s,))


def test_a_withdrawn_statement_names_what_stands_in_its_place() -> None:
    with pytest.raises(InvalidParameterError, match="withdrawn") as caught:
        statement("rel:fixed-size-rss")
    assert "rel:fixed-size-rss-one and rel:fixed-size-rss-all" in str(caught.value)


@pytest.mark.parametrize("wrong", [None, 3, ["thm:rss"], b"thm:rss", True])
def test_an_id_that_is_no_text_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidParameterError, match=r"^id=.*a text such as 'thm:rss'"):
        statement(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("near", ["THM:RSS", " thm:rss", "thm:rss\n"])
def test_an_id_in_other_letters_is_told_the_right_one(near: str) -> None:
    with pytest.raises(InvalidParameterError, match="ids look like thm:rss"):
        statement(near)


def test_a_corrected_statement_cannot_stay() -> None:
    s = statement("thm:rss")
    new = dataclasses.replace(s, id="thm:rss-corrected", supersedes="thm:rss")
    with pytest.raises(InvalidParameterError, match="withdraw it"):
        build((s, new))
    assert build((new,))


def test_undeclared_symbol_is_refused() -> None:
    s = statement("thm:rss")
    fewer = tuple(v for v in s.symbols if v.name != "C")
    with pytest.raises(InvalidParameterError, match=r"undeclared symbols \['C'\]"):
        dataclasses.replace(s, symbols=fewer)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"hypotheses": ()}, "hypotheses"),
        ({"source": Source(paper="", version="1", item="2")}, "source.paper"),
        ({"source": Source(paper="A", version="", item="2")}, "source.version"),
        ({"source": Source(paper="A", version="1", item="")}, "source.item"),
        ({"provenance": None}, "provenance"),
        ({"claims": (None,)}, "direction"),
        ({"summary": ""}, "summary"),
    ],
)
def test_lie_a_statement_that_lacks_a_field_is_refused(changes, missing) -> None:
    s = statement("thm:rss")
    if missing == "direction":
        claim = dataclasses.replace(s.claims[0], direction=None)
        changes = {"claims": (claim, *s.claims[1:])}
    with pytest.raises(InvalidParameterError, match=missing):
        dataclasses.replace(s, **changes)


def test_constant_hypothesis_is_refused() -> None:
    s = statement("thm:rss")
    trivial = dataclasses.replace(s.hypotheses[1], relation=sp.true)
    with pytest.raises(InvalidParameterError, match="constant"):
        dataclasses.replace(s, hypotheses=(trivial,))


def test_statements_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        statement("thm:rss").title = "other"


@pytest.mark.parametrize("s", ALL)
def test_conclusion_and_claims_hold_no_floating_point(s) -> None:
    parts = [s.conclusion, *(h.relation for h in s.hypotheses), *s.definitions]
    parts += [claim.expression for claim in s.claims]
    assert not any(part.has(sp.Float) for part in parts)
