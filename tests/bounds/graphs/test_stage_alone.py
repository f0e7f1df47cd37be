"""What a stage needs alone, beside what is enough for it, and wherever it is shown."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from handmade.nightly import cases
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.bounds import schema, target_widths
from slth_verify.bounds.graphs.error_sums import ErrorSums
from slth_verify.bounds.graphs.recurrence import Accuracy, Recurrence, own_error
from slth_verify.bounds.graphs.stage_necessary import (
    ALONE,
    stage_need,
)
from slth_verify.cli import run
from slth_verify.errors import InvalidParameterError
from slth_verify.graph import Convolution, Input, Range, Rectifier, TargetCNN
from slth_verify.strategies import target_graphs

F = Fraction
GRAPHS = target_graphs(max_side=3) | target_graphs(min_steps=3, max_side=3)


def widths_of(graph: TargetCNN, eps: str) -> tuple:
    """Certified and necessary widths; no example where a problem is refused."""
    try:
        return tuple(
            target_widths(graph, eps, "0.1", kind=kind)
            for kind in ("certified", "necessary")
        )
    except InvalidParameterError:
        return ()


@pytest.mark.nightly  # test_graph_necessary has three graphs
@settings(cases(3, 8))
@given(GRAPHS, st.sampled_from(["1/1000", "1/10", "3"]))
def test_needed_never_exceeds_certified(graph, eps) -> None:
    found = widths_of(graph, eps)
    for high, low in zip(*(answer.stages for answer in found), strict=True):
        assert low.alone.n is None or low.alone.n <= high.n
        assert low.n is None or low.n <= high.n
        assert str(low.alone.share) == dict(high.details)["share"]
    if found:
        assert found[1].filters <= found[0].filters


def chain() -> TargetCNN:
    """Two stages of very different kernels, ranges and shares; two groups."""
    rng = np.random.default_rng(1)
    image = Input(
        name="image", shape=(2, 3, 3), low=("0", "0"), high=("1/100000", "1/100000")
    )
    first = rng.standard_normal((2, 1, 2, 2)).astype(np.float32)
    first[1] *= 2.0**40
    return TargetCNN(
        (
            image,
            Convolution(name="a", sources=("image",), weight=first, groups=2),
            Rectifier(name="relu", sources=("a",)),
            Convolution(
                name="b",
                sources=("relu",),
                weight=rng.standard_normal((1, 2, 1, 1)).astype(np.float32),
            ),
        )
    )


def test_lies_exceed_certified_widths() -> None:
    """A lie about range, group, norm or share asks for more than is enough."""
    graph = chain()
    high, low = widths_of(graph, "50%")
    recurrence = Recurrence.of(graph)
    shares = [stage.alone.share for stage in low.stages]
    assert shares[0] != shares[1]
    first, second = recurrence.stages
    image, enough = recurrence.targets["image"], high.widths
    assert low.widths_alone[0] <= enough[0]
    success = F(9, 10)
    tiny = min(shares) / 10**40
    whole = Range((F(0), F(0)), (F(10**60), F(10**60)))
    big = replace(
        first.stage, layer=replace(first.stage.layer, weight=_scaled(first, 2.0**100))
    )
    assert stage_need(first, whole, shares[0], success).n > enough[0]
    assert stage_need(ErrorSums.of(big), image, shares[0], success).n > enough[0]
    source = Range((F(0), F(0)), (F(1), F(1)))
    assert stage_need(second, source, tiny, success).n > enough[1]


def _scaled(known: ErrorSums, factor: float) -> np.ndarray:
    return known.stage.layer.weight.astype(np.float64) * factor


def test_the_share_is_what_the_problems_allow(line) -> None:
    """In one dense layer: accuracy times range, summed over channels, and the bias."""
    graph = line([[1, -1], [0, 2]], "-1", "3", [1, 1])
    known = Recurrence.of(graph).stages[0]
    source = Range((F(-1),) * 2, (F(3),) * 2)
    assert own_error(known, Accuracy(F(1, 10), F(1, 5)), source) == F(4, 5)


def test_every_answer_says_what_alone_means(tmp_path, capsys) -> None:
    graph = chain()
    found = target_widths(graph, "50%", "0.1", kind="necessary")
    document = found.to_json()
    assert all(one["alone"]["meaning"] == ALONE for one in document["stages"])
    assert ALONE in found.to_text()
    assert ALONE in {one.name: one.text for one in found.hypotheses}["alone"]
    described = schema()["$defs"]["stage"]["properties"]["alone"]["description"]
    assert "necessary for this stage alone" in described
    assert found.widths_alone == tuple(x["alone"]["n"] for x in document["stages"])
    path = tmp_path / "net.safetensors"
    graph.save(path)
    words = ["bounds", "network", "--target", str(path), "--eps", "50%"]
    assert run([*words, "--delta", "0.1", "--kind", "all"]) == 0
    said = capsys.readouterr().out
    table = said[said.index("side by side") :]
    assert f"alone: {ALONE}" in table
    for stage in found.stages:
        row = next(x for x in table.splitlines() if x.split()[:1] == [stage.name])
        assert str(stage.alone.n) in row.split()
    assert run([*words, "--delta", "0.1", "--kind", "necessary", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stages"] == document["stages"]


def test_paper_forms_that_claim_nothing_leave_the_others(tmp_path, capsys) -> None:
    path = tmp_path / "net.safetensors"
    chain().save(path)
    words = ["bounds", "network", "--target", str(path), "--eps", "2", "--delta", "0.1"]
    assert run([*words, "--kind", "all"]) == 0
    assert "claims nothing here" in capsys.readouterr().out
    assert run([*words, "--kind", "paper-form"]) == 2
