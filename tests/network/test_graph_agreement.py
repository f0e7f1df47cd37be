"""An importer that reads a layer wrongly is found by running module and graph."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from handmade.nightly import nightly_for
from torch import nn
from torch.nn import functional as F

from slth_verify.conformance.torch_modules.architectures import made
from slth_verify.errors import InvalidTargetError
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Crop,
    Dense,
    MaxPool,
    Node,
    Pad,
    Permute,
    Rectifier,
    Sum,
)
from slth_verify.network.torch_graphs import agreement, evaluate, graph_from_torch
from slth_verify.network.torch_graphs.call import Call
from slth_verify.network.torch_graphs.evaluate import evaluated, given

Lie = Callable[[list[str], dict[str, Any]], None]
SHAPE = (4, 7, 6)


class Parts(nn.Module):
    def __init__(self, forward: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.forwarded = forward

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.forwarded(x)


def changed(**fields: object) -> Lie:
    return lambda sources, read: read.update(fields)


def one_ulp(sources: list[str], read: dict[str, Any]) -> None:
    weight = read["weight"]
    weight[0, 0, 1, 1] = np.nextafter(weight[0, 0, 1, 1], np.float32(9))


def ungrouped(sources: list[str], read: dict[str, Any]) -> None:
    read.update(groups=1, weight=np.tile(read["weight"], (1, 2, 1, 1)))


def scaled(name: str, factor: Any) -> Lie:
    def lie(sources: list[str], read: dict[str, Any]) -> None:
        value = read[name]
        many = isinstance(value, tuple)
        read[name] = tuple(factor * x for x in value) if many else factor * value

    return lie


def reverse(sources: list[str], read: dict[str, Any]) -> None:
    sources.reverse()


def twice(sources: list[str], read: dict[str, Any]) -> None:
    sources[:] = sources[:1] * 2


def conv(**options: Any) -> nn.Module:
    return nn.Conv2d(4, 4, 3, **options)


#: Module, the kind of node that is read wrongly, how.
LIES: dict[str, tuple[nn.Module, type[Node], Lie]] = {
    "stride ignored": (conv(stride=2), Convolution, changed(stride=(1, 1))),
    "one stride for both": (conv(stride=(2, 1)), Convolution, changed(stride=(2, 2))),
    "bias dropped": (conv(), Convolution, changed(bias=None)),
    "bias of a dense layer dropped": (nn.Linear(4, 3), Dense, changed(bias=None)),
    "padding mode lost": (
        conv(padding=1, padding_mode="reflect"),
        Pad,
        changed(padding_mode="zeros"),
    ),
    "reflect read as replicate": (
        conv(padding=1, padding_mode="reflect"),
        Pad,
        changed(padding_mode="replicate"),
    ),
    "margins on the other side": (
        nn.Conv2d(4, 4, 2, padding="same"),
        Convolution,
        changed(padding=(1, 0, 1, 0)),
    ),
    "wrong epsilon": (nn.BatchNorm2d(4), BatchNorm, scaled("epsilon", 2)),
    "mean dropped": (nn.BatchNorm2d(4), BatchNorm, scaled("mean", 0)),
    "another root of a divisor": (
        Parts(lambda x: x / 3),
        BatchNorm,
        scaled("epsilon", 2),
    ),
    "power of two of a divisor dropped": (
        Parts(lambda x: x / 3),
        BatchNorm,
        changed(scale=np.ones(4)),
    ),
    "a difference turned": (Parts(lambda x: 1 - x), BatchNorm, scaled("scale", -1)),
    "a factor dropped": (
        Parts(lambda x: 3 * x),
        BatchNorm,
        changed(scale=np.ones(4)),
    ),
    "an offset dropped": (Parts(lambda x: x + 1), BatchNorm, scaled("shift", 0)),
    "dilation dropped": (
        conv(padding=2, dilation=2),
        Convolution,
        changed(dilation=(1, 1), padding=(1, 1, 1, 1)),
    ),
    "groups lost": (conv(groups=2), Convolution, ungrouped),
    "one weight by one unit": (conv(), Convolution, one_ulp),
    "ceil mode ignored": (
        nn.MaxPool2d(2, ceil_mode=True),
        MaxPool,
        changed(padding=(0, 0, 0, 0)),
    ),
    "padding counted": (
        nn.AvgPool2d(3, 2, 1, count_include_pad=False),
        AveragePool,
        changed(counts_padding=True),
    ),
    "padding not counted": (
        nn.AvgPool2d(3, 2, 1),
        AveragePool,
        changed(counts_padding=False),
    ),
    "ceil mode counted": (
        nn.AvgPool2d(2, ceil_mode=True),
        AveragePool,
        changed(counts_padding=True),
    ),
    "concatenated in another order": (
        Parts(lambda x: torch.cat([x, F.relu(x)], 1)),
        Concat,
        reverse,
    ),
    "one summand twice": (Parts(lambda x: x + F.relu(x)), Sum, twice),
    "other slope": (nn.LeakyReLU(0.25), Rectifier, scaled("slopes", 2)),
    "slope dropped": (nn.PReLU(4), Rectifier, scaled("slopes", 0)),
    "axes exchanged": (
        Parts(lambda x: x.permute(0, 2, 3, 1)),
        Permute,
        changed(axes=(2, 1, 0)),
    ),
    "other channels": (
        Parts(lambda x: x[:, 1:3]),
        Crop,
        changed(starts=(0, 0, 0), stops=(2, 7, 6)),
    ),
}

#: What inputs of the box do not reach.
LOCAL: dict[str, tuple[nn.Module, type[Node], Lie]] = {
    "other threshold": (nn.ReLU6(), Clip, changed(high=Fraction(7))),
    "clipped instead of rectified": (nn.Hardtanh(-4, 6), Clip, changed(low=-5)),
}


def tell(monkeypatch: pytest.MonkeyPatch, kind: type[Node], lie: Lie) -> None:
    honest = Call.add

    def add(call: Call, made: type[Node], *sources: str, **fields: Any) -> str:
        listed = list(sources)
        if made is kind:
            lie(listed, fields)
        return honest(call, made, *listed, **fields)

    monkeypatch.setattr(Call, "add", add)


def shape_of(module: nn.Module) -> tuple[int, ...]:
    return (4,) if isinstance(module, nn.Linear) else SHAPE


#: Other ways to read the same two operations wrongly, of which each is read slowly.
SLOW = ("another root of a divisor", "a factor dropped", "a difference turned")


@pytest.mark.parametrize("name", nightly_for(SLOW, LIES | LOCAL))
def test_each_half_finds_every_lie(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, kind, lie = (LIES | LOCAL)[name]
    network = made(lambda: module)
    graph_from_torch(network, shape_of(module), box=(-1, 1))
    tell(monkeypatch, kind, lie)
    with pytest.raises(InvalidTargetError, match="was not read as what it computes"):
        graph_from_torch(network, shape_of(module), box=(-1, 1))
    if name in LIES:
        monkeypatch.setattr(agreement, "_require_same_operation", lambda *_: None)
        with pytest.raises(InvalidTargetError, match=r"not compute|answers tensors"):
            graph_from_torch(network, shape_of(module), box=(-1, 1))


def test_the_place_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    body = nn.Sequential(conv(), nn.ReLU(), nn.Sequential(nn.BatchNorm2d(4)))
    tell(monkeypatch, BatchNorm, scaled("epsilon", 2))
    with pytest.raises(InvalidTargetError, match=r"module '2.0' \(nn.BatchNorm2d\)"):
        graph_from_torch(body.eval(), SHAPE)


def test_deep_networks_are_compared_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the worst case of rounding says nothing, little may differ all the same."""
    parts = [part for _ in range(40) for part in (conv(padding=1), nn.ReLU())]
    network = made(lambda: nn.Sequential(*parts)).double()
    with torch.no_grad():
        for part in network[::2]:
            part.weight.mul_(4)
    graph = graph_from_torch(network, SHAPE)
    ones = given(torch.ones(1, *SHAPE, dtype=torch.float64))
    last = evaluated(graph.nodes, {"input": ones})[graph.output.name]
    assert last.error.max() > last.value.abs().max()
    monkeypatch.setattr(agreement, "_require_same_operation", lambda *_: None)
    tell(monkeypatch, Convolution, scaled("bias", 1.001))
    with pytest.raises(InvalidTargetError, match="does not compute"):
        graph_from_torch(network, SHAPE)


class Counting(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return F.relu(x) if self.calls < 2 else x


@pytest.mark.parametrize(
    "module",
    [
        Counting(),
        Parts(lambda x: F.relu(x) if x.shape[0] == 2 else x),
        Parts(lambda x: F.relu(x) if x.dtype == torch.float32 else x),
    ],
    ids=["counts its calls", "looks at the batch", "looks at the precision"],
)
def test_what_recording_does_not_see(module: nn.Module) -> None:
    with pytest.raises(InvalidTargetError, match="not compute what was recorded"):
        graph_from_torch(module.eval(), SHAPE, box=(-1, 1))


def test_images_that_see_each_other_are_refused() -> None:
    module = Parts(lambda x: F.relu(x) + x.flip(0))
    with pytest.raises(InvalidTargetError, match=r"no node expresses \(aten.flip\)"):
        graph_from_torch(module.eval(), SHAPE)


def test_networks_that_overflow_are_refused() -> None:
    network = nn.Sequential(*(nn.Conv2d(1, 1, 1, bias=False) for _ in range(30)))
    with torch.no_grad():
        for part in network:
            part.weight.fill_(3e38)
    with pytest.raises(InvalidTargetError, match="overflows"):
        graph_from_torch(network.eval(), (1, 2, 2))


def exact_error(graph_nodes: Any, image: np.ndarray) -> tuple[Fraction, Fraction]:
    """How far a dense layer and an average are from the truth, and what is allowed."""
    values = evaluated(graph_nodes, {"input": given(torch.from_numpy(image[None]))})
    dense = next(node for node in graph_nodes if isinstance(node, Dense))
    exact = np.vectorize(Fraction, otypes=[object])
    wanted = exact(dense.weight.astype(float)) @ exact(image) + exact(
        dense.bias.astype(float)
    )
    found = values[dense.name]
    gaps = [
        abs(Fraction(float(v)) - w) - Fraction(float(e))
        for v, e, w in zip(found.value[0], found.error[0], wanted, strict=True)
    ]
    return max(gaps), max(Fraction(float(e)) for e in found.error[0])


@pytest.mark.parametrize("seed", range(3))
def test_the_allowance_covers_the_rounding(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = made(lambda: nn.Linear(200, 50), seed)
    graph = graph_from_torch(network, (200,))
    image = np.random.default_rng(seed).uniform(-1, 1, 200)
    assert exact_error(graph.nodes, image)[0] <= 0
    monkeypatch.setattr(evaluate, "_UNIT_ROUNDOFF", 2.0**-64)
    assert exact_error(graph.nodes, image)[0] > 0
