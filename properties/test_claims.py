"""The formulas of the statements, at points where small cases say what is true."""

import pytest

from slth_verify.conformance import check_claims
from slth_verify.conformance.claims import CLAIM_ATTACKS
from slth_verify.statements import statement


@pytest.mark.parametrize(
    "name",
    [pytest.param(x, marks=pytest.mark.slth(statement=x)) for x in CLAIM_ATTACKS],
)
def test_claims_are_not_contradicted(name: str) -> None:
    check_claims(statement(name))
