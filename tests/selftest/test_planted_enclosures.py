"""Faults planted in the installed enclosures: the self-test notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from slth_verify.enclosure import Enclosure, NonFiniteError, _decide
from slth_verify.enclosure.quantiles import proved
from slth_verify.selftest import enclosures, environment
from slth_verify.verdict import Verdict

_Patch = pytest.MonkeyPatch
_Plant = Callable[[_Patch], None]


def _middle(number: Enclosure) -> Enclosure:
    return Enclosure.exact((number.lower + number.upper) / 2)


def _midpoints_compared(patch: _Patch) -> None:
    true = _decide._compare

    def compare(left: Enclosure, relation: Any, right: Enclosure) -> Verdict:
        return true(_middle(left), relation, _middle(right))

    patch.setattr(_decide, "_compare", compare)


def _ends_at_the_middle(patch: _Patch) -> None:
    true = enclosures.from_ball
    patch.setattr(enclosures, "from_ball", lambda ball: _middle(true(ball)))


def _lower_end_alone(patch: _Patch) -> None:
    true = enclosures.from_ball
    patch.setattr(enclosures, "from_ball", lambda x: Enclosure.exact(true(x).lower))


def _one_end_compared(patch: _Patch) -> None:
    true = _decide._compare

    def compare(left: Enclosure, relation: Any, right: Enclosure) -> Verdict:
        return true(Enclosure.exact(left.lower), relation, right)

    patch.setattr(_decide, "_compare", compare)


def _strict_is_not_strict(patch: _Patch) -> None:
    true = _decide._compare

    def compare(left: Enclosure, relation: Any, right: Enclosure) -> Verdict:
        return true(left, {"<": "<=", ">": ">="}.get(relation, relation), right)

    patch.setattr(_decide, "_compare", compare)


def _what_is_not_finite_is_nothing(patch: _Patch) -> None:
    true = enclosures.from_ball

    def read(ball: Any) -> Enclosure:
        return true(ball) if ball.is_finite() else Enclosure.exact(0)

    patch.setattr(enclosures, "from_ball", read)


def _what_is_not_finite_holds(patch: _Patch) -> None:
    true = enclosures.decide

    def decide(lhs: Any, *others: Any, **options: Any) -> Verdict:
        try:
            if callable(lhs):
                lhs(64)
        except NonFiniteError:
            return Verdict.VERIFIED
        return true(lhs, *others, **options)

    patch.setattr(enclosures, "decide", decide)


def _middle_of(name: str) -> _Plant:
    """A function of balls is evaluated at the middle of the ball."""

    def plant(patch: _Patch) -> None:
        true = getattr(enclosures, name)
        table = [
            (label, lambda x, f=function: f(x.mid()), *others)
            for label, function, *others in enclosures._IMAGES
            if function is true
        ]
        assert table
        patch.setattr(enclosures, "_IMAGES", tuple(table))

    return plant


def _ball_of_one_end(patch: _Patch) -> None:
    patch.setattr(enclosures, "hull", lambda low, high: low)


def _division_without_radius(patch: _Patch) -> None:
    true = enclosures.to_ball
    patch.setattr(enclosures, "to_ball", lambda value: true(value).mid())


def _decimals_to_nearest(patch: _Patch) -> None:
    nearest = lambda value, digits, *, up: f"{float(value):.{digits}f}"  # noqa: E731
    patch.setattr(enclosures, "plain_decimal", nearest)


def _quantiles_rounded(side: float) -> _Plant:
    """Floats propose, and where they cannot tell, rounding goes one way."""

    def plant(patch: _Patch) -> None:
        def rounded(words: Any) -> Any:
            found = proved.proposed_quantiles(words)
            return np.nextafter(found, np.float32(side))

        patch.setattr(proved, "nearest_normal_quantiles", rounded)

    return plant


def _midpoints_are_nearest(patch: _Patch) -> None:
    every = lambda words, values: np.ones(len(words), bool)  # noqa: E731
    patch.setattr(proved, "_surely_nearest", every)


@pytest.mark.parametrize(
    "plant",
    [
        _midpoints_compared,
        _one_end_compared,
        _strict_is_not_strict,
        _ends_at_the_middle,
        _lower_end_alone,
        _what_is_not_finite_is_nothing,
        _what_is_not_finite_holds,
        _middle_of("normal_quantile"),
        _middle_of("normal_cdf"),
        _middle_of("log_gamma"),
        _ball_of_one_end,
        _division_without_radius,
        _decimals_to_nearest,
        _quantiles_rounded(np.inf),
        _quantiles_rounded(-np.inf),
        _midpoints_are_nearest,
    ],
)
def test_a_fault_of_enclosures_is_noticed(plant: _Plant, monkeypatch: _Patch) -> None:
    assert {x.name for _, x, _ in environment.look()} == {"NOT_REJECTED"}
    plant(monkeypatch)
    assert "REFUTED" in {x.name for _, x, _ in environment.look()}
