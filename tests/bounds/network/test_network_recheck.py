"""Widths of whole networks rebuilt from their ledgers, and lies that this catches."""

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from slth_verify.bounds import LayerWidth, NetworkResult, network_width
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.mrss.widths import width_for_one
from slth_verify.bounds.network import failure_budget, layer_width, width
from slth_verify.bounds.network.layer_width import LayerPlan, LayerShape
from slth_verify.bounds.network.sign_split import channel_failure
from slth_verify.bounds.searches.sign_split_float import estimated_failure

F = Fraction

pytestmark = pytest.mark.usefixtures("block_widths")

#: Two layers with one-dimensional problems: seconds.
SMALL = ((1, 1), (2, 1, 1), "1/2", "1/5")


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
        width, "error_shares", lambda question, budget: (question.eps / 2,) * 2
    )


def _one_sign_in_the_first_layer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LayerShape, "signs", property(lambda shape: 1))


def _no_union_over_channels(patch: pytest.MonkeyPatch) -> None:
    honest, estimate = LayerPlan.failure, failure_budget._Exchange.failure
    patch.setattr(
        LayerPlan, "failure", lambda plan, n: honest(plan, n) / plan.shape.entering
    )
    patch.setattr(
        failure_budget._Exchange,
        "failure",
        lambda own, i, n: estimate(own, i, n) / own.plans[i].shape.entering,
    )


def _twice_as_many_filters(patch: pytest.MonkeyPatch) -> None:
    """2n filters of the sign asked for, as if there were 4n."""
    honest, estimate = channel_failure, estimated_failure
    patch.setattr(layer_width, "channel_failure", lambda n, *rest: honest(2 * n, *rest))
    patch.setattr(
        failure_budget, "estimated_failure", lambda n, *rest: estimate(2 * n, *rest)
    )


def _residuals_do_not_add_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LayerShape, "accuracy", lambda shape, share: share)


def _smaller_radius(patch: pytest.MonkeyPatch) -> None:
    """As if the norm of the kernel were shared equally between the channels."""
    honest = width_for_one
    patch.setattr(
        width,
        "width_for_one",
        lambda asked, *rest: honest(replace(asked, norm=asked.norm / 2), *rest),
    )


def _dependent_blocks(patch: pytest.MonkeyPatch) -> None:
    """Failure probabilities of blocks subtracted instead of multiplied."""
    honest = width_for_one

    def lie(*question: Any) -> FoundWidth:
        found = honest(*question)
        one = found.stairs[0][1]
        return replace(
            found,
            stairs=tuple(
                (n, one ** (2 * i + 1)) for i, (n, _) in enumerate(found.stairs)
            ),
        )

    patch.setattr(width, "width_for_one", lie)


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


def test_delta_is_kept_even_if_the_floats_are_wrong(monkeypatch) -> None:
    monkeypatch.setattr(
        failure_budget, "estimated_failure", lambda n, stairs, signs: 0.0001 / n
    )
    recheck(network_width(*SMALL), F(1, 2), F(1, 5))
