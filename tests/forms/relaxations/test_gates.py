"""Gates between affine bounds, whatever the slopes, against exact fractions."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.errors import InvalidParameterError
from slth_verify.forms import Interval, Intervals
from slth_verify.forms.intervals import through
from slth_verify.forms.relaxations.gates import Relaxation, half_bounds
from slth_verify.forms.relaxations.piecewise_linear import Gate
from slth_verify.forms.relaxations.slopes import Slopes
from slth_verify.graph import Clip, Rectifier

F = Fraction

SLOPES = (F(0), F(1), F(1, 3), F(1, 2**470), 1 - F(1, 2**60), F(1, 10**400))
KINKS = (F(-1), F(-1, 3), F(0), F(1, 10**400), F(1, 2**1074), F(1, 3), F(10), F(2**60))

NODES = st.builds(
    lambda slope: Rectifier(name="gate", sources=("x",), slopes=(slope,)),
    st.sampled_from(SLOPES),
) | st.lists(st.sampled_from(KINKS), min_size=2, max_size=2, unique=True).map(
    lambda ends: Clip(name="gate", sources=("x",), low=min(ends), high=max(ends))
)
#: Numbers near kinks, and of all sizes.
POINTS = st.sampled_from(
    [n for kink in KINKS for n in (float(kink), np.nextafter(float(kink), -9))]
) | st.builds(
    lambda a, power: a * 2.0**power,
    st.integers(-9, 9) | st.floats(-9, 9),
    st.sampled_from([0, 1, -30, 60, -500, 500, -1070]),
)
ENDS = st.tuples(POINTS, POINTS).map(sorted)
PROPOSED = st.sampled_from(
    [0.0, 0.5, 1.0, -1.0, 2.0, -7.0, 1e300, 1e-300, np.inf, np.nan]
)


def values(node: Rectifier | Clip, entry: Fraction) -> Fraction:
    if isinstance(node, Clip):
        return min(max(entry, node.low), node.high)
    return entry if entry > 0 else node.slopes[0] * entry


def inside(ends: Interval, near: Fraction, share: Fraction) -> Fraction:
    """A point of an interval: an end, or one at a kink, or somewhere."""
    low, high = F(float(ends.low[0])), F(float(ends.high[0]))
    return min(max(near, low), high) if share < 0 else low + (high - low) * share


def interval(ends: list[float]) -> Interval:
    return Interval(np.array(ends[:1]), np.array(ends[1:]))


@given(data=st.data(), node=NODES, p_ends=ENDS, t_ends=ENDS)
def test_a_gate_is_between_its_bounds(
    outside: Callable[..., bool],
    data: st.DataObject,
    node: Rectifier | Clip,
    p_ends: list[float],
    t_ends: list[float],
) -> None:
    x, gap = interval(p_ends), interval(t_ends)
    source = Intervals(x, x.plus(gap), gap)
    slopes = None
    if data.draw(st.booleans(), label="proposed"):
        slopes = Slopes(*(np.array([data.draw(PROPOSED)]) for _ in fields(Slopes)))
    with np.errstate(all="ignore"):
        found = Relaxation.of(Gate.of(node, 1), source, slopes)
        ranges = through(node, [source])
    shares = st.sampled_from([F(-1), F(0), F(1), F(1, 2), F(1, 7)])
    for _ in range(6):
        kink = data.draw(st.sampled_from(KINKS))
        p = inside(x, kink, data.draw(shares))
        t = inside(gap, data.draw(st.sampled_from(KINKS)) - p, data.draw(shares))
        of_x = values(node, p)
        change = values(node, p + t) - of_x
        for bound, truth, sign in (
            (found.upper, of_x, 1),
            (found.lower, of_x, -1),
            (found.gap_upper, change, 1),
            (found.gap_lower, change, -1),
        ):
            numbers = bound.by_target[0], bound.by_gap[0], bound.constant[0]
            if np.isfinite(numbers).all():
                a, b, c = (F(float(number)) for number in numbers)
                assert sign * (a * p + b * t + c - truth) >= 0
        parts = ranges.target, ranges.pruned, ranges.difference
        for part, truth in zip(parts, (of_x, of_x + change, change), strict=True):
            assert not outside(part.low, part.high, truth, truth)


def relaxed(
    node: Rectifier | Clip, x: list[float], gap: list[float]
) -> tuple[Relaxation, Intervals]:
    source = Intervals(interval(x), interval(x).plus(interval(gap)), interval(gap))
    return Relaxation.of(Gate.of(node, 1), source), source


RELU = Rectifier(name="relu", sources=("x",))


@pytest.mark.parametrize(
    ("node", "x", "gap", "slope"),
    [
        (RELU, [1.5, 2.0], [-1.0, 3.0], 1.0),
        (RELU, [-2.0, -1.5], [-1.0, 1.0], 0.0),
        (Clip(name="c", sources=("x",), low=0, high=6), [1.5, 2.0], [-1.0, 3.5], 1.0),
        (Clip(name="c", sources=("x",), low=0, high=6), [8.5, 9.0], [-2.0, 4.0], 0.0),
    ],
)
def test_where_one_piece_holds_both_nothing_is_lost(
    node: Rectifier | Clip, x: list[float], gap: list[float], slope: float
) -> None:
    found, _ = relaxed(node, x, gap)
    assert not found.open.any()
    for bound in (found.gap_upper, found.gap_lower):
        assert (bound.by_target, bound.by_gap, bound.constant) == (0, slope, 0)


@pytest.mark.parametrize(
    ("node", "x", "gap"),
    [
        (RELU, [1.0, 2.0], [-2.0, 0.0]),  # x is positive, y need not be
        (RELU, [-2.0, 1.0], [0.0, 0.0]),
        (Clip(name="c", sources=("x",), low=0, high=6), [-1.0, -1.0], [8.0, 8.0]),
        (Clip(name="c", sources=("x",), low=0, high=F(1, 3)), [0.1, 0.2], [0.0, 0.2]),
    ],
)
def test_where_pieces_differ_a_gate_is_open(
    node: Rectifier | Clip, x: list[float], gap: list[float]
) -> None:
    assert relaxed(node, x, gap)[0].open.all()


def beyond(gate: Gate, shape: tuple[int, ...], slopes: tuple[Fraction, ...]) -> bool:
    """Whether a value of some channel leaves bounds that are made with its slope."""
    ends = np.linspace(-3.0, -0.5, int(np.prod(shape))).reshape(shape)
    x, gap = Interval(ends, -ends / 2), Interval(ends / 4, -ends / 8)
    found = Relaxation.of(gate, Intervals(x, x.plus(gap), gap))
    for at in np.ndindex(shape):
        for p, t in itertools.product(
            (x.low[at], x.high[at]), (gap.low[at], gap.high[at])
        ):
            p, t = F(float(p)), F(float(t))
            node = Rectifier(name="r", sources=("x",), slopes=(slopes[at[0]],))
            of_x = values(node, p)
            change = values(node, p + t) - of_x
            for bound, truth, sign in (
                (found.upper, of_x, 1),
                (found.lower, of_x, -1),
                (found.gap_upper, change, 1),
                (found.gap_lower, change, -1),
            ):
                a, b, c = (
                    F(float(part[at]))
                    for part in (bound.by_target, bound.by_gap, bound.constant)
                )
                if sign * (a * p + b * t + c - truth) < 0:
                    return True
    return False


@pytest.mark.parametrize("shape", [(2,), (2, 2, 2), (2, 1, 2), (2, 3, 1)])
def test_each_channel_has_its_own_slope(shape: tuple[int, ...]) -> None:
    slopes = F(1, 3), F(3, 4)
    node = Rectifier(name="r", sources=("x",), slopes=slopes)
    gate = Gate.of(node, len(shape))
    assert gate.least.shape == (2, *(1,) * (len(shape) - 1))
    assert not beyond(gate, shape, slopes)
    assert beyond(gate, shape, slopes[::-1])


@pytest.mark.parametrize(
    ("x", "upper", "lower"),
    [
        ([-1.0, 4.0], (0.8, 0.8), (1.0, 0.0)),
        ([-4.0, 1.0], (0.2, 0.8), (0.0, 0.0)),
        ([4.0, 7.0], (1.0, 0.0), (2 / 3, 4 / 3)),
        ([5.5, 9.0], (0.0, 6.0), (1 / 7, 33 / 7)),
        ([-1.0, 7.0], (6 / 7, 6 / 7), (6 / 7, 0.0)),
        ([-2.0, -1.0], (0.0, 0.0), (0.0, 0.0)),
        ([1.0, 5.0], (1.0, 0.0), (1.0, 0.0)),
        ([7.0, 8.0], (0.0, 6.0), (0.0, 6.0)),
    ],
)
def test_bounds_of_a_clip_follow_the_larger_side(
    x: list[float], upper: tuple[float, float], lower: tuple[float, float]
) -> None:
    node = Clip(name="c", sources=("x",), low=0, high=6)
    found, _ = relaxed(node, x, [0.0, 0.0])
    for bound, (slope, constant) in ((found.upper, upper), (found.lower, lower)):
        assert bound.by_target.item() == pytest.approx(slope, abs=1e-12)
        assert bound.constant.item() == pytest.approx(constant, abs=1e-12)


def test_bounds_of_a_rectifier_are_its_chord_and_a_line_through_zero() -> None:
    found, _ = relaxed(RELU, [-1.0, 3.0], [-1.0, 1.0])
    assert (found.upper.by_target, found.lower.by_target) == (0.75, 1.0)
    assert np.abs(found.upper.constant - 0.75) < 1e-13
    assert np.abs(found.lower.constant) < 1e-13
    for bound, constant in ((found.gap_upper, 0.5), (found.gap_lower, -0.5)):
        assert bound.by_gap == 0.5
        assert np.abs(bound.constant - constant) < 1e-13


@given(ENDS)
def test_the_positive_part_is_between_its_bounds(ends: list[float]) -> None:
    upper, lower = half_bounds(interval(ends))
    for y in (*map(F, ends), (F(ends[0]) + F(ends[1])) / 2, F(0)):
        y = min(max(y, F(ends[0])), F(ends[1]))
        for bound, sign in ((upper, 1), (lower, -1)):
            slope, constant = F(float(bound.by_target[0])), F(float(bound.constant[0]))
            assert sign * (slope * y + constant - max(y, F(0))) >= 0


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 2), (1, 2)])
def test_slopes_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    two = Interval(-np.ones(2), np.ones(2))
    slopes = Slopes(*[np.zeros(shape)] * 6)
    with pytest.raises(InvalidParameterError, match="shape"):
        Relaxation.of(Gate.of(RELU, 1), Intervals(two, two, two), slopes)
