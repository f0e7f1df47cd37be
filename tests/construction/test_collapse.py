"""Collapse: only what is proved is built."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch import nn

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.construction import (
    _build_small,
    architecture_of,
    collapse,
    merged_network,
)
from slth_verify.enclosure import _normal
from slth_verify.errors import (
    InvalidTicketError,
    SlthVerifyError,
    UnprovedTicketError,
)
from slth_verify.network import pruned_module, random_network_size
from slth_verify.ticket import Ticket, TicketLayer
from slth_verify.ticket import _findings as findings
from slth_verify.verdict import Verdict


def weights(module: nn.Sequential) -> list[bytes]:
    return [part.detach().numpy().tobytes() for part in module.parameters()]


def test_the_network_is_that_of_the_seed(ticket: Ticket) -> None:
    network = sv.RandomCNN(3, (4, 3))
    kept = [layer.filters for layer in ticket.layers]
    shape = architecture_of(ticket)
    assert weights(collapse(ticket).module) == weights(
        pruned_module(network, shape, kept)
    )
    merged = collapse(ticket, merge=True)
    assert weights(merged.module) == weights(merged_network(network, shape, kept))
    assert merged.output_scale == Fraction(1, 2)
    assert merged.before == random_network_size(network, shape, (5, 4))


Change = Callable[[Ticket], Ticket]


def _of_layer(change: Callable[[TicketLayer], TicketLayer]) -> Change:
    def changed(ticket: Ticket) -> Ticket:
        layers = (change(ticket.layers[0]), *ticket.layers[1:])
        return dataclasses.replace(ticket, layers=layers)

    return changed


def _one(name: str, value: Callable[[np.ndarray], Any]) -> Change:
    def change(layer: TicketLayer) -> TicketLayer:
        array = getattr(layer, name).copy()
        array.flat[0] = value(array)
        return dataclasses.replace(layer, **{name: array})

    return _of_layer(change)


def _field(name: str, value: Any) -> Change:
    return lambda ticket: dataclasses.replace(ticket, **{name: value})


def _shape(value: Any) -> Change:
    return lambda t: dataclasses.replace(t, target=t.target | {"input_shape": value})


FALSE: dict[str, Change] = {
    "another seed": _field("seed", 4),
    "another width": _field("widths", (5, 3)),
    "a scalar one unit off": _one(
        "scalars", lambda a: np.nextafter(a.flat[0], np.float32(9))
    ),
    "a kernel entry one unit off": _one(
        "kernels", lambda a: np.nextafter(a.flat[0], np.float32(9))
    ),
    "a scalar of NaN": _one("scalars", lambda a: np.nan),
    "another filter": _one("filters", lambda a: a.flat[1]),
    "a filter below 0": _one("filters", lambda a: -1),
    "a filter that is not there": _one("filters", lambda a: 1 << 62),
    "fewer input channels": _shape([1, 5, 4]),
}
WRONG: dict[str, Change] = {
    "a seed too large": _field("seed", 1 << 64),
    "a negative seed": _field("seed", -3),
    "another generator": _field("generator", "philox\x1b[2J"),
    "a width of zero": _field("widths", (0, 3)),
    "a width too large": _field("widths", (1 << 60, 3)),
    "one width more": _field("widths", (4, 3, 3)),
    "no layers": _field("layers", ()),
    "one exponent more": _field("scale_exponents", (0, 0, 0)),
    "no input shape": _field("target", {}),
    "no target": _field("target", None),
    "an input shape of floats": _shape([2.0, 5, 4]),
    "an input shape below 1": _shape([2, 0, 4]),
    "an endless image": _shape([2, 1 << 60, 4]),
    "a seed of text": _field("seed", "3"),
    "a seed of True": _field("seed", True),
    "widths of floats": _field("widths", (4.0, 3)),
    "layers of text": _field("layers", "ab"),
    "scalars of float64": _of_layer(
        lambda layer: dataclasses.replace(
            layer, scalars=layer.scalars.astype(np.float64)
        )
    ),
}


@pytest.mark.parametrize("merge", [False, True])
@pytest.mark.parametrize("name", FALSE)
def test_a_false_ticket_is_not_built(name: str, merge: bool, ticket: Ticket) -> None:
    with pytest.raises(UnprovedTicketError, match="REFUTED") as caught:
        collapse(FALSE[name](ticket), merge=merge)
    assert caught.value.verdict is Verdict.REFUTED
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_ticket_is_refused(name: str, ticket: Ticket) -> None:
    with pytest.raises(InvalidTicketError) as caught:
        collapse(WRONG[name](ticket))
    assert "\x1b" not in str(caught.value)


def undecided(*_: object) -> _normal.QuantileCheck:
    return _normal.QuantileCheck(Verdict.INCONCLUSIVE, 0)


def test_an_undecided_ticket_is_not_built(
    ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "check_normal_quantiles", undecided)
    with pytest.raises(UnprovedTicketError, match="INCONCLUSIVE") as caught:
        collapse(ticket)
    assert caught.value.verdict is Verdict.INCONCLUSIVE


def another_network(ticket: Ticket, changes: dict[str, Change]) -> list[str]:
    """Names of the changes after which another network is built."""
    honest = weights(collapse(ticket).module)
    found = []
    for name, change in changes.items():
        try:
            built = weights(collapse(change(ticket)).module)
        except (SlthVerifyError, ValueError, IndexError, OverflowError):
            continue
        if built != honest:
            found.append(name)
    return found


def test_a_collapse_without_proof_would_build_other_networks(
    ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not another_network(ticket, FALSE | WRONG)
    monkeypatch.setattr(_build_small, "_require_proved", lambda *_: None)
    assert {"another seed", "another filter"} <= set(another_network(ticket, FALSE))


@pytest.fixture
def ticket_file(ticket: Ticket, tmp_path: Path) -> Callable[..., str]:
    def written(change: Change | None = None) -> str:
        path = tmp_path / "net.ticket"
        (change(ticket) if change else ticket).save(path)
        return str(path)

    return written


@pytest.mark.parametrize(
    ("name", "code"),
    [("another seed", 1), ("another width", 1), ("a scalar one unit off", 1)],
)
def test_command_writes_nothing_and_says_why(
    name: str,
    code: int,
    ticket_file: Callable[..., str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "small.safetensors"
    path = ticket_file(FALSE[name])
    assert run(["collapse", path, "--output", str(output), "--json"]) == code
    captured = capsys.readouterr()
    assert json.loads(captured.out)["verdict"] == "REFUTED"
    assert "not the rounded normal quantile" in captured.err
    assert not output.exists()


def test_command_answers_undecided_with_three(
    ticket_file: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "check_normal_quantiles", undecided)
    output = tmp_path / "small.safetensors"
    assert run(["collapse", ticket_file(), "--output", str(output)]) == 3
    assert not output.exists()


def test_too_dense_a_network_is_refused(
    ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_build_small, "WEIGHTS", 100)
    with pytest.raises(InvalidTicketError, match="--merge"):
        collapse(ticket)
    collapse(ticket, merge=True)
