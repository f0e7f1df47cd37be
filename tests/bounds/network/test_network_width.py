"""Widths of whole networks: simulation, shapes, the command line, refusals."""

import json
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binomtest

from slth_verify.bounds import network_width
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.network.failure_budget import certified_widths
from slth_verify.bounds.network.layer_width import LayerPlan, LayerShape
from slth_verify.cli import run
from slth_verify.errors import InvalidParameterError

F = Fraction

pytestmark = pytest.mark.usefixtures("block_widths")

#: Two layers with one-dimensional problems: seconds.
SMALL = ((1, 1), (2, 1, 1), "1/2", "1/5")


def test_random_layers_succeed_as_often_as_claimed() -> None:
    """One channel and one pixel: exhaustive search over at most 12 filters a sign."""
    eps, delta = 0.5, 0.5
    result = network_width((1,), (1, 1), "1/2", "1/2")
    rng, trials, successes = np.random.default_rng(5), 300, 0
    for _ in range(trials):
        first, second = rng.standard_normal((2, 2 * result.layers[0].n))
        reached = []
        for sign in (1, -1):
            own = (np.abs(first) * second)[sign * first > 0][:12]
            masks = (np.arange(2**own.size)[:, None] >> np.arange(own.size)) & 1
            reached.append(np.abs(masks @ own - sign).min() <= eps)
        successes += all(reached)
    assert binomtest(successes, trials, 1 - delta, alternative="less").pvalue > 1e-6


def _one_stair(failure: Fraction, *, entering: int = 1) -> LayerPlan:
    """A layer whose certificate is good for one width only."""
    found = FoundWidth(n=10, failure=failure, derivation=())
    return LayerPlan(LayerShape(1, entering, 1, first=False), F(1, 10), found)


def test_certificates_that_leave_no_room_are_refused() -> None:
    for failures in [(F(1, 4),), (F(1, 20), F(1, 20))]:
        plans = [_one_stair(failure) for failure in failures]
        with pytest.raises(InvalidParameterError, match="no room"):
            certified_widths(plans, [2] * len(plans), F(1, 10))


def test_certificates_of_one_width_share_what_is_left() -> None:
    plans = [_one_stair(F(9, 100)), _one_stair(F(1, 1000), entering=2)]
    widths, failures = certified_widths(plans, [2, 4], F(1, 10))
    assert sum(failures) <= F(1, 10)
    assert all(12 <= n <= 40 for n in widths)
    for i in range(2):
        fewer = plans[i].failure(widths[i] - 1)
        assert fewer + failures[1 - i] > F(1, 10)


@pytest.mark.nightly
def test_all_targets_at_once_and_the_other_objective(without_two_stages) -> None:
    question = ((1,), (1, 1), "1/2", "1/2")
    universal = network_width(*question, universal=True)
    assert universal.probability.lower >= F(1, 2)
    assert universal.widths > network_width(*question).widths
    assert universal.layers[0].ledger[-2].statement in ("der:two-blocks", "der:net")
    weights = network_width(*SMALL, objective="weights")
    assert weights.probability.lower >= F(4, 5)
    assert dict(weights.inputs)["objective"] == "weights"


def test_shapes() -> None:
    shape = LayerShape(3, 8, 16, first=False)
    assert (shape.dim, shape.signs, shape.problems) == (144, 1, 8)
    assert shape.accuracy(F(1, 10)) == F(1, 720)
    assert shape.price("filters") == 16
    assert shape.price("weights") == 16 * (8 + 144)
    assert LayerShape(1, 3, 1, first=True).problems == 6


def test_progress_reaches_its_end() -> None:
    seen = []
    network_width(*SMALL, progress=lambda *event: seen.append(event))
    assert seen[0][1] == 0
    assert seen[-1][1:] == (2, 2)


def test_command_line(capsys) -> None:
    arguments = ["--kernel", "1,1", "--channels", "2,1,1", "--eps", "1/2"]
    arguments = ["bounds", "network", *arguments, "--delta", "0.2"]
    assert run([*arguments, "--kind", "all", "--json"]) == 0
    paper, certified, necessary = json.loads(capsys.readouterr().out)["results"]
    assert [paper["kind"], certified["kind"], necessary["kind"]] == [
        "paper-form",
        "certified",
        "necessary",
    ]
    assert "C" in paper["layers"][0]["expression"]
    widths = network_width(*SMALL).widths
    assert [layer["n"] for layer in certified["layers"]] == list(widths)
    assert certified["direction"] == "upper"
    assert necessary["direction"] == "lower"
    assert float(certified["probability"]["lower"]) >= 0.8
    assert set(certified) == {
        "statement",
        "kind",
        "inputs",
        "layers",
        "filters",
        "probability",
        "direction",
        "evidence",
        "hypotheses",
        "ledger",
    }
    assert paper["provenance"] == "reconstructed"
    assert paper["evidence"] == "symbolic"
    assert paper["exponents"]["a_d"] == "12"
    assert run([*arguments, "--kind", "certified"]) == 0
    assert f"n = {widths[0]}, {widths[1]} is enough" in capsys.readouterr().out
    assert run([*arguments, "--kernel", "1,x"]) == 2
    assert "comma-separated" in capsys.readouterr().err


def test_text_names_every_layer() -> None:
    text = network_width(*SMALL).to_text()
    assert "layer 1: 1x1, 2 to 1 channels" in text
    assert "layer 2: 1x1, 1 to 1 channels" in text
    assert "der:accumulation" in text


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: network_width((3,), (1,), "0.1", "0.1"), r"channels=\(1,\)"),
        (lambda: network_width((), (1,), "0.1", "0.1"), r"kernel=\(\)"),
        (lambda: network_width((0,), (1, 1), "0.1", "0.1"), "kernel=0"),
        (lambda: network_width((1,), (1, 0), "0.1", "0.1"), "channels=0"),
        (lambda: network_width((1,), (1, 1), "0", "0.1"), "eps=0"),
        (lambda: network_width((1,), (1, 1), "0.1", 1), "delta=1"),
        (lambda: network_width(*SMALL, kind="best"), "kind='best'"),
        (lambda: network_width(*SMALL, objective="time"), "objective='time'"),
        (lambda: network_width(*SMALL, budget="most"), "budget='most'"),
    ],
)
def test_refusals(call, message) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        call()
