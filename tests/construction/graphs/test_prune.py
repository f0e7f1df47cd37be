"""Tickets of graphs: found, honest where none is found, and the same everywhere."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from handmade.nightly import cases, nightly_but
from hypothesis import given
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.errors import (
    InvalidParameterError,
    NoTicketFoundError,
    TrivialClaimWarning,
)
from slth_verify.graph import TargetCNN, ranges
from slth_verify.graph.stages import stages_of
from slth_verify.strategies import target_graphs
from slth_verify.verdict import Verdict

#: A network with all kinds of stages, in plain text for processes of their own.
MADE = """
import numpy as np
from fractions import Fraction
from slth_verify.graph import *
rng = np.random.default_rng(4)
def floats(*shape):
    return (rng.standard_normal(shape) / 2).astype(np.float32)
graph = TargetCNN((
    Input(name="image", shape=(2, 4, 3), low=(0, -1), high=(1, 1)),
    Convolution(name="conv", sources=("image",), weight=floats(4, 1, 2, 3), groups=2,
                padding=(1, 0, 1, 1), bias=floats(4)),
    BatchNorm(name="norm", sources=("conv",), scale=floats(4), shift=floats(4),
              mean=floats(4), variance=floats(4)**2, epsilon=Fraction(1, 100)),
    Rectifier(name="relu", sources=("norm",)),
    Convolution(name="mix", sources=("relu",), weight=floats(2, 4, 1, 1)),
    Sum(name="sum", sources=("mix", "image")),
    MaxPool(name="pool", sources=("sum",), window=(2, 3), stride=(2, 3)),
    Reshape(name="flat", sources=("pool",), shape=(4,)),
    Dense(name="dense", sources=("flat",), weight=floats(3, 4), bias=floats(3)),
))
"""
PRUNED = """
import hashlib, sys, slth_verify as sv
def main():
    graph = sv.TargetCNN.from_file(sys.argv[2])
    network = sv.RandomCNN(7, sv.suggested_widths(graph, "15%"))
    ticket = sv.prune(graph, network, eps="15%", workers=int(sys.argv[1]))
    print(hashlib.sha256(ticket.to_bytes()).hexdigest())
    print(*sorted({"torch", "onnx", "onnxruntime"} & sys.modules.keys()))
if __name__ == "__main__":
    main()
"""


@pytest.fixture(scope="module")
def graph() -> TargetCNN:
    names: dict[str, Any] = {}
    exec(MADE, names)
    made = names["graph"]
    assert isinstance(made, TargetCNN)
    return made


def pruned(graph: TargetCNN, eps: str, seed: int = 7, **options: Any) -> Any:
    network = sv.RandomCNN(seed, sv.suggested_widths(graph, eps))
    return sv.prune(graph, network, eps=eps, workers=1, **options)


@pytest.fixture(scope="module")
def ticket(graph: TargetCNN) -> Any:
    return pruned(graph, "15%")


def test_a_ticket_is_found_and_proved(graph: TargetCNN, ticket: Any) -> None:
    result = sv.check(ticket, graph)
    assert result.verdict is Verdict.VERIFIED
    assert result.error_upper_bound is not None
    assert result.error_upper_bound <= Fraction(ticket.certified_error) <= ticket.eps
    for part, stage in zip(ticket.stages, stages_of(graph), strict=True):
        assert part.name == stage.name
        assert np.all(np.diff(part.filters) > 0)
        assert part.filters[-1] < 2 * part.width * stage.inputs


def test_signs_that_matter_are_searched(graph: TargetCNN, ticket: Any) -> None:
    """An input that is not negative, and what a ReLU gives, need no negative half."""
    for number, channel in ((1, 0), (2, 0), (2, 1)):
        part = ticket.stages[number - 1]
        block = part.filters // (2 * part.width) == channel
        network = sv.RandomCNN(ticket.seed, tuple(s.width for s in ticket.stages))
        scalars = network.own_scalars(number, part.filters[block])
        assert np.all(scalars > 0)
    for part, stage in zip(ticket.stages, stages_of(graph), strict=True):
        constants = part.filters >= 2 * part.width * stage.channels
        scalars = network.own_scalars(stage.number, part.filters[constants])
        assert np.all(scalars > 0)
        assert bool(scalars.size) == stage.has_bias


@pytest.mark.parametrize("threads", nightly_but(["2"], ["1", "2"]))
def test_workers_and_threads_change_no_byte(
    threads: str, graph: TargetCNN, ticket: Any, tmp_path: Any
) -> None:
    """Nor can the version of torch: a target's file is pruned without it."""
    graph.save(tmp_path / "target.safetensors")
    script = tmp_path / "made.py"
    script.write_text(PRUNED, encoding="utf-8")
    here = hashlib.sha256(ticket.to_bytes()).hexdigest()
    environment = {**os.environ, "OMP_NUM_THREADS": threads}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    environment["OPENBLAS_NUM_THREADS"] = threads
    found = subprocess.run(
        [sys.executable, script, threads, tmp_path / "target.safetensors"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert found.stdout.split() == [here]


def test_another_seed_gives_another_ticket(graph: TargetCNN) -> None:
    one, other = pruned(graph, "20%", 7), pruned(graph, "20%", 8)
    assert one.to_bytes() == pruned(graph, "20%", 7).to_bytes()
    assert not np.array_equal(one.stages[0].filters, other.stages[0].filters)


def test_too_narrow_a_network_ends_honestly(graph: TargetCNN) -> None:
    widths = (2,) * len(stages_of(graph))
    with pytest.raises(NoTicketFoundError):
        sv.prune(graph, sv.RandomCNN(7, widths), eps="1%", workers=1)


def test_no_time_ends_honestly(graph: TargetCNN) -> None:
    with pytest.raises(NoTicketFoundError) as caught:
        pruned(graph, "1%", time_limit=0.01)
    assert caught.value.out_of_time


@pytest.mark.parametrize("widths", [(10,), (10,) * 4])
def test_one_width_for_each_stage(widths: tuple[int, ...], graph: TargetCNN) -> None:
    with pytest.raises(InvalidParameterError, match="3 stages"):
        sv.prune(graph, sv.RandomCNN(7, widths), eps="10%", workers=1)


@pytest.mark.parametrize("eps", ["0", "-1", "0%", "-3%", "nan", "x%"])
def test_an_error_must_be_positive(eps: str, graph: TargetCNN) -> None:
    with pytest.raises(InvalidParameterError, match="eps"):
        sv.suggested_widths(graph, eps)
    with pytest.raises(InvalidParameterError, match="eps"):
        sv.prune(graph, sv.RandomCNN(7, (10,) * 3), eps=eps, workers=1)


def test_a_trivial_claim_is_called_so(graph: TargetCNN) -> None:
    outputs = ranges(graph)["dense"]
    width = max(
        high - low for low, high in zip(outputs.lower, outputs.upper, strict=True)
    )
    eps = str(width)
    with pytest.warns(TrivialClaimWarning):
        ticket = pruned(graph, eps)
    result = sv.check(ticket, graph)
    assert result.verdict is Verdict.VACUOUS
    assert result.trivial


def test_a_share_is_a_share_of_the_widest_range(graph: TargetCNN) -> None:
    outputs = ranges(graph)["dense"]
    width = max(
        high - low for low, high in zip(outputs.lower, outputs.upper, strict=True)
    )
    eps = pruned(graph, "15%").eps
    assert eps <= width * Fraction(15, 100) < eps * Fraction(10**10 + 1, 10**10)


#: Small weights are far below the errors asked for, and huge ones far above.
DRAWN = target_graphs(max_steps=3, max_channels=2, max_side=3)


@cases(8, 25)
@given(DRAWN, st.integers(0, 99))
def test_drawn_graphs_have_tickets_or_clear_refusals(
    graph: TargetCNN, seed: int
) -> None:
    """Whatever is drawn, a ticket that comes out is proved, and its error as stated."""
    outputs = ranges(graph)[graph.output.name]
    width = max(
        high - low for low, high in zip(outputs.lower, outputs.upper, strict=True)
    )
    if not stages_of(graph) or not 0 < width < 10**300:
        return
    try:
        ticket = pruned(graph, "30%", seed, time_limit=4)
    except (InvalidParameterError, NoTicketFoundError):
        return
    result = sv.check(ticket, graph)
    assert result.verdict is Verdict.VERIFIED
    assert result.error_upper_bound is not None
    assert result.error_upper_bound <= Fraction(ticket.certified_error) <= ticket.eps
