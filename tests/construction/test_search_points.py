"""Points of the search law: honest, repeatable, and refused where they cannot be."""

from __future__ import annotations

import pytest

from slth_verify.construction import search_points
from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum import fit_search_law


def test_same_seed_same_points():
    one = search_points((4, 9), (0.05,), repeats=2, seed=3)
    assert one == search_points((4, 9), (0.05,), repeats=2, seed=3)
    assert one != search_points((4, 9), (0.05,), repeats=2, seed=4)


def test_repeats_are_different_networks():
    points = search_points((9,), (0.05,), repeats=4)
    assert len({point.residual for point in points}) == 4


def test_progress_counts_every_search():
    calls: list[tuple[int, int]] = []
    search_points((2, 3), (0.1,), repeats=2, progress=lambda *call: calls.append(call))
    assert calls == [(done, 4) for done in range(5)]


def test_the_searches_follow_the_law():
    """C near the reference figures: 0.2 to 0.5 with flips and beams."""
    points = search_points((9, 36), (1e-2, 1e-3), repeats=3)
    law = fit_search_law(points)
    assert 0.1 < law.constant < 0.6
    assert law.worst < 1.0
    assert 0.9 < law.accuracy_exponent < 1.1


def test_points_with_a_wrong_exponent_are_seen():
    """Planted lie: widths reported without the half power of m.

    Below m = 36 beams reach farther than the law says, so that its exponent shows only
    from there on.
    """
    points = search_points((36, 90), (1e-2, 1e-3), repeats=1)
    lies = [
        type(point)(point.dim, round(point.width / point.dim**0.5), point.residual)
        for point in points
    ]
    honest, false = fit_search_law(points), fit_search_law(lies)
    assert abs(honest.dim_exponent - 1.5) < 0.25
    assert abs(false.dim_exponent - 1.5) > 0.25


@pytest.mark.parametrize(
    ("dimensions", "accuracies", "repeats", "seed"),
    [
        ((), (0.1,), 1, 0),
        ((0,), (0.1,), 1, 0),
        ((4,), (), 1, 0),
        ((4,), (1.0,), 1, 0),
        ((4,), (float("nan"),), 1, 0),
        ((4,), (0.1,), 0, 0),
        ((4,), (0.1,), 1, -1),
        ((4,), (1e-14,), 1, 0),
    ],
)
def test_bad_input_is_named(dimensions, accuracies, repeats, seed):
    with pytest.raises(InvalidParameterError, match="="):
        search_points(dimensions, accuracies, repeats=repeats, seed=seed)
