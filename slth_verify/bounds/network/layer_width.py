"""One layer of Theorem 2: its shape, and what its channels ask for."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.network.sign_split import Staircase, channel_failure


@dataclass(frozen=True, slots=True)
class LayerShape:
    """A target layer with ``kernel x kernel`` windows.

    Attributes:
        kernel: Size d of the windows.
        entering: Number of channels that enter.
        leaving: Number of channels that leave.
        first: Whether its inputs may be negative, so that both signs are needed.
    """

    kernel: int
    entering: int
    leaving: int
    first: bool

    @property
    def dim(self) -> int:
        """Dimension m of the subset-sum problem of one channel."""
        return self.kernel**2 * self.leaving

    @property
    def signs(self) -> int:
        """How many signs of first-layer weights are needed."""
        return 2 if self.first else 1

    @property
    def problems(self) -> int:
        """Number of subset-sum problems of the layer, over channels and signs."""
        return self.entering * self.signs

    def accuracy(self, share: Fraction) -> Fraction:
        """Accuracy of every entry that keeps the layer's error within ``share``.

        The error of an output is at most the sum of the moduli of the residuals of its
        ``d^2 c`` entries, c the number of entering channels (der:layer-error).
        """
        return share / (self.kernel**2 * self.entering)

    def filters(self, n: int) -> int:
        """Filters of the random 1x1 layer, over all entering channels."""
        return 2 * n * self.entering

    def price(self, objective: str) -> int:
        """What one more unit of n costs: filters, or weights of both random layers."""
        return self.filters(1) * (
            1 if objective == "filters" else self.entering + self.dim
        )


@dataclass(frozen=True, slots=True)
class LayerPlan:
    """A layer, its share of the error, and the width certificate of its problems.

    Attributes:
        shape: The target layer.
        share: Error coefficient eta that the layer may have.
        found: Width of one subset-sum problem at the layer's accuracy and radius 1.
    """

    shape: LayerShape
    share: Fraction
    found: FoundWidth

    @property
    def stairs(self) -> Staircase:
        """What a number of filters of one sign certifies."""
        return self.found.staircase()

    @property
    def groups(self) -> tuple[tuple[int, Staircase], ...]:
        """How often filters of one sign are needed, with what they certify."""
        return ((self.shape.problems, self.stairs),)

    @property
    def start(self) -> int:
        """Filters of one sign that a problem needs."""
        return self.found.n

    def failure(self, n: int) -> Fraction:
        """Upper bound of the probability that some channel of the layer fails.

        Rigor:
            Enclosed: union bound over the entering channels and the signs.
        """
        one = channel_failure(n, self.stairs, self.shape.signs)
        return min(Fraction(1), self.shape.entering * one)
