"""Planted lies about weights, windows and rounding: values leave the liar's bounds."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from slth_verify.forms import adjoints, differences, intervals, pairs, rounding
from slth_verify.forms.backward import carried, substitution

Lie = tuple[ModuleType, str, str]

ADJOINTS: dict[str, Lie] = {
    "padding forgotten": (
        adjoints,
        "return canvas[:, top : top + height, left : left + width]",
        "return canvas[:, :height, :width]",
    ),
    "copies not given back": (
        adjoints,
        "found[owners[place]] += whole[place]",
        "found[owners[place]] += 0 * whole[place]",
    ),
    "copies given to the border": (
        adjoints,
        "found[owners[place]] += whole[place]",
        "found[0 if place < margins[0] else -1] += whole[place]",
    ),
    "strides forgotten": (
        adjoints,
        "start + step * (count - 1) + 1, step)",
        "start + count)",
    ),
    "windows read from the other end": (
        adjoints,
        "+= spread[:, :, i, j]",
        "+= spread[:, :, -1 - i, -1 - j]",
    ),
    "sums for means": (
        adjoints,
        "rows / window_sizes(shape[1:], node)[None, :, :, None]",
        "rows / 1",
    ),
    "axes permuted forwards": (
        adjoints,
        "np.argsort(node.axes)",
        "np.array(node.axes)",
    ),
    "crops from the corner": (
        adjoints,
        "tuple(map(slice, node.starts, node.stops))",
        "tuple(slice(b - a) for a, b in zip(node.starts, node.stops))",
    ),
    "sources in the wrong order": (
        adjoints,
        "list(np.split(rows, ends[:-1]))",
        "list(np.split(rows, ends[:-1]))[::-1]",
    ),
}
STAGES: dict[str, Lie] = {
    "D+ and D- swapped": (
        pairs,
        "_minus(g.positive, own),\n            _plus(g.negative, own),",
        "_plus(g.negative, own),\n            _minus(g.positive, own),",
    ),
    "W- has the sign of W+": (
        substitution,
        "pair.negative, -gap",
        "pair.negative, gap",
    ),
    "D- has the sign of D+": (
        substitution,
        "pair.negative_gap, -gap",
        "pair.negative_gap, gap",
    ),
    "an inner 0 forgotten": (
        substitution,
        "np.where(across, np.maximum(most, 0.0), most)",
        "most",
    ),
    "positive parts dropped": (
        substitution,
        "if not (y.high <= 0).all():",
        "if not (y.high <= 99).all():",
    ),
    "entries of any sign taken for positive ones": (
        substitution,
        "if (y.low >= 0).all():",
        "if (y.high >= 0).all():",
    ),
    "differences of biases dropped": (
        substitution,
        "self._bias(pair.bias_gap, gap)",
        "pass",
    ),
    "K for W+": (substitution, "pair.positive, gap", "pair.kernel, gap"),
    "f's weights in g's intervals": (
        intervals,
        "zip((pair.positive, pair.negative), halves",
        "zip((pair.kernel, pair.negative), halves",
    ),
    "errors of weights forgotten": (
        pairs,
        "return least, least if exact else one[1] - other[0]",
        "return least, least",
    ),
    "halves of y swapped": (
        intervals,
        "Interval(np.maximum(-y.high, 0.0), np.maximum(-y.low, 0.0))",
        "Interval(np.maximum(y.low, 0.0), np.maximum(y.high, 0.0))",
    ),
}
ROUNDING: dict[str, Lie] = {
    "sums rounded inward": (
        rounding,
        "found + (slack(terms) * sizes + terms * TINY)",
        "found - (slack(terms) * sizes + terms * TINY)",
    ),
    "ends rounded inward": (
        intervals,
        "Interval(below(centre + added - radius), above(centre + added + radius))",
        "Interval(centre + added + radius, centre + added - radius)",
    ),
    "rounding of coefficients dropped": (
        substitution,
        "self._grow(whole * total_above(part.sizes))",
        "pass",
    ),
    "rounding of sums of rows dropped": (
        carried,
        "self._grow(slack(1) * sizes_above(total) * largest(part))",
        "pass",
    ),
    "rounding of the constant dropped": (
        carried,
        "self.constant = above(self.constant + amount)",
        "self.constant = self.constant + amount - np.abs(amount) * 2.0**-40",
    ),
    "underflow of coefficients dropped": (
        carried,
        "lost = slack(8) * (steepest * whole) + rows[..., 0].size * TINY",
        "lost = slack(8) * (steepest * whole)",
    ),
    "errors of weights dropped": (
        substitution,
        "slack(terms_of(stage)) * weights.largest + 2 * weights.error",
        "0.0",
    ),
    "infinite sums divided": (
        intervals,
        "np.where(low < np.inf,",
        "np.where(low == low,",
    ),
    "a box of another type": (
        differences,
        "end.astype(np.float64) for end in ends",
        "end.astype(np.float64).astype(np.float32) for end in ends",
    ),
}

LIES: dict[str, tuple[str, Lie]] = {
    lie: (topic, pieces)
    for topic, lies in {
        "adjoints": ADJOINTS,
        "stages": STAGES,
        "rounding": ROUNDING,
    }.items()
    for lie, pieces in lies.items()
}


@pytest.mark.parametrize("topic", ["adjoints", "stages", "rounding"])
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
