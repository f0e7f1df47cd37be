"""Constants that a proved bound refutes."""

from __future__ import annotations

import dataclasses

import pytest
import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import (
    Provenance,
    statement,
    statements,
)
from slth_verify.statements.queries import contradictions
from slth_verify.verdict import Verdict

VERIFIED, REFUTED = Verdict.VERIFIED, Verdict.REFUTED


@pytest.mark.parametrize("constant", [1, "1.44", "1/100"])
@pytest.mark.parametrize("ask", ["bound", "n", "eps", "compare"])
def test_a_constant_below_what_counting_needs_is_refused(constant, ask) -> None:
    s = statement("thm:rss")
    assert statement("der:rss-counting").solve_for("n", eps="1/100") == 7
    queries = {
        "bound": lambda: s.bound(eps="1/100", C=constant),
        "n": lambda: s.solve_for("n", eps="1/100", C=constant),
        "eps": lambda: s.solve_for("eps", n=50, C=constant),
        "compare": lambda: s.compare(statement("der:rss-constant"), C=constant),
    }
    with pytest.raises(InvalidParameterError, match="der:rss-counting refutes it"):
        queries[ask]()


def test_a_constant_is_refuted_for_all_accuracies_or_at_one() -> None:
    s = statement("thm:rss")
    found = {c.hypothesis.name: c for c in s.check_hypotheses(C=1)}
    assert found["constant"].verdict is REFUTED
    assert "der:rss-counting" in found["constant"].reason
    assert s.bound(C=1, eps="1/100", check=False) == sp.log(100)
    assert s.bound(C="1.45", eps="1/100") == sp.Rational(29, 20) * sp.log(100)
    gaussian = statement("rel:gaussian-mrss")
    assert gaussian.bound(d=1, eps="1/100", C=1) == sp.log(100) ** 2
    with pytest.raises(InvalidParameterError, match="der:rss-counting refutes it"):
        gaussian.bound(d=1, eps="1/100", C="1/100")
    assert gaussian.bound(d=2, eps="1/100", C="1/100") is not None


def test_lie_a_constant_is_refuted_by_proofs_only(monkeypatch) -> None:
    counting = statement("der:rss-counting")
    cited = dataclasses.replace(counting, provenance=Provenance.CITED)
    others = tuple(s for s in statements() if s.id != counting.id)
    monkeypatch.setattr(contradictions, "COLLECTED", (*others, cited))
    assert statement("thm:rss").solve_for("n", eps="1/100", C=1) == 5
