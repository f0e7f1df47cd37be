"""Errors as shares of the target's outputs, read and printed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.errors import InvalidParameterError
from slth_verify.ticket import Ticket, output_spread, read_accuracy
from slth_verify.ticket.graphs import claims as findings
from slth_verify.ticket.graphs import outputs
from slth_verify.verdict import Verdict

F = Fraction
Mutant = Callable[[ModuleType, str, str], Any]


@pytest.fixture(scope="module")
def target(scaled_target: Any) -> Any:
    return scaled_target


@pytest.fixture(scope="module")
def ticket(scaled_ticket: Ticket) -> Ticket:
    return scaled_ticket


def test_prune_and_check_read_the_same_share(target: Any, ticket: Ticket) -> None:
    widest = output_spread(target).widest
    assert ticket.eps == read_accuracy("5%", target)
    assert 0 <= widest / 20 - ticket.eps < widest / 10**10
    result = sv.check(ticket, target)
    assert result.verdict is Verdict.VERIFIED
    assert sv.check(ticket, target, eps=" 5 % ").eps == ticket.eps
    assert result.outputs is not None
    assert result.outputs.widest == widest
    assert result.error_upper_bound is not None
    assert result.share_of_range == result.error_upper_bound / widest
    assert result.share_of_range <= F(1, 20)


@pytest.mark.parametrize(
    "eps", ["%", "x%", "0%", "-1%", "nan%", "1e9999%", "1%%", "5 percent", "1/0%"]
)
def test_shares_that_are_none_are_refused(
    eps: str, target: Any, ticket: Ticket
) -> None:
    for ask in (
        lambda: sv.check(ticket, target, eps=eps),
        lambda: sv.prune(target, sv.RandomCNN(3, (8, 8)), eps=eps),
        lambda: sv.suggested_widths(target, eps),
    ):
        with pytest.raises(InvalidParameterError, match=f"eps='{re.escape(eps)}'"):
            ask()


def test_a_target_without_outputs_has_no_shares() -> None:
    zero = sv.TargetCNN.from_kernels([np.zeros((1, 1, 1, 1), np.float32)], (1, 2, 2))
    with pytest.raises(InvalidParameterError, match="absolute"):
        read_accuracy("2%", zero)


SHARE_LIES = {
    "rounded up": ("_DIGITS, up=False", "_DIGITS, up=True"),
    "per mille": ("/ 100", "/ 1000"),
    "of the square": ("share * whole,", "share * whole * whole,"),
}


def _share_is_right(read: Callable[..., Fraction], target: Any) -> bool:
    widest = output_spread(target).widest
    found = read("7%", target)
    return bool(0 <= widest * 7 / 100 - found < widest / 10**10)


@pytest.mark.parametrize("name", SHARE_LIES)
def test_a_share_of_a_wrong_range_is_seen(
    name: str, mutant: Mutant, target: Any
) -> None:
    assert _share_is_right(read_accuracy, target)
    wrong = mutant(outputs, *SHARE_LIES[name])
    assert not _share_is_right(wrong.read_accuracy, target)


@pytest.fixture(scope="module")
def paths(target: Any, ticket: Ticket, tmp_path_factory: Any) -> list[str]:
    folder: Path = tmp_path_factory.mktemp("scale")
    ticket.save(folder / "ticket")
    target.save(folder / "target")
    return [str(folder / "ticket"), str(folder / "target")]


def test_the_command_line_says_how_large_the_outputs_are(
    paths: list[str], target: Any, ticket: Ticket, capsys: pytest.CaptureFixture[str]
) -> None:
    result = sv.check(ticket, target)
    assert run(["check", *paths, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert result.outputs is not None
    assert F(found["target_range"]["widest"]) >= result.outputs.widest
    assert F(found["target_range"]["reached"]) <= result.outputs.reached
    assert found["trivial"] is False
    assert run(["check", *paths]) == 0
    out = capsys.readouterr().out
    assert "every image of the target's box" in out
    assert "outputs lie in [0, " in out
    assert "% of that" in out


def test_the_command_line_takes_shares(
    paths: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", *paths, "--eps", "5%"]) == 0
    assert run(["check", *paths, "--eps", "1000%"]) == 3
    out = capsys.readouterr().out
    assert "\nVACUOUS\n" in out
    assert "TRIVIAL" in out
    assert run(["check", *paths, "--eps", "0.0001%"]) in (1, 3)
    assert run(["check", *paths, "--eps", "%"]) == 2


@given(st.fractions(min_value=0), st.booleans())
def test_printed_numbers_are_rounded_to_the_safe_side(
    value: Fraction, up: bool
) -> None:
    text = findings.upper(value) if up else findings.lower(value)
    assert (F(text) >= value) if up else (F(text) <= value)
    assert len(Decimal(text).as_tuple().digits) <= 20


def test_prune_says_how_large_the_outputs_are(
    paths: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["prune", paths[1], "--seed", "3", "--output", str(tmp_path / "made")]
    assert run([*words, "--eps", "20%"]) == 0
    assert "outputs lie in [0, " in capsys.readouterr().out
    assert run([*words, "--eps", "1000%", "--json"]) == 0
    out, err = capsys.readouterr()
    assert F(json.loads(out)["target_range"]["widest"]) > 0
    assert "VACUOUS" in err
    assert run(["check", str(tmp_path / "made"), paths[1]]) == 3
