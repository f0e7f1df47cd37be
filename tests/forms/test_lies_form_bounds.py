"""Planted lies about gates, pools and intervals: values leave the liar's bounds."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from slth_verify.forms import intervals
from slth_verify.forms.backward import carried, substitution
from slth_verify.forms.relaxations import gates, piecewise_linear, pools

Lie = tuple[ModuleType, str, str]

GATES: dict[str, Lie] = {
    "chord below what it should be above": (
        gates,
        "slack(4) * np.abs(lower * p)))\n    return np.maximum.reduce(above)",
        "slack(4) * np.abs(lower * p)))\n    return np.minimum.reduce(above)",
    ),
    "line above what it should be below": (
        gates,
        "    return np.maximum.reduce(above), np.minimum.reduce(under)\n\n\n_Plane",
        "    return np.maximum.reduce(above), np.maximum.reduce(under)\n\n\n_Plane",
    ),
    "plane of the wrong side": (
        gates,
        "np.maximum.reduce(above), np.minimum.reduce(under)\n\n\ndef _corners",
        "np.minimum.reduce(above), np.maximum.reduce(under)\n\n\ndef _corners",
    ),
    "kinks forgotten on the line": (
        gates,
        "x.high, *(np.clip(kink, x.low, x.high) for kink in gate.kinks))\n    above",
        "x.high)\n    above",
    ),
    "an unstable pair is stable where f is below": (
        gates,
        "high = np.maximum(source.target.high, source.pruned.high)",
        "high = source.target.high",
    ),
    "an unstable pair is stable where f is above": (
        gates,
        "low = np.minimum(source.target.low, source.pruned.low)",
        "low = source.target.low",
    ),
    "every gate is decided": (gates, "decided | inside", "decided | True"),
    "a clip rises for ever": (
        piecewise_linear,
        "np.zeros_like(self.least)]\n        yield",
        "one]\n        yield",
    ),
}
POOLS: dict[str, Lie] = {
    "a comparison dropped": (
        pools,
        "for entries in order[1:]:",
        "for entries in order[2:]:",
    ),
    "margins win": (pools, "fixed(gap.target, -1.0)", "fixed(gap.target, 9.0)"),
    "the other way around": (
        pools,
        "other.target.minus(best.target)",
        "best.target.minus(other.target)",
    ),
    "multiplier of the largest before not reduced": (
        substitution,
        "left = -rows if old is None else old - rows",
        "left = rows if old is None else old",
    ),
    "differences of pools are those of f": (
        intervals,
        "largest(gaps.high[None], node)[0]",
        "largest(gaps.low[None], node)[0]",
    ),
}
SIGNS: dict[str, Lie] = {
    "multiplier of the wrong sign": (
        carried,
        "halves = np.maximum(rows, 0.0), np.minimum(rows, 0.0)",
        "halves = np.minimum(rows, 0.0), np.maximum(rows, 0.0)",
    ),
    "the image at its other end": (
        substitution,
        "self._plus(high, np.maximum(rows, 0.0))",
        "self._plus(low, np.maximum(rows, 0.0))",
    ),
    "rows stop at the other end": (
        carried,
        "dots_above(part.low.ravel(), np.minimum",
        "dots_above(part.high.ravel(), np.minimum",
    ),
    "one branch of a sum": (
        substitution,
        "[rows] * len(shapes)",
        "[rows] + [None] * (len(shapes) - 1)",
    ),
    "rows of f for those of the difference": (
        carried,
        "self._sum(old[1], gap, parts.difference)",
        "self._sum(old[1], target, parts.difference)",
    ),
    "tightened with the wrong sign": (
        intervals,
        "pruned.minus(self.target)",
        "self.target.minus(pruned)",
    ),
    "clips keep differences": (
        intervals,
        "np.where(between, gap.low, np.minimum(gap.low, 0.0))",
        "gap.low",
    ),
    "an active target is an active pair": (
        intervals,
        "on = (x.low >= 0) & (y.low >= 0)",
        "on = (x.low >= 0)",
    ),
    "an inactive target is an inactive pair": (
        intervals,
        "off = (x.high <= 0) & (y.high <= 0)",
        "off = (x.high <= 0)",
    ),
}

LIES: dict[str, tuple[str, Lie]] = {
    lie: (topic, pieces)
    for topic, lies in {
        "gates": GATES,
        "pools": POOLS,
        "signs": SIGNS,
    }.items()
    for lie, pieces in lies.items()
}


@pytest.mark.parametrize("topic", ["gates", "pools", "signs"])
def test_the_truth_is_not_refuted(
    topic: str, form_refuted: Callable[[str], bool]
) -> None:
    assert not form_refuted(topic)


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_seen(
    lie: str,
    plant_in_forms: Callable[..., None],
    form_refuted: Callable[[str], bool],
) -> None:
    topic, pieces = LIES[lie]
    plant_in_forms(*pieces)
    assert form_refuted(topic)
