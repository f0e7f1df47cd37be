"""Widths of whole networks: rebuilt from their ledgers, and lies that this catches."""

import json
import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from slth_verify.bounds import (
    LayerWidth,
    NetworkResult,
    _failure_budget,
    _fixed_target,
    _layer_width,
    _network_width,
    network_width,
)
from slth_verify.bounds._failure_budget import certified_widths
from slth_verify.bounds._fixed_target import by_blocks, fixed_width
from slth_verify.bounds._layer_width import LayerPlan, LayerShape
from slth_verify.bounds._sign_split import channel_failure, estimated_failure
from slth_verify.bounds._weighted_moment import WeightedCertificate
from slth_verify.bounds._width import FoundWidth
from slth_verify.cli import run
from slth_verify.errors import InvalidParameterError

F = Fraction

#: Two layers with one-dimensional problems: seconds.
SMALL = ((1, 1), (2, 1, 1), "1/2", "1/5")


@pytest.fixture(scope="module")
def module_cache(tmp_path_factory):
    return tmp_path_factory.mktemp("widths")


@pytest.fixture(autouse=True)
def shared_cache(own_cache, module_cache, monkeypatch) -> None:
    """One cache for this file, so that every width is searched once.

    Widths are those of blocks, which `recheck` can rebuild from a ledger.
    """
    monkeypatch.setenv("SLTH_VERIFY_CACHE", str(module_cache))
    monkeypatch.setattr(_fixed_target, "_EVALUATORS", (by_blocks,))


def _blocks(layer: LayerWidth) -> tuple[int, Fraction]:
    """Samples of one block, and its certified failure probability, from the ledger."""
    values = dict(layer.ledger[0].values)
    assert F(values["eps"]) <= layer.accuracy
    assert F(values["norm"]) >= 1
    block = WeightedCertificate(
        n=int(values["n"]),
        size=int(values["size"]),
        dim=layer.shape.kernel**2 * layer.shape.leaving,
        eps=layer.accuracy,
        norm=F(1),
        tilt=F(values["lambda"]),
        weight=F(values["weight"]),
    )
    return block.n, 1 - block.check()


def _failure(block: int, miss: Fraction, n: int) -> Fraction:
    """Mean failure probability of all whole blocks among Bin(2n, 1/2) filters."""
    return sum(
        (
            F(math.comb(2 * n, count), 4**n) * miss ** (count // block)
            for count in range(2 * n + 1)
        ),
        F(0),
    )


def recheck(result: NetworkResult, eps: Fraction, delta: Fraction) -> None:
    """Everything that Theorem 2 needs, from the ledger, in exact arithmetic."""
    product, failure = F(1), F(0)
    for number, layer in enumerate(result.layers):
        shape = layer.shape
        product *= 1 + layer.share
        assert layer.accuracy * shape.kernel**2 * shape.entering <= layer.share
        signs = 2 if number == 0 else 1
        failure += shape.entering * signs * _failure(*_blocks(layer), layer.n)
    assert product <= 1 + eps, "the errors exceed eps"
    assert failure <= delta, "the failure probabilities exceed delta"


def test_a_network_is_rebuilt_from_its_ledger() -> None:
    result = network_width(*SMALL)
    recheck(result, F(1, 2), F(1, 5))
    assert result.probability.lower >= F(4, 5)
    assert result.direction == "upper"
    assert result.statement == "der:structured-slth"
    assert result.filters == sum(
        2 * layer.n * layer.shape.entering for layer in result.layers
    )
    below = network_width(*SMALL, kind="necessary")
    assert all(a < b for a, b in zip(below.widths, result.widths, strict=True))


@pytest.mark.nightly
def test_unequal_shares_are_cheaper_than_equal_ones() -> None:
    question = ((1, 1), (3, 1, 2), "1/2", "1/5")
    least, equal = network_width(*question), network_width(*question, budget="equal")
    recheck(least, F(1, 2), F(1, 5))
    recheck(equal, F(1, 2), F(1, 5))
    assert least.filters <= equal.filters
    shares = [layer.share for layer in equal.layers]
    assert shares[0] == shares[1]


def test_no_filter_can_be_saved_alone() -> None:
    result = network_width(*SMALL)
    for fewer in range(2):
        failure = F(0)
        for number, layer in enumerate(result.layers):
            one = _failure(*_blocks(layer), layer.n - (number == fewer))
            failure += layer.shape.problems * one
        assert failure > F(1, 5) * F(99, 100)


def _errors_add_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        _network_width, "error_shares", lambda question, budget: (question.eps / 2,) * 2
    )


def _one_sign_in_the_first_layer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LayerShape, "signs", property(lambda shape: 1))


def _no_union_over_channels(patch: pytest.MonkeyPatch) -> None:
    honest, estimate = LayerPlan.failure, _failure_budget._Exchange.failure
    patch.setattr(
        LayerPlan, "failure", lambda plan, n: honest(plan, n) / plan.shape.entering
    )
    patch.setattr(
        _failure_budget._Exchange,
        "failure",
        lambda own, i, n: estimate(own, i, n) / own.plans[i].shape.entering,
    )


def _twice_as_many_filters(patch: pytest.MonkeyPatch) -> None:
    """2n filters of the sign asked for, as if there were 4n."""
    honest, estimate = channel_failure, estimated_failure
    patch.setattr(
        _layer_width, "channel_failure", lambda n, *rest: honest(2 * n, *rest)
    )
    patch.setattr(
        _failure_budget, "estimated_failure", lambda n, *rest: estimate(2 * n, *rest)
    )


def _residuals_do_not_add_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LayerShape, "accuracy", lambda shape, share: share)


def _smaller_radius(patch: pytest.MonkeyPatch) -> None:
    """As if the norm of the kernel were shared equally between the channels."""
    honest = fixed_width
    patch.setattr(
        _network_width,
        "fixed_width",
        lambda dim, eps, radius, goal: honest(dim, eps, radius / 2, goal),
    )


def _dependent_blocks(patch: pytest.MonkeyPatch) -> None:
    """Failure probabilities of blocks subtracted instead of multiplied."""
    honest = fixed_width

    def lie(*question: Any) -> FoundWidth:
        found = honest(*question)
        one = found.stairs[0][1]
        return replace(
            found,
            stairs=tuple(
                (n, one ** (2 * i + 1)) for i, (n, _) in enumerate(found.stairs)
            ),
        )

    patch.setattr(_network_width, "fixed_width", lie)


@pytest.mark.parametrize(
    "lie",
    [
        _errors_add_up,
        _one_sign_in_the_first_layer,
        _no_union_over_channels,
        _twice_as_many_filters,
        _residuals_do_not_add_up,
        _smaller_radius,
        _dependent_blocks,
    ],
)
def test_lies_do_not_survive_the_recheck(lie, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        lie(patch)
        result = network_width(*SMALL)
    with pytest.raises(AssertionError):
        recheck(result, F(1, 2), F(1, 5))


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


def test_delta_is_kept_even_if_the_floats_are_wrong(monkeypatch) -> None:
    monkeypatch.setattr(
        _failure_budget, "estimated_failure", lambda n, stairs, signs: 0.0001 / n
    )
    recheck(network_width(*SMALL), F(1, 2), F(1, 5))


def test_a_certificate_that_cannot_reach_delta_is_refused() -> None:
    found = FoundWidth(n=10, failure=F(1, 4), derivation=())
    plan = LayerPlan(LayerShape(1, 1, 1, first=True), F(1, 10), found)
    with pytest.raises(InvalidParameterError, match="layer 1"):
        certified_widths([plan], [2], F(1, 10))


def test_all_targets_at_once_and_the_other_objective() -> None:
    question = ((1,), (1, 1), "1/2", "1/2")
    universal = network_width(*question, universal=True)
    assert universal.probability.lower >= F(1, 2)
    assert universal.widths > network_width(*question).widths
    assert universal.layers[0].ledger[-2].statement in ("der:two-blocks", "der:net")
    weights = network_width(*SMALL, objective="weights")
    recheck(weights, F(1, 2), F(1, 5))
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
        "paper",
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
        "ledger",
    }
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
