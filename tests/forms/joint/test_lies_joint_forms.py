"""Planted lies about joint forms: values leave the liar's bounds."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from slth_verify.forms.joint import joint_rows, symbols, ties

Lie = tuple[ModuleType, str, str]

LIES: dict[str, Lie] = {
    "symbols of half their radius": (
        symbols,
        "np.maximum(above(ends.high - middle), above(middle - ends.low))",
        "np.maximum(above(ends.high - middle), above(middle - ends.low)) / 2",
    ),
    "errors around 0 that are not": (symbols, "self._plus(middle, rows)", "pass"),
    "ties of half their share": (
        ties,
        "above(np.maximum(1.0 - slope, slope - least))",
        "(np.maximum(1.0 - slope, slope - least) / 2)",
    ),
    "constants of maps dropped": (
        joint_rows,
        "found[:, 0] = forms.constant",
        "pass",
    ),
    "differences tied to f": (
        ties,
        "_forms_of(bounds, source, part, entries)",
        "_forms_of(bounds, source, 'target', entries)",
    ),
    "the other end": (
        joint_rows,
        "np.concatenate([np.eye(size), -np.eye(size)], axis=1)",
        "np.concatenate([-np.eye(size), np.eye(size)], axis=1)",
    ),
    "what vectors attain": (
        joint_rows,
        "bounds[row] = min(bounds[row], sharper)",
        "bounds[row] = min(bounds[row], attained * (1 - 1e-9))",
    ),
    "no constant": (
        joint_rows,
        "np.asarray(found + constant)",
        "np.asarray(found)",
    ),
}


def test_the_truth_is_not_refuted(form_refuted: Callable[[str], bool]) -> None:
    assert not form_refuted("joint")


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_seen(
    lie: str,
    plant_in_forms: Callable[..., None],
    form_refuted: Callable[[str], bool],
) -> None:
    plant_in_forms(*LIES[lie])
    assert form_refuted("joint")
