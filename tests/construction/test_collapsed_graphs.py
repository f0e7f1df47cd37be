"""Collapse of graphs' tickets: only what is proved, and the same function, smaller."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils import prune

import slth_verify as sv
from slth_verify import strategies as slst
from slth_verify.cli import run
from slth_verify.conformance.torch_modules.architectures import ARCHITECTURES, made
from slth_verify.construction import CollapsedGraph, collapse
from slth_verify.construction.graphs import collapse as collapsing
from slth_verify.construction.graphs import small_graphs
from slth_verify.construction.graphs.small_graphs import _double
from slth_verify.errors import (
    InvalidParameterError,
    InvalidTicketError,
    UnprovedTicketError,
)
from slth_verify.graph import BatchNorm, Convolution, Dense, TargetGraph
from slth_verify.graph.stages import stages_of
from slth_verify.network import (
    dense_graph_module,
    graph_from_torch,
    graph_masks,
    graph_module,
    pruned_graph_module,
    random_graph_size,
)
from slth_verify.ticket.graphs import weights as checked_weights
from slth_verify.ticket.graphs.sums import pair_sums
from slth_verify.ticket.graphs.values import exact_pruned_values
from slth_verify.ticket.graphs.weights import drawn_filters
from slth_verify.verdict import Verdict

Maker = Callable[..., sv.GraphTicket]
Images = Callable[..., np.ndarray]


def masked_outputs(
    graph: TargetGraph, ticket: sv.GraphTicket, images: np.ndarray
) -> np.ndarray:
    """Of the whole random network, pruned by torch's own masks."""
    module = dense_graph_module(
        graph,
        ticket.seed,
        [part.width for part in ticket.stages],
        exponents=[part.exponent for part in ticket.stages],
        dtype="float64",
    )
    for path, mask in graph_masks(graph, ticket).items():
        prune.custom_from_mask(module.get_submodule(path), "weight", mask)
    return outputs(module, images)


def outputs(module: torch.nn.Module, images: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return module(torch.from_numpy(images)).numpy()


def small_outputs(found: CollapsedGraph, images: np.ndarray) -> np.ndarray:
    module = found.module()
    dtypes = {x.dtype for x in (*module.parameters(), *module.buffers())}
    (dtype,) = dtypes or {torch.float64}
    return outputs(module, images.astype(str(dtype).split(".")[1]))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_collapsed_and_masked_networks_agree(
    name: str, hand_ticket: Maker, box_images: Images
) -> None:
    module, shape = ARCHITECTURES[name]
    graph = graph_from_torch(made(module), shape, box=(-1, 1))
    ticket, images = hand_ticket(graph, 1), box_images(graph)
    wanted = masked_outputs(graph, ticket, images)
    size = np.abs(wanted).max()
    assert size > 0
    for merge in (False, True):
        for dtype, part in (("float64", 1e-12), ("float32", 1e-4)):
            small = collapse(ticket, graph, merge=merge, dtype=dtype)
            found = small_outputs(small, images)
            assert found.shape == wanted.shape
            assert np.abs(found - wanted).max() <= part * size
        assert small.before == random_graph_size(
            graph, [part.width for part in ticket.stages]
        )
    layers = [n for n in small.graph.nodes if isinstance(n, Convolution | Dense)]
    assert len(layers) <= 2 * len(stages_of(graph))


@settings(max_examples=100)
@given(slst.target_graphs(), st.integers(0, 99), st.booleans())
def test_drawn_graphs_collapse_to_the_same_function(
    hand_ticket: Maker, box_images: Images, graph: TargetGraph, seed: int, merge: bool
) -> None:
    ticket, images = hand_ticket(graph, seed), box_images(graph, seed)
    wanted = masked_outputs(graph, ticket, images)
    small = collapse(ticket, graph, merge=merge, dtype="float64")
    found = outputs(graph_module(small.graph, dtype="float64"), images)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 1e-11 * (1 + np.abs(wanted).max())


@settings(max_examples=50)
@given(slst.target_graphs(max_steps=3), st.integers(0, 99), st.booleans())
def test_small_networks_are_exact_up_to_their_last_rounding(
    hand_ticket: Maker, box_images: Images, graph: TargetGraph, seed: int, merge: bool
) -> None:
    ticket, image = hand_ticket(graph, seed), box_images(graph, seed)[0]
    parts = {part.name: part for part in ticket.stages}

    def sums(stage):
        part = parts[stage.name]
        drawn = drawn_filters(ticket.seed, stage, part.width, part.filters)
        return pair_sums(stage, part.exponent, drawn)

    wanted = exact_pruned_values(graph, sums, image)
    small = collapse(ticket, graph, merge=merge, dtype="float64").graph
    (low, high) = sv.graph.exact_values(small, image)
    assert (low == high).all()
    scale = 1 + max(map(abs, wanted.ravel()))
    assert max(abs((low - wanted).ravel())) <= scale * Fraction(2) ** -40


def test_sums_are_rounded_once() -> None:
    half = 1 << 30
    for top in (1 << 24, (1 << 24) + 1, -(1 << 24)):
        for beside in (-1, 0, 1):
            number = top * 2 * half + half * (1 if top > 0 else -1) + beside
            found = np.float32(_double(number, 12))
            below, above = np.nextafter(
                found, [np.float32(-np.inf), np.float32(np.inf)]
            )
            exact = Fraction(number, 1 << 12)
            distance = abs(Fraction(float(found)) - exact)
            for other in (below, above):
                assert distance <= abs(Fraction(float(other)) - exact)


def stage_weights(graph: TargetGraph) -> dict[str, np.ndarray]:
    return {n.name: n.weight for n in graph.nodes if hasattr(n, "weight")}


def test_merged_weights_are_the_sums(grouped: TargetGraph, hand_ticket: Maker) -> None:
    ticket = hand_ticket(grouped)
    small = collapse(ticket, grouped, merge=True).graph
    for stage, part in zip(stages_of(grouped), ticket.stages, strict=True):
        drawn = drawn_filters(ticket.seed, stage, part.width, part.filters)
        sums = pair_sums(stage, part.exponent, drawn)
        assert small.shape(stage.name) == grouped.shape(stage.output)
        weights = [w for n, w in stage_weights(small).items() if str(stage.number) in n]
        weights += [w for n, w in stage_weights(small).items() if n == stage.name]
        wanted = [
            (part_ / (1 << sums.bits)).astype(np.float64).astype(np.float32).ravel()
            for part_ in (sums.positive, sums.negative)
        ]
        found = [weight.ravel() for weight in weights]
        assert np.array_equal(found[0], wanted[0])
        assert len(found) == 1 or np.array_equal(found[1], wanted[1])


def test_the_negative_half_is_left_out_where_it_vanishes(
    grouped: TargetGraph, hand_ticket: Maker
) -> None:
    small = collapse(hand_ticket(grouped), grouped, merge=True).graph
    negated = [node.name for node in small.nodes if isinstance(node, BatchNorm)]
    # the dense layer reads what is not negative
    assert negated == ["stage 1, negated", "stage 2, negated"]
    assert not any("positive" in n.name for n in small.nodes if "3" in n.name)


def test_sizes_and_files(
    grouped: TargetGraph, hand_ticket: Maker, box_images: Images, tmp_path: Path
) -> None:
    ticket, path = hand_ticket(grouped), tmp_path / "small.safetensors"
    for dtype, size in (("float32", 4), ("float64", 8)):
        small = collapse(ticket, grouped, dtype=dtype)
        count = sum(x.numel() for x in small.module().parameters())
        assert small.after.parameters == count
        assert small.bytes_after == size * count
        assert small.bytes_before == 4 * small.before.parameters
        assert 0 < small.zeros < count
        small.save(path)
        again = TargetGraph.from_file(path)
        assert again.sha256 == small.graph.sha256
        module = graph_module(again, dtype=dtype)
        images = box_images(grouped).astype(dtype)
        assert np.array_equal(outputs(module, images), small_outputs(small, images))
    merged = collapse(ticket, grouped, merge=True)
    assert merged.after.parameters < small.after.parameters < small.before.parameters


FALSE = {
    "another target": {"target": {"name": "", "sha256": "0" * 64}},
    "another generator": {"generator": "mt19937"},
    "no stages": {"stages": ()},
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_ticket_is_not_built(
    name: str, grouped: TargetGraph, hand_ticket: Maker
) -> None:
    ticket = dataclasses.replace(hand_ticket(grouped), **FALSE[name])
    with pytest.raises(UnprovedTicketError, match="REFUTED") as caught:
        collapse(ticket, grouped)
    assert caught.value.verdict is Verdict.REFUTED


@pytest.mark.parametrize("filters", [[-1, 2], [2, 2], [0, 1 << 40]])
def test_filters_that_are_not_there_are_refused(
    filters: list[int], grouped: TargetGraph, hand_ticket: Maker
) -> None:
    ticket = hand_ticket(grouped)
    first = dataclasses.replace(ticket.stages[0], filters=np.array(filters))
    ticket = dataclasses.replace(ticket, stages=(first, *ticket.stages[1:]))
    with pytest.raises(UnprovedTicketError, match="exist"):
        collapse(ticket, grouped)


def test_stored_weights_are_not_believed(
    grouped: TargetGraph, hand_ticket: Maker
) -> None:
    ticket = hand_ticket(grouped)
    stages = []
    for stage, part in zip(stages_of(grouped), ticket.stages, strict=True):
        drawn = drawn_filters(ticket.seed, stage, part.width, part.filters)
        stored = sv.ticket.graphs.StoredWeights(
            drawn.scalars, drawn.kernels, drawn.constants
        )
        stages.append(dataclasses.replace(part, weights=stored))
    true = dataclasses.replace(ticket, stages=tuple(stages))
    plain, found = (collapse(x, grouped).graph.sha256 for x in (ticket, true))
    assert found == plain
    lie = stages[0].weights.scalars.copy()
    lie[0] = np.nextafter(lie[0], np.float32(9))
    wrong = dataclasses.replace(stages[0].weights, scalars=lie)
    stages[0] = dataclasses.replace(stages[0], weights=wrong)
    with pytest.raises(UnprovedTicketError, match="stored weights"):
        collapse(dataclasses.replace(ticket, stages=tuple(stages)), grouped)


def test_an_undecided_ticket_is_not_built(
    grouped: TargetGraph, hand_ticket: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def undecided(*_: object) -> None:
        raise ArithmeticError("not decided")

    monkeypatch.setattr(checked_weights, "normal_quantiles", undecided)
    with pytest.raises(UnprovedTicketError, match="INCONCLUSIVE") as caught:
        collapse(hand_ticket(grouped), grouped)
    assert caught.value.verdict is Verdict.INCONCLUSIVE


def test_what_does_not_fit_is_refused(
    grouped: TargetGraph, hand_ticket: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = hand_ticket(grouped)
    with pytest.raises(InvalidParameterError, match="--target"):
        collapse(ticket)
    with pytest.raises(InvalidParameterError, match="float16"):
        collapse(ticket, grouped, dtype="float16")  # type: ignore[call-overload]
    for exponent in (200, -200):
        stages = tuple(
            dataclasses.replace(part, exponent=exponent) for part in ticket.stages
        )
        far = dataclasses.replace(ticket, stages=stages)
        with pytest.raises(InvalidParameterError, match="float64"):
            collapse(far, grouped)
        assert collapse(far, grouped, dtype="float64").after.parameters
    monkeypatch.setattr(collapsing, "WEIGHTS", 9)
    with pytest.raises(InvalidTicketError, match="--merge"):
        collapse(ticket, grouped)
    collapse(ticket, grouped, merge=True)


def test_a_plain_ticket_takes_no_target(ticket, grouped: TargetGraph) -> None:
    for options in ({"target": grouped}, {"dtype": "float32"}):
        with pytest.raises(InvalidParameterError, match="Leave both out"):
            collapse(ticket, **options)


@pytest.fixture
def files(grouped: TargetGraph, hand_ticket: Maker, tmp_path: Path) -> dict[str, str]:
    found = {
        name: str(tmp_path / f"{name}.safetensors")
        for name in ("ticket", "target", "small")
    }
    hand_ticket(grouped).save(found["ticket"])
    grouped.save(found["target"])
    return found


@pytest.mark.parametrize("merge", [False, True])
def test_command_collapses(
    merge: bool,
    files: dict[str, str],
    grouped: TargetGraph,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["collapse", files["ticket"], "--target", files["target"]]
    arguments += ["--output", files["small"], *(["--merge"] if merge else [])]
    assert run(arguments) == 0
    assert "parameters" in capsys.readouterr().out
    assert run([*arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    small = collapse(files["ticket"], files["target"], merge=merge)
    assert document["parameters"] == {
        "random": small.before.parameters,
        "collapsed": small.after.parameters,
    }
    assert document["bytes"]["collapsed"] == small.bytes_after
    assert document["scale"] == "1"
    read = TargetGraph.from_file(files["small"])
    assert read.sha256 == small.graph.sha256
    assert read.output_shape == grouped.output_shape


def test_command_asks_for_the_target(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["collapse", files["ticket"], "--output", files["small"]]
    assert run(arguments) == 2
    assert "--target" in capsys.readouterr().err
    assert not Path(files["small"]).exists()
    arguments = ["collapse", files["ticket"], "--target", files["target"]]
    assert run([*arguments, "--output", files["target"]]) == 2
    assert "--target" in capsys.readouterr().err


def test_command_writes_nothing_from_a_false_ticket(
    files: dict[str, str],
    grouped: TargetGraph,
    hand_ticket: Maker,
    capsys: pytest.CaptureFixture[str],
) -> None:
    false = dataclasses.replace(hand_ticket(grouped), **FALSE["another target"])
    false.save(files["ticket"])
    arguments = ["collapse", files["ticket"], "--target", files["target"], "--json"]
    assert run([*arguments, "--output", files["small"]]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "REFUTED"
    assert not Path(files["small"]).exists()


def test_the_networks_of_a_proved_ticket_are_near_its_target(
    box_images: Images,
) -> None:
    weight, bias = np.array([[0.5, -0.25]]), np.array([0.125])
    graph = TargetGraph(
        (
            sv.graph.Input(name="x", shape=(2,), low=(-1, -1), high=(1, 1)),
            Dense(name="d", sources=("x",), weight=weight, bias=bias),
        )
    )
    network = sv.RandomCNN(1, sv.suggested_widths(graph, "5%"))
    ticket = sv.prune(graph, network, eps="5%")
    result = sv.check(ticket, graph)
    assert result.verdict is Verdict.VERIFIED
    images = box_images(graph)
    wanted = sv.graph.values(graph, images)
    modules = [pruned_graph_module(graph, ticket, dtype="float64")]
    modules += [
        collapse(ticket, graph, merge=merge, dtype="float64").module()
        for merge in (False, True)
    ]
    for module in modules:
        gap = np.abs(outputs(module, images) - wanted).max()
        assert 0 < gap <= float(result.error_upper_bound) + 1e-12


LIES = {
    "the negative part forgotten": (
        "if negative.any() and stage.sources[0] not in self._positive:",
        "if False:",
    ),
    "signs not changed": ('"scale": zeros - 1,', '"scale": zeros + 1,'),
    "no power of two": (
        "np.ldexp(kernels.astype(np.float64), exponent)",
        "np.ldexp(kernels.astype(np.float64), 0)",
    ),
    "no bias": ("if stage.has_bias else None", "if False else None"),
    "every tensor positive": (
        "if (\n            (isinstance(node, Rectifier) and not any(node.slopes))",
        "if (\n            isinstance(node, Rectifier)",
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_a_wrong_small_network_is_seen(
    name: str,
    grouped: TargetGraph,
    hand_ticket: Maker,
    box_images: Images,
    mutant: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticket, images = hand_ticket(grouped, 2), box_images(grouped)
    assert any(part.exponent for part in ticket.stages)
    wanted = masked_outputs(grouped, ticket, images)
    wrong = mutant(small_graphs, *LIES[name])
    monkeypatch.setattr(collapsing, "small_graph", wrong.small_graph)
    gaps = []
    for merge in (False, True):
        try:
            small = collapse(ticket, grouped, merge=merge, dtype="float64")
        except InvalidParameterError:
            gaps.append(np.inf)
            continue
        gaps.append(np.abs(small_outputs(small, images) - wanted).max())
    assert max(gaps) > 1e-3 * np.abs(wanted).max()
