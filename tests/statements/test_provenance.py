"""Where statements and their clauses come from."""

from __future__ import annotations

import dataclasses

import pytest

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import Provenance, statement, statements

#: Clauses of quoted statements that are not quoted.
QUOTED = {
    "thm:rss": {"conclusion", "probability"},
}


def test_only_what_the_source_gives_is_called_quoted() -> None:
    for s in statements():
        if s.provenance is Provenance.QUOTED:
            others = {name for name, _ in s.provenance_of}
            assert others == QUOTED[s.id]
        for name, source in s.provenance_of:
            if source is Provenance.QUOTED:
                assert name in ("title", "summary"), "no formula of a caption is quoted"


def test_clauses_carry_their_provenance() -> None:
    s = statement("thm:rss")
    assert s.clause_provenance("width") is Provenance.QUOTED
    assert s.clause_provenance("conclusion") is Provenance.RECONSTRUCTED
    assert s.origin == "quoted, but conclusion and probability reconstructed"
    assert s.to_json()["provenance_of"] == {
        "conclusion": "reconstructed",
        "probability": "reconstructed",
    }
    for name in ("fig:patterns", "fig:neuron-pruning"):
        assert statement(name).provenance is Provenance.RECONSTRUCTED
        assert statement(name).clause_provenance("conclusion") is not Provenance.QUOTED
    with pytest.raises(InvalidParameterError, match="no clause"):
        dataclasses.replace(s, provenance_of=(("last", Provenance.QUOTED),))
