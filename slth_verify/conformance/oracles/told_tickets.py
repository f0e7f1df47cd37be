"""One genuine ticket that is recorded, and tickets made of it that say one false thing.

What is false is known by how they were made; tests show by `ticket_truth` that it is,
and that nothing else is. So checkers can be compared with something that no checker
said.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from slth_verify.conformance.oracles.ticket_truth import (
    ERROR,
    FILTERS,
    FIT,
    STATED,
    TARGET,
    WEIGHTS,
    TicketBytes,
    apart,
    together,
)
from slth_verify.showing import OneLine
from slth_verify.strategies import StoredTicket

#: What is false beside the claims that `ticket_truth` knows.
TRIVIAL, REFUSED = "no constants meet the claim", "the file is of the format"

#: So large that no difference exceeds it: what is stated then is true.
_ENOUGH = "1000"

_Change = Callable[[TicketBytes], None]


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class ToldTicket(OneLine):
    """A ticket of which the truth is known.

    Attributes:
        stored: Its files.
        false: The claim that is false, or "" of a genuine ticket.
    """

    stored: StoredTicket
    false: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded in ``tickets.json``, by `tests/selftest/test_told_tickets.py`.

    Attributes:
        ticket: A genuine ticket that carries its weights.
        target: Its target: a stage with constants, a rectifier, a stage without.
        near: The same target with one weight that is the next float32.
        other: The same with one weight that is far off.
        other_sha256: The digest of that one.
        attained: A number that the difference exceeds at some image.
    """

    ticket: bytes
    target: bytes
    near: bytes
    other: bytes
    other_sha256: str
    attained: str


@cache
def recorded() -> Recorded:
    """The recorded files."""
    source = files("slth_verify.conformance.oracles") / "tickets.json"
    found = json.loads(source.read_text(encoding="utf-8"))
    for name in ("ticket", "target", "near", "other"):
        found[name] = base64.b64decode(found[name])
    return Recorded(**found)


@cache
def told_tickets() -> tuple[ToldTicket, ...]:
    """The genuine ticket, with its weights and without, then those that are false."""
    return tuple(_told())


def _told() -> Iterator[ToldTicket]:
    known = recorded()
    yield ToldTicket(StoredTicket(known.ticket, known.target, "as it was made"), "")
    for name, false, change in _changes(known):
        yield _changed(known.target, name, false, change)
    for name, change in _stored_weights():
        yield _changed(known.target, name, WEIGHTS, change, carrying=True)
    yield _changed(known.near, "a target whose last weight is the next", TARGET, _as_is)
    forged = _seems_right(_put("target", "sha256", known.other_sha256))
    yield _changed(known.other, "another target, and its digest", ERROR, forged)
    cut = StoredTicket(known.ticket[:-1], known.target, "cut by one byte")
    yield ToldTicket(cut, REFUSED)


def _changed(
    target: bytes, name: str, false: str, change: _Change, *, carrying: bool = False
) -> ToldTicket:
    ticket = apart(recorded().ticket)
    if not carrying:
        ticket.about["weights"] = False
        for key in [key for key in ticket.tensors if not key.endswith("filters")]:
            del ticket.tensors[key]
    change(ticket)
    return ToldTicket(StoredTicket(together(ticket), target, name), false)


def _changes(known: Recorded) -> Iterator[tuple[str, str, _Change]]:
    """Changes of a ticket that carries no weights: name, what is false, change."""
    yield "without its weights", "", _as_is
    eps = _seems_right(_put("eps", str(Fraction(known.attained))))
    yield "eps below a difference", ERROR, eps
    for name, change in _other_networks():
        yield name, ERROR, _seems_right(change)
    stated = _put("certified_error", known.attained)
    yield "certified_error below a difference", STATED, stated
    yield "eps that constants meet", TRIVIAL, _put("eps", "10")
    yield "a digit of the digest", TARGET, _digit
    yield "another generator", FIT, _put("random_network", "generator", "philox")
    yield "another name of a stage", FIT, _put("stages", 1, "name", "third")
    yield "the last stage missing", FIT, _last_stage_missing
    yield "a filter twice", FILTERS, _filters(1, lambda x: x[[0, *range(len(x))]])
    yield "two filters swapped", FILTERS, _filters(1, _swapped)
    yield "a filter below 0", FILTERS, _filters(2, lambda x: np.append(-1, x))
    yield "a filter beyond the last", FILTERS, _one_beyond
    yield "format 2", REFUSED, _put("format", 2)
    yield "one key more", REFUSED, _put("more", "1")


def _other_networks() -> Iterator[tuple[str, _Change]]:
    """Random networks, or parts of them, that do not compute the target."""
    seed = apart(recorded().ticket).about["random_network"]["seed"]
    yield "the next seed", _put("random_network", "seed", seed ^ 1)
    yield "the high word of the seed", _put("random_network", "seed", seed ^ 1 << 32)
    for number in (1, 2):
        place = f"of stage {number}"
        yield f"the exponent {place}", _scaled(number)
        yield f"the width {place}", _wider(number)
        yield f"no filters {place}", _filters(number, lambda x: x[:0])
        yield f"the next first filter {place}", _filters(number, _moved)
    for sign, name in ((1, "positive"), (-1, "negative"), (0, "constant")):
        yield f"no {name} filters of stage 1", _without(sign)


def _stored_weights() -> Iterator[tuple[str, _Change]]:
    """Weights that a file carries, changed in the last bit, or too few of them."""
    for key in recorded_tensors():
        if not key.endswith("filters"):
            yield f"the last bit of {key}", _last_bit(key)
    yield "a scalar too few", _shorter("stages.1.scalars")


def recorded_tensors() -> list[str]:
    """Names of the tensors that have entries."""
    tensors = apart(recorded().ticket).tensors
    return sorted(key for key, array in tensors.items() if array.size)


def _as_is(ticket: TicketBytes) -> None:
    """Nothing."""


def _seems_right(change: _Change) -> _Change:
    """The change, with a stated error that is true of anything."""

    def both(ticket: TicketBytes) -> None:
        change(ticket)
        ticket.about["certified_error"] = _ENOUGH

    return both


def _put(*path: Any) -> _Change:
    """Set a field: the way to it, and the value at last."""
    *keys, last, value = path

    def change(ticket: TicketBytes) -> None:
        place = ticket.about
        for key in keys:
            place = place[key]
        place[last] = deepcopy(value)

    return change


def _digit(ticket: TicketBytes) -> None:
    digest = ticket.about["target"]["sha256"]
    last = "0" if digest[-1] != "0" else "1"
    ticket.about["target"]["sha256"] = digest[:-1] + last


def _last_stage_missing(ticket: TicketBytes) -> None:
    ticket.about["stages"].pop()
    del ticket.tensors["stages.2.filters"]


def _filters(number: int, change: Callable[[Any], Any]) -> _Change:
    def put(ticket: TicketBytes) -> None:
        key = f"stages.{number}.filters"
        ticket.tensors[key] = change(ticket.tensors[key])

    return put


def _swapped(filters: Any) -> Any:
    return np.append(filters[1::-1], filters[2:])


def _moved(filters: Any) -> Any:
    """The first filter that can be replaced by its right neighbour."""
    moved = filters.copy()
    moved[np.flatnonzero(np.diff(filters) > 1)[0]] += 1
    return moved


def _one_beyond(ticket: TicketBytes) -> None:
    """The second stage reads two channels, and no constant one."""
    count = 4 * ticket.about["stages"][1]["width"]
    key = "stages.2.filters"
    ticket.tensors[key] = np.append(ticket.tensors[key], count)


def _without(sign: int) -> _Change:
    """Drop the first stage's filters with scalars of a sign, or those of constants."""
    scalars = apart(recorded().ticket).tensors["stages.1.scalars"]

    def put(ticket: TicketBytes) -> None:
        key, width = "stages.1.filters", ticket.about["stages"][0]["width"]
        filters = ticket.tensors[key]
        constant = filters >= 4 * width
        dropped = constant if sign == 0 else ~constant & (np.sign(scalars) == sign)
        ticket.tensors[key] = filters[~dropped]

    return put


def _scaled(number: int) -> _Change:
    def change(ticket: TicketBytes) -> None:
        ticket.about["stages"][number - 1]["exponent"] += 1

    return change


def _wider(number: int) -> _Change:
    def change(ticket: TicketBytes) -> None:
        ticket.about["stages"][number - 1]["width"] += 1

    return change


def _last_bit(key: str) -> _Change:
    def change(ticket: TicketBytes) -> None:
        array = ticket.tensors[key].copy()
        array.reshape(-1).view(np.uint32)[-1] ^= 1
        ticket.tensors[key] = array

    return change


def _shorter(key: str) -> _Change:
    def change(ticket: TicketBytes) -> None:
        ticket.tensors[key] = ticket.tensors[key][1:]

    return change
