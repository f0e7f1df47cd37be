"""A check over another box than the target's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.ticket import Ticket
from slth_verify.ticket.graphs import check as checking
from slth_verify.ticket.graphs.claims import box_text

F = Fraction
ENDS = st.tuples(st.fractions(-3, 3, max_denominator=50), st.fractions(0, 4))
OWN = "the ticket's certified_error is at least its bound"


def _made_for(ticket: Ticket, target: sv.TargetCNN) -> Ticket:
    """The same filters, said to be of another target."""
    return replace(
        ticket,
        target={"name": target.name, "sha256": target.sha256},
        certified_error="1e9",
    )


def _as_if_made_there(
    check: Callable[..., Any], target: Any, ticket: Ticket, box: Any
) -> bool:
    """The bound on a given box is that of a ticket for the target with that box."""
    there = target.with_box(box)
    wanted = sv.check(_made_for(ticket, there), there, eps=F(1, 50))
    found = check(ticket, target, F(1, 50), seen=there, cross_check=True, limited=False)
    return (found.error_upper_bound, found.verdict, found.per_stage) == (
        wanted.error_upper_bound,
        wanted.verdict,
        wanted.per_stage,
    )


@given(ENDS)
@settings(max_examples=15)
def test_the_bound_is_that_of_a_target_with_the_box(
    scaled_target: Any, scaled_ticket: Ticket, ends: tuple[Fraction, Fraction]
) -> None:
    box = (ends[0], ends[0] + ends[1])
    assert _as_if_made_there(checking.check_graph, scaled_target, scaled_ticket, box)


def test_a_box_that_is_not_used_is_seen(
    scaled_target: Any,
    scaled_ticket: Ticket,
    mutant: Callable[[ModuleType, str, str], Any],
) -> None:
    lie = mutant(checking, "        graph = seen\n", "        graph = named\n")
    assert not _as_if_made_there(lie.check_graph, scaled_target, scaled_ticket, (-9, 9))


def test_the_claim_names_the_box(scaled_target: Any, scaled_ticket: Ticket) -> None:
    own, usual = scaled_target.input, sv.check(scaled_ticket, scaled_target)
    assert usual.box is None
    pairs = list(zip(own.low, own.high, strict=True))
    same = sv.check(scaled_ticket, scaled_target, box=pairs)
    assert same.ledger == usual.ledger
    assert same.box is None
    wide = sv.check(scaled_ticket, scaled_target, box=("-0.4242", "2.8216"), eps=9)
    assert wide.box == ((F("-0.4242"), F("2.8216")),) * len(own.low)
    assert any("the given box [-0.4242, 2.8216]" in item.claim for item in wide.ledger)
    assert not any(item.claim == OWN for item in wide.ledger)
    assert any(item.claim == OWN for item in usual.ledger)
    assert wide.error_by_intervals > usual.error_by_intervals  # type: ignore[operator]
    limited = sv.check(
        scaled_ticket,
        scaled_target,
        box=(F("-.4242"), F("2.8216")),
        eps=9,
        time_limit=60,
    )
    assert limited.ledger == wide.ledger


def test_the_ticket_is_still_of_its_target(
    scaled_target: Any, scaled_ticket: Ticket
) -> None:
    there = scaled_target.with_box((-2, 2))
    own = scaled_target.input
    result = sv.check(scaled_ticket, there, box=(own.low[0], own.high[0]))
    assert result.verdict is sv.Verdict.REFUTED


@pytest.mark.parametrize("box", [(1,), (2, 1), ((0, 1),) * 7, "0,1", (0, "x"), 3])
def test_no_box_is_refused(
    scaled_target: Any, scaled_ticket: Ticket, box: object
) -> None:
    with pytest.raises(InvalidParameterError, match="box"):
        sv.check(scaled_ticket, scaled_target, box=box)


def test_what_is_written_is_on_the_safe_side() -> None:
    third = F(1, 3)
    assert box_text(None, inward=True) == "the box"
    inside = box_text(((-third, third),), inward=True)
    outside = box_text(((-third, third),), inward=False)
    assert inside == "the given box [-0.333333333, 0.333333333]"
    assert outside == "the given box [-0.333333334, 0.333333334]"
    many = tuple((F(0), F(i)) for i in range(1, 9))
    assert box_text(many, inward=True).endswith("[0, 4], ... of the channels")


def test_command_line(
    scaled_target: Any, scaled_ticket: Ticket, tmp_path: Path, capsys: Any
) -> None:
    paths = [str(tmp_path / name) for name in ("ticket", "target.safetensors")]
    scaled_ticket.save(paths[0])
    scaled_target.save(paths[1])
    words = ["check", *paths, "--eps", "9"]
    assert run([*words, "--box", "-.5,1/2", "--json"]) in (0, 3)
    content = json.loads(capsys.readouterr().out)
    assert content["box"] == [["-1/2", "1/2"]] * len(scaled_target.input.low)
    assert run([*words, "--box", "-.5,1/2"]) in (0, 3)
    assert "every image of the given box" in capsys.readouterr().out
    for option, said in (
        (["--box", "1,0"], "LOW <= HIGH"),
        (["--box", "1"], "LOW,HIGH"),
        (["--box", "0,1", "--bracket"], "--bracket"),
    ):
        assert run([*words, *option]) == 2
        assert said in capsys.readouterr().err


LARGEST = F(int(np.finfo(np.float64).max))


@pytest.mark.parametrize("top", [LARGEST, LARGEST + 1, F(2) ** 1024, F(10) ** 400])
def test_boxes_at_the_end_of_all_floats(
    top: Fraction, scaled_target: Any, scaled_ticket: Ticket
) -> None:
    result = sv.check(scaled_ticket, scaled_target, box=(0, top), eps="99%")
    assert result.error_upper_bound is not None
    far = scaled_target.with_box((0, top))
    for ask in (sv.compare, sv.attack):
        first = far if ask is sv.compare else _made_for(scaled_ticket, far)
        if top > LARGEST:
            with pytest.raises(InvalidTargetError, match=r"1\.8e308"):
                ask(first, far)
        else:
            ask(first, far)
