"""Small files that cost much: not begun without a time limit, ended with one."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.graph import (
    BatchNorm,
    Convolution,
    Dense,
    Input,
    Node,
    Permute,
    Rectifier,
    Reshape,
    Sum,
    TargetCNN,
)
from slth_verify.graph.stages import staged, stages_of
from slth_verify.network import GENERATOR
from slth_verify.processes.bounded import run_bounded
from slth_verify.ticket import StageTicket, Ticket
from slth_verify.ticket.graphs import cost, second_opinion
from slth_verify.verdict import Verdict, exit_code

ONE = np.ones((1, 1), np.float32)


def image(*shape: int) -> Input:
    return Input(name="image", shape=shape, low=(-1,) * shape[0], high=(1,) * shape[0])


def after(source: str, name: str, kind: type[Node], **fields: Any) -> Node:
    return kind(name=name, sources=(source,), **fields)


def norm(source: str, channels: int = 1) -> Node:
    ones = np.ones(channels, np.float32)
    names = "scale", "shift", "mean", "variance"
    fields = dict.fromkeys(names, ones)
    return after(source, "norm", BatchNorm, **fields, epsilon=Fraction(1, 2))


def row(count: int, first: Input, kind: type[Node], **fields: Any) -> TargetCNN:
    names = ["image", *(f"n{i}" for i in range(count))]
    nodes = [
        after(names[i], names[i + 1], kind, **fields) for i in range(len(names) - 1)
    ]
    return TargetCNN((first, *nodes))


def ticket_of(
    graph: TargetCNN,
    *,
    width: int = 10,
    exponent: int = 0,
    filters: tuple[int, int] = (0, 2),
) -> Ticket:
    parts = tuple(
        StageTicket(stage.name, width, exponent, np.arange(*filters, dtype=np.int64))
        for stage in stages_of(graph)
    )
    return Ticket(
        {"name": "", "sha256": graph.sha256},
        GENERATOR,
        1,
        parts,
        Fraction(1, 1000),
        "1e900",
    )


def depthwise() -> tuple[TargetCNN, Ticket]:
    """Few weights a channel, but a thousand outputs for each constant filter."""
    layer = after(
        "image",
        "conv",
        Convolution,
        weight=np.ones((1000, 1, 1, 1), np.float32),
        bias=np.ones(1000, np.float32),
        groups=1000,
    )
    graph = TargetCNN((image(1000, 1, 1), layer))
    start = 2 * 500_000 * 1000
    return graph, ticket_of(graph, width=500_000, filters=(start, start + 1_000_000))


def channels() -> tuple[TargetCNN, Ticket]:
    turned = after("image", "turned", Permute, axes=(1, 0, 2))
    relu = after("turned", "relu", Rectifier)
    graph = TargetCNN((image(1, 1 << 22, 1), turned, relu))
    return graph, ticket_of(graph)


def features() -> tuple[TargetCNN, Ticket]:
    flat = after("image", "flat", Reshape, shape=(1 << 24,))
    graph = TargetCNN((image(1, 1 << 12, 1 << 12), flat))
    return graph, ticket_of(graph)


def places() -> tuple[TargetCNN, Ticket]:
    graph = row(
        50,
        image(1, 1 << 24, 1),
        Convolution,
        weight=np.ones((1, 1, 3, 1), np.float32),
        padding=(1, 1, 0, 0),
    )
    return graph, ticket_of(graph)


def parts() -> tuple[TargetCNN, Ticket]:
    graph = row(
        5,
        image(1, 1500, 1500),
        Convolution,
        weight=np.ones((1, 1, 1500, 1500), np.float32),
        padding=(1499, 1500, 1499, 1500),
    )
    return graph, ticket_of(graph, filters=(0, 0))


def kept() -> tuple[TargetCNN, Ticket]:
    graph = row(1, image(1, 1, 1), Convolution, weight=np.ones((1000, 1, 1, 1), "f4"))
    return graph, ticket_of(graph, width=1 << 48, filters=(0, 1_000_000))


COSTLY: dict[str, Callable[[], tuple[TargetCNN, Ticket]]] = {
    "constant filters of many outputs": depthwise,
    "filters of many outputs": kept,
    "millions of channels": channels,
    "millions of features": features,
    "millions of places": places,
    "millions of parts of a window": parts,
}


@pytest.mark.parametrize("name", COSTLY)
def test_a_long_check_is_not_begun(name: str) -> None:
    graph, ticket = COSTLY[name]()
    result = run_bounded(sv.check, ticket, graph, seconds=30, memory=2 << 30)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "not begun" in result.ledger[-1].reason
    assert result.error_upper_bound is None


#: Whose checks are ended by default.
ENDED = ("filters of many outputs", "millions of places")
OTHERS = [pytest.param(x, marks=pytest.mark.nightly) for x in COSTLY if x not in ENDED]


@pytest.mark.parametrize("name", [*ENDED, *OTHERS])
def test_a_long_check_ends_with_its_time(name: str) -> None:
    graph, ticket = COSTLY[name]()
    result = run_bounded(sv.check, ticket, graph, seconds=60, time_limit=1)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "done within its limits" in result.ledger[-1].claim


def test_a_limit_of_memory_alone_begins_no_long_check() -> None:
    graph, ticket = kept()
    result = sv.check(ticket, graph, memory_limit=2 << 30)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "not begun" in result.ledger[-1].reason


def extreme(exponent: int) -> tuple[TargetCNN, Ticket]:
    graph = row(200, image(1), Dense, weight=ONE)
    return graph, ticket_of(graph, exponent=exponent)


CHEAP: dict[str, Callable[[], tuple[TargetCNN, Ticket]]] = {
    "hundreds of layers, exponents 1024": lambda: extreme(1024),
    "hundreds of layers, exponents -1024": lambda: extreme(-1024),
    "a thousand doublings": lambda: with_ticket(
        TargetCNN(
            (
                image(1),
                after("image", "n0", Dense, weight=ONE),
                *(
                    Sum(name=f"n{i + 1}", sources=(f"n{i}", f"n{i}"))
                    for i in range(998)
                ),
            )
        )
    ),
    "a batch norm of a long row": lambda: with_ticket(
        TargetCNN(
            (
                image(1, 1 << 23, 1 << 23),
                after("image", "r", Reshape, shape=(1, 1 << 23, 1 << 22, 2)),
                norm("r"),
            )
        )
    ),
    "a huge image": lambda: with_ticket(
        row(
            3,
            image(1, 1 << 24, 1 << 24),
            Convolution,
            weight=np.ones((1, 1, 3, 3), "f4"),
        )
    ),
    "parts of a window": lambda: with_ticket(
        row(
            3,
            image(1, 100, 100),
            Convolution,
            weight=np.ones((1, 1, 100, 100), np.float32),
            padding=(99, 100, 99, 100),
        )
    ),
    "wide blocks": lambda: ticket_pair(
        row(1, image(1), Dense, weight=ONE), width=1 << 48, filters=(2**49 - 5, 2**49)
    ),
}


def with_ticket(graph: TargetCNN) -> tuple[TargetCNN, Ticket]:
    return graph, ticket_of(graph)


def ticket_pair(graph: TargetCNN, **fields: Any) -> tuple[TargetCNN, Ticket]:
    return graph, ticket_of(graph, **fields)


@pytest.mark.parametrize("name", CHEAP)
def test_a_small_file_is_checked_at_bounded_cost(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    graph, ticket = CHEAP[name]()
    ticket.save(tmp_path / "ticket")
    graph.save(tmp_path / "target")
    paths = tmp_path / "ticket", tmp_path / "target"
    result = run_bounded(sv.check, *paths, seconds=90, memory=1 << 30)
    assert result.verdict in (Verdict.REFUTED, Verdict.INCONCLUSIVE)
    assert result.error_upper_bound is not None
    monkeypatch.setattr("slth_verify.ticket.check", lambda *_, **__: result)
    words = ["check", *map(str, paths)]
    assert run(words) == run([*words, "--json"]) == exit_code(result.verdict)
    printed = capsys.readouterr().out
    assert len(printed) < 5_000_000
    assert json.loads(printed[printed.index("\n{") :])["command"] == "check"


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("margin", [0, 1, 2, 5])
@pytest.mark.parametrize("window", [(1, 3), (2, 2), (3, 1)])
def test_no_fewer_parts_of_windows_are_charged_than_there_are(
    stride: int, dilation: int, margin: int, window: tuple[int, int]
) -> None:
    """A part is where some place's window is inside of the image."""
    conv = after(
        "image", "conv", Convolution,
        weight=np.ones((40, 1, *window), np.float32), bias=None,
        stride=(stride,) * 2, dilation=(dilation,) * 2, padding=(margin,) * 4,
    )  # fmt: skip
    graph = TargetCNN((image(1, 12, 11), conv))
    (stage,) = stages_of(graph)
    shape = graph.shape("conv")
    parts = len(second_opinion._inside(stage))
    found = cost._windows(stage, shape)
    if not margin:
        assert found == 0
        return
    charged = (found - cost._PLACE * sum(shape[1:])) / cost._PART / shape[0]
    assert parts <= charged
    # nor more than there are places, or ways for a side to be inside
    assert charged <= np.prod(shape[1:])
    assert charged <= np.prod([2 * side + 1 for side in window])


def test_filters_of_the_constant_channel_cost_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Their kernels are 1x1: 15.3 us each, those of the image's channel 82.5 us."""
    monkeypatch.setattr(cost, "_MOST_SECONDS", -1)
    weight = np.ones((1, 1, 15, 15), np.float32)
    graph = row(1, image(1, 20, 20), Convolution, weight=weight)
    seconds = []
    for start in (0, 2 * 1_000_000):
        filters = (start, start + 1_000_000)
        ticket = ticket_of(graph, width=1_000_000, filters=filters)
        found = cost.too_costly(ticket, graph, staged(graph))
        assert found is not None
        seconds.append(int(found.reason.split("about ")[1].split(" s ")[0]))
    assert seconds == [83, 15]
