"""der:a-posteriori: no ticket is verified that is not a genuine one."""

import pytest

from slth_verify.conformance import check_checker
from slth_verify.ticket import check

pytestmark = pytest.mark.slth(statement="der:a-posteriori")


def test_changed_tickets_are_not_verified() -> None:
    check_checker(check)
