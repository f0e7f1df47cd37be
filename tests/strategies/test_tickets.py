"""Tickets, and tickets in which something was changed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from handmade.nightly import nightly_but
from hypothesis import Phase, given, settings

from slth_verify.errors import SlthVerifyError
from slth_verify.strategies import StoredTicket, corrupted_tickets, tickets
from slth_verify.ticket import check
from slth_verify.verdict import Verdict

MANY = settings(
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
)


def _judged(stored: StoredTicket, folder: Path) -> str:
    try:
        return check(*stored.save(folder)).verdict.name
    except SlthVerifyError:
        return "refused"


@given(stored=tickets())
def test_genuine_tickets_are_verified(
    stored: StoredTicket, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert stored.change == ""
    folder = tmp_path_factory.mktemp("genuine")
    assert check(*stored.save(folder)).verdict is Verdict.VERIFIED


@pytest.mark.parametrize("number", nightly_but([150], [150, 300]))
def test_every_change_and_every_judgement_occurs(number: int, tmp_path: Path) -> None:
    changes: Counter[str] = Counter()
    judged: Counter[str] = Counter()

    @settings(MANY, max_examples=number)
    @given(stored=corrupted_tickets())
    def draw(stored: StoredTicket) -> None:
        assert stored.change
        words = stored.change.split()
        changes[" ".join(word for word in words if word.isalpha())] += 1
        judged[_judged(stored, tmp_path)] += 1

    draw()
    assert len(changes) >= 6
    assert judged["refused"] >= 30
    assert judged["REFUTED"] >= 30
    assert judged["VERIFIED"] <= number // 5


def test_cases_print_what_was_changed_and_no_bytes() -> None:
    stored = StoredTicket(b"\x00" * 1000, b"", "bit 3 flipped")
    assert repr(stored) == "<StoredTicket change='bit 3 flipped'>"
