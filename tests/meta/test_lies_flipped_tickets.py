"""Planted lies for the second decider of flipped tickets, in ``benchmarks``."""

from __future__ import annotations

import importlib
import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import find, settings

from slth_verify.strategies import StoredTicket, tickets
from slth_verify.verdict import Verdict

ROOT = Path(__file__).parents[2]
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def flipped(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("benchmarks.flipped_tickets")


@pytest.fixture
def by_hand(flipped: ModuleType) -> ModuleType:
    return importlib.import_module("benchmarks.support.tickets_by_hand")


@pytest.fixture(scope="module")
def stored() -> StoredTicket:
    drawn = settings(derandomize=True, database=None, max_examples=1)
    return find(tickets(), lambda _: True, settings=drawn)


def _about(content: bytes) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The header of a ticket's file, what it says in words, and under which key."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    ((key, text),) = header["__metadata__"].items()
    return header, json.loads(text), key


def _changed(content: bytes, change: Change) -> bytes:
    """The ticket with something changed in what its header says."""
    header, about, key = _about(content)
    change(about)
    header["__metadata__"][key] = json.dumps(about)
    text = json.dumps(header).encode()
    length = int.from_bytes(content[:8], "little")
    return len(text).to_bytes(8, "little") + text + content[8 + length :]


def _put(*path: str, value: Any) -> Change:
    def change(about: dict[str, Any]) -> None:
        *inner, last = path
        for key in inner:
            about = about[key]
        assert last in about
        about[last] = value

    return change


def _exponent(about: dict[str, Any]) -> None:
    about["stages"][0]["exponent"] += 1


FALSE: dict[str, Change] = {
    "an eps that is too small": _put("eps", value="1/1000000"),
    "another seed": _put("random_network", "seed", value=123456789),
    "a seed that is a text": _put("random_network", "seed", value="1"),
    "another target": _put("target", "sha256", value="0" * 64),
    "twice the weights": _exponent,
}
TRUE: dict[str, tuple[Change, str]] = {
    "a larger eps": (_put("eps", value="1000"), "another eps that is true"),
    "another label": (_put("target", "name", value="x"), "only a label differs"),
}


def _genuine(flipped: ModuleType, stored: StoredTicket, folder: Path) -> Any:
    return flipped._Genuine(stored, folder)


@pytest.mark.parametrize("name", FALSE)
def test_a_false_ticket_that_is_verified_ends_the_run(
    name: str, flipped: ModuleType, stored: StoredTicket, tmp_path: Path
) -> None:
    of = _genuine(flipped, stored, tmp_path)
    with pytest.raises(AssertionError, match="it is verified"):
        flipped._decided(_changed(stored.ticket, FALSE[name]), of, "it")


@pytest.mark.parametrize("name", TRUE)
def test_a_true_one_does_not(
    name: str, flipped: ModuleType, stored: StoredTicket, tmp_path: Path
) -> None:
    of, (change, told) = _genuine(flipped, stored, tmp_path), TRUE[name]
    assert told in flipped._decided(_changed(stored.ticket, change), of, "it")


@pytest.mark.parametrize("cut", [0, 7, 40])
def test_what_is_no_ticket_and_verified_ends_the_run(
    cut: int, flipped: ModuleType, stored: StoredTicket, tmp_path: Path
) -> None:
    of = _genuine(flipped, stored, tmp_path)
    with pytest.raises(AssertionError, match="is no ticket"):
        flipped._decided(stored.ticket[:cut], of, "it")


def test_a_checker_that_believes_everything_is_caught(
    flipped: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def believing(*_: Any, **__: Any) -> Any:
        return SimpleNamespace(verdict=Verdict.VERIFIED)

    monkeypatch.setattr(flipped, "check", believing)
    with pytest.raises(AssertionError, match="is verified"):
        flipped.run(Namespace(flips=400, seed=1))


#: Changes in the second decider, after which no genuine ticket would be true.
LIES = {
    "the two signs exchanged": ("0 if scalar > 0 else 1", "1 if scalar > 0 else 0"),
    "the scale left out": ("Fraction(2) ** exponent * abs", "Fraction(2) ** 0 * abs"),
    "the next lane": ("random_raw(4)[lane]", "random_raw(4)[(lane + 1) % 4]"),
    "the first words": ("enumerate(counter)) - 1)", "enumerate(counter)))"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_decider_that_reads_weights_wrongly_is_caught(
    name: str,
    flipped: ModuleType,
    by_hand: ModuleType,
    stored: StoredTicket,
    tmp_path: Path,
    mutant: Callable[[ModuleType, str, str], ModuleType],
) -> None:
    of = _genuine(flipped, stored, tmp_path)
    true = by_hand.largest_difference(of.target, of.claim.pruned)
    false = mutant(by_hand, *LIES[name])
    assert true <= of.claim.eps < false.largest_difference(of.target, of.claim.pruned)
