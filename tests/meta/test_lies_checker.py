"""Planted lies for ``check_checker``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from slth_verify.conformance import ConformanceFailure, TicketChecker, check_checker
from slth_verify.conformance.lies.checkers import LIES
from slth_verify.errors import SlthVerifyError
from slth_verify.ticket import check


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_lie_is_caught(lie: TicketChecker, hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match="der:a-posteriori"):
        check_checker(lie, settings=hunt)


def test_a_checker_that_refuses_by_other_errors_is_no_liar(hunt: settings) -> None:
    def careful(ticket: Path, target: Path) -> Any:
        try:
            return check(ticket, target)
        except SlthVerifyError as error:
            raise ValueError(json.dumps(str(error))) from error

    check_checker(careful, settings=settings(hunt, max_examples=10))
