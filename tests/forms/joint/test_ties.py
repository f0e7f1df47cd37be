"""Gates as affine maps and errors: what ties them, at numbers of their intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from handmade.forms.cases import moved, one_number
from handmade.forms.graphs import DEEP

from slth_verify.forms import Interval, box_of, differences
from slth_verify.forms.joint import symbols, ties
from slth_verify.forms.relaxations import gates, slopes
from slth_verify.forms.relaxations.gates import Bound
from slth_verify.graph import Clip, MaxPool, Rectifier

F = Fraction
Lie = tuple[ModuleType, str, str]


@pytest.fixture
def walked(network_pair: Any) -> Callable[[], Iterator[symbols.ParallelBounds]]:
    """Networks with clips away from 0, leaky gates, and pools, over boxes."""
    pairs = [(graph, moved(graph)) for graph in DEEP.values()] + one_number()

    def walk() -> Iterator[symbols.ParallelBounds]:
        for graph, stages in pairs:
            pair = network_pair(graph, stages)
            found = differences.Differences.over(pair, box_of(graph.input))
            yield symbols.ParallelBounds(found.known)

    return walk


def value(node: Rectifier | Clip, entry: Fraction, channel: int) -> Fraction:
    if isinstance(node, Clip):
        return min(max(entry, node.low), node.high)
    slope = node.slopes[channel % len(node.slopes)]
    return entry if entry > 0 else slope * entry


def points(ends: Interval, entry: int) -> list[Fraction]:
    """Both ends, and what is nearest to 0, to kinks and to other numbers between."""
    low, high = (F(float(end.flat[entry])) for end in (ends.low, ends.high))
    near = (F(0), F(1, 4), F(-1, 3), F(1, 3), F(1), (low + high) / 2)
    return [low, high, *(min(max(number, low), high) for number in near)]


def untied(bounds: symbols.ParallelBounds) -> bool:
    """Whether an error leaves its ends, or is more than its share."""
    return any(
        abs(error) > share * abs(takes) or not low <= error <= high
        for tie in ties.ties_before(bounds, bounds.known.pair.output.name)
        for place in range(len(tie.entries))
        for share, low, high in [numbers(tie, place)]
        for takes, error in errors(bounds, tie, int(tie.entries[place]))
    )


def under(bounds: symbols.ParallelBounds) -> bool:
    """Whether an error is less than its floor."""
    return any(
        error < F(float(tie.shares[place])) * abs(takes) - F(float(tie.short[place]))
        for tie in ties.ties_before(bounds, bounds.known.pair.output.name)
        for place in np.flatnonzero(np.isfinite(tie.short)).tolist()
        for takes, error in errors(bounds, tie, int(tie.entries[place]))
    )


def numbers(tie: Any, place: int) -> list[Fraction]:
    """The share and the ends of a tied error."""
    parts = (tie.shares, tie.ends.low, tie.ends.high)
    return [F(float(part[place])) for part in parts]


def errors(
    bounds: symbols.ParallelBounds, tie: Any, entry: int
) -> Iterator[tuple[Fraction, Fraction]]:
    """What a gate takes, and its error there."""
    node, part = owner(bounds, tie.key)
    source = bounds.known.intervals[node.sources[0]]
    steep = tie.key.by_target if part == "target" else tie.key.by_gap
    slope = F(float(steep.flat[entry]))
    channel = entry * len(source.target.low) // source.target.low.size
    for p in points(source.target, entry):
        if part == "target":
            yield p, value(node, p, channel) - slope * p
            continue
        for t in points(source.difference, entry):
            gives = value(node, p + t, channel) - value(node, p, channel)
            yield t, gives - slope * t


def owner(bounds: symbols.ParallelBounds, key: Bound) -> tuple[Rectifier | Clip, str]:
    """The gate whose errors have these symbols, and whether of f or of g - f."""
    for node in bounds.known.pair.nodes:
        if isinstance(node, (Rectifier, Clip)):
            for part, bound in (
                ("target", bounds.gate(node).upper),
                ("gap", bounds.gate(node).gap_upper),
            ):
                if bound is key:
                    return node, part
    raise AssertionError("symbols of no gate")


def not_parallel(bounds: symbols.ParallelBounds) -> bool:
    """Whether slopes of an upper and of a lower bound differ."""
    pairs = []
    for node in bounds.known.pair.nodes:
        made: list[gates.Relaxation] = []
        if isinstance(node, (Rectifier, Clip)):
            made = [bounds.gate(node)]
        elif isinstance(node, MaxPool):
            made = [match.relaxation for match in bounds.pool(node).comparisons]
        for some in made:
            pairs += [(some.upper, some.lower), (some.gap_upper, some.gap_lower)]
        pairs.append(bounds.half(node.name))
    return any(
        not np.array_equal(getattr(one, field), getattr(other, field))
        for one, other in pairs
        for field in ("by_target", "by_gap")
    )


def test_errors_keep_to_their_ties(walked: Callable[[], Any]) -> None:
    assert not any(map(untied, walked()))


def test_errors_are_above_their_floors(walked: Callable[[], Any]) -> None:
    assert not any(map(under, walked()))


def test_values_of_rectifiers_have_floors_and_differences_have_none(
    walked: Callable[[], Any],
) -> None:
    seen = {
        (part, bool(np.isfinite(tie.short).all()))
        for bounds in walked()
        for tie in ties.ties_before(bounds, bounds.known.pair.output.name)
        for _, part in [owner(bounds, tie.key)]
    }
    assert seen == {("target", True), ("gap", False)}


UNDER: dict[str, Lie] = {
    "floors of differences": (ties, 'if part == "target":\n', "if True:\n"),
    "a share that is not rounded": (
        ties,
        "above(above(share - floor) * size)",
        "(0 * size)",
    ),
    "the larger share": (
        ties,
        "below(np.minimum(1.0 - slope, slope - most))",
        "(np.maximum(1.0 - slope, slope - most))",
    ),
}


@pytest.mark.parametrize("lie", UNDER)
def test_a_lie_about_floors_is_seen(
    lie: str, plant_in_forms: Callable[..., None], walked: Callable[[], Any]
) -> None:
    plant_in_forms(*UNDER[lie])
    assert any(map(under, walked()))


def test_rectifiers_are_tied_twice_and_clips_once(walked: Callable[[], Any]) -> None:
    seen = {
        (type(node), part)
        for bounds in walked()
        for tie in ties.ties_before(bounds, bounds.known.pair.output.name)
        for node, part in [owner(bounds, tie.key)]
    }
    assert seen == {(Rectifier, "target"), (Rectifier, "gap"), (Clip, "gap")}


def test_bounds_are_parallel(walked: Callable[[], Any]) -> None:
    assert not any(map(not_parallel, walked()))


UNTIED: dict[str, Lie] = {
    "a clip's values": (ties, "across & bent", "across"),
    "nine tenths of the share": (
        ties,
        "above(np.maximum(1.0 - slope, slope - least))",
        "0.9 * np.maximum(1.0 - slope, slope - least)",
    ),
    "one end": (ties, "for b in (lower, upper)", "for b in (upper, upper)"),
    "ends of other entries": (
        ties,
        "b.constant.ravel()[entries]",
        "b.constant.ravel()[entries[::-1]]",
    ),
}


@pytest.mark.parametrize("lie", UNTIED)
def test_a_lie_about_ties_is_seen(
    lie: str, plant_in_forms: Callable[..., None], walked: Callable[[], Any]
) -> None:
    plant_in_forms(*UNTIED[lie])
    assert any(map(untied, walked()))


NOT_PARALLEL: dict[str, Lie] = {
    "usual slopes of gates": (
        symbols,
        "Relaxation.of(gate, source, slopes)",
        "Relaxation.of(gate, source)",
    ),
    "usual slopes of pools": (symbols, "source, parallel=True)", "source)"),
    "usual slopes of positive parts": (symbols, "(pruned, parallel=True)", "(pruned)"),
    "the chord above alone": (slopes, "lower=upper, gap_upper", "gap_upper"),
    "differences with a chord": (slopes, "gap_upper=middle, gap_lower", "gap_lower"),
}


@pytest.mark.parametrize("lie", NOT_PARALLEL)
def test_slopes_that_differ_are_seen(
    lie: str, plant_in_forms: Callable[..., None], walked: Callable[[], Any]
) -> None:
    plant_in_forms(*NOT_PARALLEL[lie])
    assert any(map(not_parallel, walked()))
