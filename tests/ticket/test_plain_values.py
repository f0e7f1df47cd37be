"""Tickets in memory whose fields compare, print and index as they like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.construction import collapse
from slth_verify.errors import (
    InvalidParameterError,
    InvalidTargetError,
    InvalidTicketError,
    SlthVerifyError,
)
from slth_verify.graph import Dense, Input
from slth_verify.ticket import Ticket, _check, given
from slth_verify.ticket.graphs import stage_ticket
from slth_verify.verdict import Verdict

TINY = Fraction(1, 10**9)


class Large(Fraction):
    """Not less than anything."""

    def __ge__(self, other: object) -> bool:
        return True

    def __gt__(self, other: object) -> bool:
        return True

    def __le__(self, other: object) -> bool:
        return False

    def __lt__(self, other: object) -> bool:
        return False


class Sorted(np.ndarray):  # type: ignore[type-arg]
    """Entries that claim to increase."""

    def __le__(self, other: object) -> Any:
        return np.zeros(self.shape, bool)

    def max(self, *_: Any, **__: Any) -> Any:
        return 0


class Seventh(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


class Told(str):
    def __str__(self) -> str:
        return "1e900"

    def strip(self, *_: Any) -> str:
        return "1e900"


def _repeated(ticket: Ticket, kind: type[Any]) -> Ticket:
    first, *others = ticket.stages
    filters = np.repeat(first.filters, 2).view(kind)
    return replace(ticket, stages=(replace(first, filters=filters), *others))


class Shown:
    """No array: shows increasing entries first, and then one of them repeatedly."""

    dtype, ndim = np.dtype(np.int64), 1

    def __init__(self, entries: Any) -> None:
        self.entries, self.asked = entries, 0

    def __len__(self) -> int:
        return len(self.entries)

    size = property(__len__)

    def __getitem__(self, key: Any) -> Any:
        self.asked += 1
        return (np.arange(len(self)) if self.asked <= 2 else self.entries)[key]

    def __floordiv__(self, other: int) -> Any:
        return self.entries // other

    def __ge__(self, other: Any) -> Any:
        return self.entries >= other

    def __lt__(self, other: Any) -> Any:
        return self.entries < other

    def min(self) -> int:
        return 0

    max = min


class Renamed(sv.TargetCNN):
    """A target that goes by another one's digest."""

    sha256 = "0" * 64  # type: ignore[assignment]


LIES: dict[str, Callable[[Ticket], Ticket]] = {
    "eps": lambda t: replace(t, eps=Large(TINY)),
    "certified_error": lambda t: replace(t, certified_error=Told("0")),
    "filters": lambda t: _repeated(t, Sorted),
    "masked filters": lambda t: _repeated(t, np.ma.MaskedArray),
}


@pytest.fixture(scope="module")
def pair() -> tuple[sv.TargetCNN, Ticket]:
    kernels = (np.full((2, 1, 3, 3), 0.25, np.float32),)
    target = sv.TargetCNN.from_kernels(kernels, (1, 4, 4))
    network = sv.RandomCNN(seed=1, widths=sv.suggested_widths(target, "5%"))
    return target, sv.prune(target, network, eps="5%", workers=1)


@pytest.mark.parametrize("name", LIES)
def test_a_field_that_lies_is_read_as_what_it_holds(
    name: str, pair: tuple[sv.TargetCNN, Ticket]
) -> None:
    target, ticket = pair
    lying = LIES[name](ticket)
    assert sv.check(ticket, target).verdict is Verdict.VERIFIED
    assert sv.check(lying, target).verdict is Verdict.REFUTED
    with pytest.raises(SlthVerifyError):
        collapse(lying, target)
    if "filters" in name:  # an attack is about the network, whatever is claimed of it
        with pytest.raises(SlthVerifyError):
            sv.attack(lying, target)


def test_without_plain_values_a_lie_is_verified(
    pair: tuple[sv.TargetCNN, Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    target, ticket = pair
    monkeypatch.setattr(given, "validated", lambda ticket: ticket)
    found = sv.check(LIES["eps"](ticket), target)
    assert found.verdict is Verdict.VERIFIED
    assert found.eps == TINY


@pytest.mark.parametrize("times", [1, 2])
def test_what_only_looks_like_an_array_is_refused(
    times: int, pair: tuple[sv.TargetCNN, Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    target, ticket = pair
    stages = [
        replace(part, filters=Shown(np.repeat(part.filters, times)))
        for part in ticket.stages
    ]
    lying = replace(ticket, stages=tuple(stages), eps=Fraction(10))
    for ask in (sv.check, sv.attack, collapse):
        with pytest.raises(InvalidTicketError, match=r"filters=.* is no NumPy array"):
            ask(lying, target)
    monkeypatch.setattr(stage_ticket, "require_array", lambda *_: None)
    found = sv.check(lying, target)  # a lie: no mask keeps a filter twice
    kept = next(f for f in found.ledger if "kept filters" in f.claim)
    assert kept.verdict is Verdict.VERIFIED


@pytest.mark.parametrize("field", ["target", "versions"])
def test_what_only_looks_like_a_dict_is_refused(
    field: str, pair: tuple[sv.TargetCNN, Ticket]
) -> None:
    target, ticket = pair
    view = MappingProxyType(getattr(ticket, field))
    with pytest.raises(InvalidTicketError, match=rf"{field}=.* is no dict"):
        sv.check(replace(ticket, **{field: view}), target)


def test_a_target_that_lies_about_its_digest_is_made_again(
    pair: tuple[sv.TargetCNN, Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    target, ticket = pair
    lying = Renamed(target.nodes, target.name)
    told = replace(ticket, target={"name": "", "sha256": lying.sha256})
    assert sv.check(ticket, lying).verdict is Verdict.VERIFIED
    assert sv.check(told, lying).verdict is Verdict.REFUTED
    monkeypatch.setattr(_check, "given_target", lambda target: target)
    assert sv.check(told, lying).verdict is Verdict.VERIFIED  # the lie


def test_names_of_nodes_are_what_they_hold() -> None:
    box = Input(name=Told("x"), shape=(1,), low=(Fraction(0),), high=(Fraction(1),))
    weight = np.ones((1, 1))
    graph = sv.TargetCNN(
        (box, Dense(name=Told("d"), sources=(Told("x"),), weight=weight))
    )
    names = [node.name for node in graph.nodes] + list(graph.nodes[1].sources)
    assert [(type(name), name) for name in names] == [
        (str, "x"),
        (str, "d"),
        (str, "x"),
    ]
    for empty in ("", Told("")):
        with pytest.raises(InvalidTargetError, match="1 to 1000 characters"):
            sv.TargetCNN((replace(box, name=empty), *graph.nodes[1:]))


def test_what_is_written_is_what_was_checked(
    pair: tuple[sv.TargetCNN, Ticket], tmp_path: Any
) -> None:
    target, ticket = pair
    replace(ticket, seed=Seventh(7), versions={Told("a"): Told("b")}).save(
        tmp_path / "t"
    )
    loaded = Ticket.load(tmp_path / "t")
    assert (loaded.seed, loaded.versions) == (7, {"a": "b"})
    assert sv.check(loaded, target).verdict is Verdict.REFUTED


def test_exchanged_arguments_and_modules_are_named(
    pair: tuple[sv.TargetCNN, Ticket],
) -> None:
    target, ticket = pair
    network = sv.RandomCNN(seed=1, widths=(5,))
    for ask, words in (
        (lambda: sv.check(target, ticket), "ticket first"),
        (lambda: sv.check(ticket, ticket), "target="),
        (lambda: collapse(ticket, 5), "target=5"),
        (lambda: sv.compare(target, None), "target=None"),
        (lambda: sv.prune(target.to_torch(), network, eps=1), "from_torch"),
        (lambda: sv.suggested_widths(target.to_torch(), 1), "from_torch"),
        (lambda: sv.prune(target, 7, eps=1), "random_network=7"),
        (lambda: sv.TargetCNN((target.nodes[1].weight,), "n"), "from_kernels"),
    ):
        with pytest.raises(ValueError, match=words):
            ask()


def test_a_target_is_pruned_from_its_file(
    pair: tuple[sv.TargetCNN, Ticket], tmp_path: Any
) -> None:
    target, ticket = pair
    target.save(tmp_path / "net.safetensors")
    path = str(tmp_path / "net.safetensors")
    widths = sv.suggested_widths(path, "5%")
    found = sv.prune(path, sv.RandomCNN(seed=1, widths=widths), eps="5%", workers=1)
    assert found.to_bytes() == ticket.to_bytes()


def test_the_layers_of_a_ticket_are_its_stages(
    pair: tuple[sv.TargetCNN, Ticket],
) -> None:
    _, ticket = pair
    assert ticket.layers is ticket.stages
    assert tuple(len(layer.filters) for layer in ticket.layers) == ticket.kept


@pytest.mark.parametrize("limit", [0, -1, float("nan"), "x", True, "1 s"])
@pytest.mark.parametrize("name", ["time_limit", "memory_limit"])
def test_limits_that_are_none_are_refused(
    name: str, limit: Any, pair: tuple[sv.TargetCNN, Ticket]
) -> None:
    target, ticket = pair
    with pytest.raises(InvalidParameterError, match=name):
        sv.check(ticket, target, **{name: limit})


@pytest.mark.parametrize(
    "limits",
    [
        {"time_limit": float("inf")},
        {"time_limit": Fraction(121, 2), "memory_limit": 1 << 60},
        {"time_limit": np.float32(60), "memory_limit": np.int64(1 << 33)},
        {"time_limit": "60", "memory_limit": "8e9"},
    ],
)
def test_limits_in_every_form(
    limits: dict[str, Any], pair: tuple[sv.TargetCNN, Ticket]
) -> None:
    target, ticket = pair
    assert sv.check(ticket, target, **limits).verdict is Verdict.VERIFIED
