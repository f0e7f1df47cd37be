"""Planted lies for ``check_claims``: each changes one thing in a statement."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings

from slth_verify.conformance import ConformanceFailure, check_claims
from slth_verify.conformance.claims import CLAIM_ATTACKS
from slth_verify.conformance.lies.statements import LYING_STATEMENTS
from slth_verify.errors import InvalidParameterError
from slth_verify.statements import statement

LIES = [(name, lie) for name, lies in LYING_STATEMENTS.items() for lie in lies]


def _settings(cases: int) -> settings:
    return settings(
        max_examples=cases,
        phases=(Phase.generate,),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


#: Two about each statement; the others run nightly.
QUICK = {(name, lie) for name, lies in LYING_STATEMENTS.items() for lie in [*lies][:2]}


@pytest.mark.parametrize(
    ("name", "lie"),
    [pytest.param(*x, marks=[pytest.mark.nightly] * (x not in QUICK)) for x in LIES],
)
def test_lying_statement_is_caught(name: str, lie: str) -> None:
    true, cases = statement(name), CLAIM_ATTACKS[name].cases
    false = LYING_STATEMENTS[name][lie](true)
    assert false != true
    with pytest.raises(ConformanceFailure, match=name):
        check_claims(false, settings=_settings(cases))


def test_every_attack_has_three_lies() -> None:
    assert set(CLAIM_ATTACKS) == set(LYING_STATEMENTS)
    assert all(len(lies) >= 3 for lies in LYING_STATEMENTS.values())


def test_a_statement_without_attack_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="def:nsn: no attack"):
        check_claims(statement("def:nsn"))
