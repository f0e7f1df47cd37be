"""The construction: budgets, pools, tickets, and honest failure."""

from fractions import Fraction

import numpy as np
import pytest
from handmade.kernel_targets import kernels_of

import slth_verify as sv
from slth_verify.construction import ChannelBlock, FilterPool
from slth_verify.errors import (
    InvalidParameterError,
    NoTicketFoundError,
    TrivialClaimWarning,
)
from slth_verify.graph.stages import stages_of
from slth_verify.numbers import exact_number
from slth_verify.ticket import Ticket
from slth_verify.ticket.graphs.weights import drawn_filters
from slth_verify.verdict import Verdict


def _target(seed: int = 6, scale: float = 0.25) -> sv.TargetCNN:
    rng = np.random.default_rng(seed)
    shapes = [(2, 2, 2, 2), (2, 2, 1, 1), (1, 2, 3, 3)]
    kernels = tuple(
        (rng.standard_normal(shape) * scale).astype(np.float32) for shape in shapes
    )
    return sv.TargetCNN.from_kernels(kernels, (2, 6, 6), name="toy")


def test_three_layers_end_to_end() -> None:
    target = _target()
    eps = Fraction(1, 4)
    network = sv.RandomCNN(seed=3, widths=sv.suggested_widths(target, eps))
    ticket = sv.prune(target, network, eps=eps)
    result = sv.check(ticket, target)
    assert result.verdict is Verdict.VERIFIED
    assert result.error_upper_bound is not None
    assert 0 < result.error_upper_bound <= Fraction(ticket.certified_error) <= eps
    for stage, part in zip(stages_of(target), ticket.stages, strict=True):
        assert np.all(np.diff(part.filters) > 0)
        kept = drawn_filters(ticket.seed, stage, part.width, part.filters)
        if stage.number > 1:  # negative scalars see only zeros there
            assert np.all(kept.scalars > 0)
        else:
            assert (kept.scalars < 0).any()


def test_same_seed_same_ticket_other_seed_other_ticket() -> None:
    target, eps = _target(), "1/4"
    widths = sv.suggested_widths(target, eps)

    def pruned(seed: int) -> Ticket:
        return sv.prune(target, sv.RandomCNN(seed, widths), eps=eps)

    one, again, other = pruned(3), pruned(3), pruned(4)
    assert np.array_equal(one.stages[0].filters, again.stages[0].filters)
    assert one.certified_error == again.certified_error
    assert not np.array_equal(one.stages[0].filters, other.stages[0].filters)


def test_too_narrow_a_network_ends_honestly() -> None:
    target = _target()
    with pytest.raises(NoTicketFoundError, match="Widen") as caught:
        sv.prune(target, sv.RandomCNN(1, (8, 8, 8)), eps="1/1000", problem_limit=2.0)
    assert caught.value.best_error > 1e-3


def test_zero_target_needs_no_filter() -> None:
    target = sv.TargetCNN.from_kernels((np.zeros((2, 1, 3, 3), np.float32),), (1, 4, 4))
    with pytest.warns(TrivialClaimWarning, match="no output channel of the target"):
        ticket = sv.prune(target, sv.RandomCNN(1, (16,)), eps="1e-9")
    assert len(ticket.stages[0].filters) == 0
    result = sv.check(ticket, target)
    assert result.verdict is Verdict.VACUOUS
    assert result.error_upper_bound == 0


@pytest.mark.parametrize("dead", [(0, 1, 2), (1,), (2,), (0, 2)])
def test_dead_layers_are_pruned_away(dead: tuple[int, ...]) -> None:
    kernels = [kernel.copy() for kernel in kernels_of(_target())]
    for layer in dead:
        kernels[layer] *= 0
    target = sv.TargetCNN.from_kernels(tuple(kernels), (2, 6, 6))
    network = sv.RandomCNN(3, sv.suggested_widths(target, "1/4"))
    with pytest.warns(TrivialClaimWarning, match="VACUOUS"):  # the target computes 0
        ticket = sv.prune(target, network, eps="1/4")
    result = sv.check(ticket, target)
    assert result.verdict is Verdict.VACUOUS
    others = {item.verdict for item in result.ledger if "trivial" not in item.claim}
    assert others == {Verdict.VERIFIED}


def test_smaller_eps_needs_more_width() -> None:
    target = _target()
    wide = sv.suggested_widths(target, "0.001")
    narrow = sv.suggested_widths(target, "0.1")
    assert all(a > b for a, b in zip(wide, narrow, strict=True))


@pytest.mark.parametrize("sign", [1, -1])
def test_pool_columns_are_exact_products_of_one_sign(sign: int) -> None:
    network = sv.RandomCNN(seed=2, widths=(500, 400))
    block = ChannelBlock(network, 2, 1, (2, 2, 3))
    pool = FilterPool(block, sign)
    indices, scales = pool.scales_below(0.2)
    assert pool.dim == 12
    assert pool.size == 800
    filters = indices + 800
    scalars = network.scalars(2, 1, filters)
    assert np.all(np.sign(scalars) == sign)
    assert np.array_equal(scales, np.abs(scalars.astype(np.float64)))
    columns = pool.columns(indices[:5])
    kernels = network.kernels(2, filters[:5], (2, 2, 3))
    for row in range(5):
        for entry in range(12):
            exact = abs(Fraction(float(scalars[row]))) * Fraction(
                float(kernels[row].ravel()[entry])
            )
            assert Fraction(float(columns[row, entry])) == exact


def test_scan_is_shared_and_widened() -> None:
    block = ChannelBlock(sv.RandomCNN(seed=2, widths=(500,)), 1, 0, (1, 1, 2))
    narrow = FilterPool(block, 1).scales_below(0.1)[0]
    wide = FilterPool(block, 1).scales_below(0.5)[0]
    again = FilterPool(block, 1).scales_below(0.1)[0]
    prefix = FilterPool(block, 1).scales_below_in_prefix(0.5, 100)[0]
    assert set(narrow) < set(wide)
    assert np.array_equal(narrow, again)
    assert np.array_equal(prefix, wide[wide < 100])
    every = FilterPool(block, 1).scales_below(np.inf)[0]
    other = FilterPool(block, -1).scales_below(np.inf)[0]
    assert sorted([*every, *other]) == list(range(1000))


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        (0.1, Fraction(1, 10)),
        ("0.1", Fraction(1, 10)),
        ("1/3", Fraction(1, 3)),
        (2, Fraction(2)),
        (Fraction(3, 7), Fraction(3, 7)),
    ],
)
def test_numbers_mean_what_is_written(value: object, meaning: Fraction) -> None:
    assert exact_number(value, "eps") == meaning


@pytest.mark.parametrize("value", ["", "x", "1/0", float("nan"), float("inf"), None])
def test_bad_numbers_are_named(value: object) -> None:
    with pytest.raises(InvalidParameterError, match="eps="):
        exact_number(value, "eps")


def test_bad_requests_are_named() -> None:
    target = _target()
    with pytest.raises(InvalidParameterError, match="one width for each"):
        sv.prune(target, sv.RandomCNN(1, (8,)), eps=1)
    with pytest.raises(InvalidParameterError, match="must be positive"):
        sv.prune(target, sv.RandomCNN(1, (8, 8, 8)), eps=0)
    with pytest.raises(InvalidParameterError, match="larger eps"):
        sv.suggested_widths(target, "1e-30")


@pytest.mark.parametrize("bound", ["2.83", Fraction(1, 255), 255])
def test_another_box_of_inputs_scales_the_claim(bound: object) -> None:
    """Without biases f(B x) = B f(x): the same filters, errors times B."""
    target, share = _target(), Fraction(1, 4)
    size = exact_number(bound)
    other = target.with_box((-size, size))
    eps = share * size
    widths = sv.suggested_widths(other, eps)
    assert widths == sv.suggested_widths(target, share)
    ticket = sv.prune(other, sv.RandomCNN(3, widths), eps=eps)
    assert ticket.eps == eps
    assert sv.check(ticket, other).verdict is Verdict.VERIFIED
    assert sv.check(ticket, target).verdict is Verdict.REFUTED  # of another box


def test_a_refusal_speaks_of_the_accuracy_that_was_asked_for() -> None:
    narrow, target = sv.RandomCNN(1, (8, 8, 8)), _target().with_box((-100, 100))
    with pytest.raises(NoTicketFoundError, match=r"eps=0\.1 was not") as caught:
        sv.prune(target, narrow, eps="0.1", time_limit=2.0)
    assert caught.value.best_error > 0.1
