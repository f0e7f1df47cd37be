"""Collapse of graphs' tickets: only what is proved, and the same function, smaller."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from handmade.architectures import graph_of
from handmade.collapsed_graphs import masked_outputs, outputs, small_outputs
from handmade.nightly import cases, nightly_but
from hypothesis import given
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify import strategies as slst
from slth_verify.conformance.torch_modules.architectures import ARCHITECTURES
from slth_verify.construction import collapse
from slth_verify.construction.graphs import collapse as collapsing
from slth_verify.construction.graphs import small_graphs
from slth_verify.construction.graphs.small_graphs import double_for_float32
from slth_verify.errors import (
    InvalidParameterError,
)
from slth_verify.graph import BatchNorm, Convolution, Dense, TargetCNN
from slth_verify.graph.stages import stages_of
from slth_verify.network import pruned_module, random_network_size
from slth_verify.network.pruned_graphs import target_module
from slth_verify.ticket.graphs.sums import pair_sums
from slth_verify.ticket.graphs.values import exact_pruned_values
from slth_verify.ticket.graphs.weights import drawn_filters, with_weights
from slth_verify.verdict import Verdict

Maker = Callable[..., sv.Ticket]


Images = Callable[..., np.ndarray]


COLLAPSED = ("ResNet with option A", "Fire", "one-dimensional", "dilated", "shuffled")


@pytest.mark.parametrize("name", nightly_but(COLLAPSED, ARCHITECTURES))
def test_collapsed_and_masked_networks_agree(
    name: str, hand_ticket: Maker, box_images: Images
) -> None:
    graph = graph_of(name)
    ticket = with_weights(hand_ticket(graph, 1), graph)  # collapsed without a check
    images = box_images(graph)
    wanted = masked_outputs(graph, ticket, images)
    size = np.abs(wanted).max()
    assert size > 0
    for merge in (False, True):
        for dtype, part in (("float64", 1e-12), ("float32", 1e-4)):
            small = collapse(ticket, graph, merge=merge, dtype=dtype)
            found = small_outputs(small, images)
            assert found.shape == wanted.shape
            assert np.abs(found - wanted).max() <= part * size
        assert small.before == random_network_size(
            graph, [part.width for part in ticket.stages]
        )
    layers = [n for n in small.graph.nodes if isinstance(n, Convolution | Dense)]
    assert len(layers) <= 2 * len(stages_of(graph))


@cases(30, 100)
@given(slst.target_graphs(), st.integers(0, 99), st.booleans())
def test_drawn_graphs_collapse_to_the_same_function(
    hand_ticket: Maker, box_images: Images, graph: TargetCNN, seed: int, merge: bool
) -> None:
    ticket = with_weights(hand_ticket(graph, seed), graph)
    images = box_images(graph, seed)
    wanted = masked_outputs(graph, ticket, images)
    small = collapse(ticket, graph, merge=merge, dtype="float64")
    found = outputs(target_module(small.graph, dtype="float64"), images)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 1e-11 * (1 + np.abs(wanted).max())


@cases(20, 50)
@given(slst.target_graphs(max_steps=3), st.integers(0, 99), st.booleans())
def test_small_networks_are_exact_up_to_their_last_rounding(
    hand_ticket: Maker, box_images: Images, graph: TargetCNN, seed: int, merge: bool
) -> None:
    ticket = with_weights(hand_ticket(graph, seed), graph)
    image = box_images(graph, seed)[0]
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
            found = np.float32(double_for_float32(number, 12))
            below, above = np.nextafter(
                found, [np.float32(-np.inf), np.float32(np.inf)]
            )
            exact = Fraction(number, 1 << 12)
            distance = abs(Fraction(float(found)) - exact)
            for other in (below, above):
                assert distance <= abs(Fraction(float(other)) - exact)


def stage_weights(graph: TargetCNN) -> dict[str, np.ndarray]:
    return {n.name: n.weight for n in graph.nodes if hasattr(n, "weight")}


def test_merged_weights_are_the_sums(grouped: TargetCNN, hand_ticket: Maker) -> None:
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
    grouped: TargetCNN, hand_ticket: Maker
) -> None:
    small = collapse(hand_ticket(grouped), grouped, merge=True).graph
    negated = [node.name for node in small.nodes if isinstance(node, BatchNorm)]
    # the dense layer reads what is not negative
    assert negated == ["stage 1, negated", "stage 2, negated"]
    assert not any("positive" in n.name for n in small.nodes if "3" in n.name)


def test_sizes_and_files(
    grouped: TargetCNN, hand_ticket: Maker, box_images: Images, tmp_path: Path
) -> None:
    ticket, path = hand_ticket(grouped), tmp_path / "small.safetensors"
    for dtype, size in (("float32", 4), ("float64", 8)):
        small = collapse(ticket, grouped, dtype=dtype)
        count = sum(x.numel() for x in small.module.parameters())
        assert small.after.parameters == count
        assert small.bytes_after == size * count
        assert small.bytes_before == 4 * small.before.parameters
        assert 0 < small.zeros < count
        small.save(path)
        again = TargetCNN.from_file(path)
        assert again.sha256 == small.graph.sha256
        module = target_module(again, dtype=dtype)
        images = box_images(grouped).astype(dtype)
        assert np.array_equal(outputs(module, images), small_outputs(small, images))
    merged = collapse(ticket, grouped, merge=True)
    assert merged.after.parameters < small.after.parameters < small.before.parameters


def test_the_networks_of_a_proved_ticket_are_near_its_target(
    box_images: Images,
) -> None:
    weight, bias = np.array([[0.5, -0.25]]), np.array([0.125])
    graph = TargetCNN(
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
    modules = [pruned_module(graph, ticket, dtype="float64")]
    modules += [
        collapse(ticket, graph, merge=merge, dtype="float64").module
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
    grouped: TargetCNN,
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
