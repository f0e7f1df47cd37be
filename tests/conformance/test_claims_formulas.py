"""Formulas that are opened once say what SymPy's substitution says."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from hypothesis import HealthCheck, Phase, given, settings

from slth_verify.conformance.claims import CLAIM_ATTACKS, formulas
from slth_verify.conformance.claims.formulas import Ends, bound_of, ends, opened
from slth_verify.statements import Statement, statement

#: Those whose integrals take long; what they are given is no number, so that SymPy
#: puts it in, or they ask no bound.
LEFT_OUT = {"der:worst-target", "der:layer-necessary", "der:sharp-moment"}
NO_BOUND = {"fig:patterns", "der:top-1", "der:multiset-borell"}
FORMULAS = sorted(set(CLAIM_ATTACKS) - LEFT_OUT - NO_BOUND)
FEW = settings(
    max_examples=6,
    phases=(Phase.generate,),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

Asked = tuple[Statement, str | None, dict[str, Any]]


def _asked(name: str, monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """What the attack on a statement asks of formulas, at some points."""
    seen: list[Asked] = []
    true = formulas.opened

    def noted(s: Statement, of: str | None, values: dict[str, Any]) -> Ends | None:
        seen.append((s, of, values))
        return true(s, of, values)

    monkeypatch.setattr(formulas, "opened", noted)

    @FEW
    @given(CLAIM_ATTACKS[name].points)
    def draw(point: Any) -> None:
        list(CLAIM_ATTACKS[name].compare(statement(name), point))

    draw()
    return seen


def _contradict(one: Ends, other: Ends) -> bool:
    """Whether no number has both ends, or one of them is too wide to tell."""
    wide = max(x.upper - x.lower for x in (one, other))
    size = max(map(abs, (*one, *other)))
    apart = one.upper < other.lower or other.upper < one.lower
    return apart or wide > size / (1 << 60)


@pytest.mark.parametrize("name", FORMULAS)
def test_opened_formulas_agree_with_substitution(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _asked(name, monkeypatch)
    assert asked
    for s, of, values in asked:
        found = opened(s, of, values)
        assert found is not None, "every point is enclosed without SymPy"
        subject = str(s.claim(of).subject)  # what is bounded is not asked for
        given = {name: value for name, value in values.items() if name != subject}
        told = ends(s.bound(of, check=False, **given))
        assert not _contradict(found, told), (of, values)


@pytest.mark.parametrize("factor", [1 + Fraction(1, 1 << 59), 1 - Fraction(1, 1 << 59)])
def test_a_formula_that_is_off_a_little_is_noticed(factor: Fraction) -> None:
    s = statement("thm:rss")
    values = {"eps": Fraction(1, 7), "C": 3}
    true = ends(s.bound("width", check=False, **values))
    found = opened(s, "width", values)
    assert found is not None
    assert not _contradict(found, true)
    assert _contradict(found.times(factor), true)


def test_where_a_floor_jumps_sympy_puts_the_numbers_in() -> None:
    """The logarithm of 8 to base 2 is 3; no enclosure knows that of its floor."""
    true = statement("thm:rss")
    eps = true.variable("eps").symbol
    rounded = replace(true.claim("width"), expression=sp.floor(sp.log(1 / eps, 2)))
    s = replace(true, claims=(rounded, *true.claims[1:]))
    assert opened(s, "width", {"eps": Fraction(1, 8)}) is None
    assert bound_of(s, "width", eps=Fraction(1, 8)) == (3, 3)
    assert opened(s, "width", {"eps": Fraction(1, 9)}) == (3, 3)


def test_other_statements_have_formulas_of_their_own() -> None:
    values = {"eps": Fraction(1, 7), "C": 3}
    other = statement("rel:gaussian-mrss")
    one = opened(statement("thm:rss"), "width", values)
    two = opened(other, "width", values | {"d": 2})
    assert one is not None
    assert two is not None
    assert _contradict(one, two)
