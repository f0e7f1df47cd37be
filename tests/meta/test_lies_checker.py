"""Planted lies for ``check_checker``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from handmade.nightly import nightly_but
from hypothesis import settings

from slth_verify.conformance import (
    ConformanceFailure,
    TicketChecker,
    _checker,
    check_checker,
)
from slth_verify.conformance.lies.checkers import LIES, error_not_compared
from slth_verify.conformance.oracles.told_tickets import told_tickets
from slth_verify.errors import SlthVerifyError
from slth_verify.ticket import check

#: Caught by one of the last tickets; test_planted_tickets has the same in the checker.
SLOW = (error_not_compared,)


@pytest.mark.parametrize(
    "lie",
    nightly_but([lie for lie in LIES if lie not in SLOW], LIES),
    ids=lambda lie: lie.__name__,
)
def test_lie_is_caught(lie: TicketChecker, hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match="der:a-posteriori"):
        check_checker(lie, settings=hunt)


def test_a_checker_that_refuses_by_other_errors_is_no_liar(
    hunt: settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = told_tickets()[::4]
    assert len({known.false for known in some}) > 4
    monkeypatch.setattr(_checker, "told_tickets", lambda: some)

    def careful(ticket: Path, target: Path) -> Any:
        try:
            return check(ticket, target)
        except SlthVerifyError as error:
            raise ValueError(json.dumps(str(error))) from error

    check_checker(careful, settings=settings(hunt, max_examples=30))
