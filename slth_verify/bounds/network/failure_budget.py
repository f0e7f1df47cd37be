r"""How wide each layer must be, so that the whole network fails rarely enough.

The failure probabilities of the layers add up. Widths are proposed in floating point:
first every layer gets a share of delta, then widths are exchanged between layers while
that makes the total cheaper. `certified_widths` decides in balls at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from slth_verify.bounds._bisect import least_that
from slth_verify.bounds.network.sign_split import Staircase
from slth_verify.bounds.searches.sign_split_float import estimated_failure
from slth_verify.errors import InvalidParameterError

#: Steps of the exchange, largest first.
_STEPS = (64, 16, 4, 1)

#: The float total must stay below this part of delta.
_MARGIN = 1 - 1e-9

#: Filters added before giving up, should the balls disagree with the floats.
_PATIENCE = 10_000

#: No layer is made wider than this many times what one problem needs.
_WIDEST = 64


class Plan(Protocol):
    """A layer, or a stage of a graph, whose problems have certificates."""

    @property
    def groups(self) -> Sequence[tuple[int, Staircase]]:
        """How often filters of one sign are needed, with what they certify."""

    @property
    def start(self) -> int:
        """Filters of one sign that the hardest problem needs."""

    def failure(self, n: int) -> Fraction:
        """Upper bound of the probability that a problem fails with 2n filters."""


def certified_widths(
    plans: Sequence[Plan], prices: Sequence[int], delta: Fraction
) -> tuple[tuple[int, ...], tuple[Fraction, ...]]:
    """Widths of all layers, and certified failure probabilities that fit into delta.

    Args:
        plans: The layers.
        prices: What one more unit of n costs in each layer.
        delta: Failure probability of the network.

    Returns:
        The widths n_i, and for every layer an upper bound of its failure probability;
        these add up to at most ``delta``.

    Rigor:
        Enclosed; the sum is compared exactly.

    Raises:
        InvalidParameterError: If the certificates of the layers leave no room for the
            random signs.
    """
    widths = _Exchange(plans, prices, float(delta) * _MARGIN).run()
    failures = [plan.failure(n) for plan, n in zip(plans, widths, strict=True)]
    for _ in range(_PATIENCE):
        if sum(failures) <= delta:
            break
        layer = max(range(len(plans)), key=lambda i: failures[i] / prices[i])
        widths[layer] += 1
        failures[layer] = plans[layer].failure(widths[layer])
    else:
        raise _refusal(delta)
    return tuple(widths), tuple(failures)


def _refusal(delta: Fraction) -> InvalidParameterError:
    return InvalidParameterError(
        f"delta={float(delta):.6g}: the certificates of the layers leave no room for "
        "random signs (der:structured-slth). Ask for a larger delta."
    )


class _Exchange:
    """Cheap widths under a bound on the sum of estimated failure probabilities."""

    def __init__(
        self, plans: Sequence[Plan], prices: Sequence[int], delta: float
    ) -> None:
        self.plans, self.prices, self.delta = plans, prices, delta
        self._groups = [
            [
                (count, [(width, float(failure)) for width, failure in stairs])
                for count, stairs in plan.groups
            ]
            for plan in plans
        ]
        self._known: dict[tuple[int, int], float] = {}

    def run(self) -> list[int]:
        """The widths found."""
        floors = [
            sum(count * stairs[-1][1] for count, stairs in groups)
            for groups in self._groups
        ]
        spare = (self.delta - sum(floors)) / len(floors)
        widths = []
        for layer, floor in enumerate(floors):
            width = self._least(layer, floor + spare) if spare > 0 else None
            if width is None:
                raise _refusal(Fraction(self.delta))
            widths.append(width)
        for step in _STEPS:
            while self._improved(widths, step):
                pass
        return widths

    def failure(self, layer: int, n: int) -> float:
        """Estimated probability that some problem of the layer fails."""
        key = (layer, n)
        if key not in self._known:
            self._known[key] = sum(
                count * estimated_failure(n, stairs, 1)
                for count, stairs in self._groups[layer]
            )
        return self._known[key]

    def _least(self, layer: int, share: float) -> int | None:
        """The least n whose failure probability is at most ``share``, if any."""
        start = max(1, self.plans[layer].start)
        low, high = 0, start
        while self.failure(layer, high) > share:
            low, high = high, 2 * high
            if high > _WIDEST * start:
                return None
        return least_that(lambda n: self.failure(layer, n) <= share, low, high)

    def _improved(self, widths: list[int], step: int) -> bool:
        """Narrow one layer by ``step`` and pay with another one, if that is cheaper."""
        failures = [self.failure(i, n) for i, n in enumerate(widths)]
        spare = self.delta - sum(failures)
        for i, n in enumerate(widths):
            if n <= step:
                continue
            more = self.failure(i, n - step) - failures[i]
            if more <= spare:
                widths[i] -= step
                return True
            for j in range(len(widths)):
                allowed = failures[j] + spare - more
                wider = None if j == i else self._least(j, allowed)
                if wider is None:
                    continue
                if (wider - widths[j]) * self.prices[j] < step * self.prices[i]:
                    widths[i], widths[j] = n - step, wider
                    return True
        return False
