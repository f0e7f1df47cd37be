"""The formulas of the statements, at points where small cases say what is true."""

import pytest

from slth_verify.conformance import check_claims
from slth_verify.conformance.claims import CLAIM_ATTACKS
from slth_verify.statements import statement
from slth_verify.strategies.profiles import times

#: Points of these take long, or are few: as many as the check asks for.
DEAR = {
    "der:drawn-weight",
    "der:joint-floors",
    "der:joint-forms",
    "der:layer-necessary",
    "der:net",
    "der:sharp-moment",
    "der:worst-target",
    "fig:patterns",
}
CHEAP = [name for name in CLAIM_ATTACKS if name not in DEAR]


def _about(names: list[str]) -> list[object]:
    return [pytest.param(x, marks=pytest.mark.slth(statement=x)) for x in names]


@pytest.mark.parametrize("name", _about(CHEAP))
def test_claims_are_not_contradicted(name: str) -> None:
    check_claims(statement(name), settings=times(13))


@pytest.mark.parametrize("name", _about(sorted(DEAR)))
def test_claims_that_take_long_are_not_contradicted(name: str) -> None:
    check_claims(statement(name))
