"""Widths for all targets at once, proved again from their stored derivations alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds.certificates import net_cells, two_sides
from slth_verify.bounds.certificates.two_sides import (
    Sides,
    failure_of_measure,
    failure_of_sides,
)
from slth_verify.bounds.rechecking.one_target import (
    EMPTY,
    MOST_SAMPLES,
    CentredBlock,
    prove_target,
)
from slth_verify.bounds.rechecking.proved import ProvedBall, ProvedDecay, ProvedTarget
from slth_verify.bounds.rechecking.reader import (
    Fields,
    LedgerStep,
    NotConfirmedError,
    require,
    require_upper,
)
from slth_verify.enclosure import (
    chi_square_cdf,
    from_ball,
    to_ball,
    working_precision,
)

_MOST_BLOCKS = 1_000

_BITS = 128


def prove_ball(steps: Sequence[LedgerStep], dim: int, eps: Fraction) -> ProvedBall:
    """What the steps prove for all targets of a ball at once.

    Args:
        steps: All steps of the derivation.
        dim: Dimension m.
        eps: Accuracy for the empty subset; every other certificate has its own.

    Raises:
        NotConfirmedError: If the steps cannot be read, or one of their recorded numbers
            does not follow.

    Rigor:
        Enclosed.
    """
    names = [step.statement for step in steps]
    if names == [EMPTY]:
        return _of_empty(prove_target(steps, dim, eps))
    if names and names[-1] == net_cells.STATEMENT:
        net = Net.read(steps[-1].values)
        return net.check(prove_target(steps[:-1], dim, eps))
    if names and names[-1] == two_sides.STATEMENT:
        last = steps[-1].values
        if last.has("blocks per side"):
            require(len(steps) == 2, "two sides of blocks need one step for a block")
            of_blocks = SidesOfBlocks.read(last)
            return of_blocks.check(CentredBlock.read(steps[0].values, dim).check())
        of_stages = TwoSides.read(last)
        return of_stages.check(prove_target(steps[:-1], dim, eps))
    raise NotConfirmedError("the ledger has no derivation for a ball of targets")


def _of_empty(one: ProvedTarget) -> ProvedBall:
    """The empty subset hits a whole ball at once."""
    return ProvedBall(
        dim=one.dim,
        eps=one.eps,
        radius=one.norm,
        ball="euclidean",
        n=one.n,
        failure=one.failure,
        size=one.size,
        stairs=one.stairs,
        statement=one.statement,
    )


@dataclass(frozen=True, slots=True)
class Net:
    """A net of the one-norm ball: every point of it is hit (der:net)."""

    name: str
    spacing: Fraction
    radius: Fraction
    points: Fraction

    @classmethod
    def read(cls, values: Fields) -> Net:
        """Read spacing and radius, and the recorded number of points."""
        with values:
            spacing, radius = values.number("h"), values.number("radius")
            require(spacing > 0 <= radius, f"{values.name}: h or radius is negative")
            return cls(values.name, spacing, radius, values.number("points"))

    def check(self, one: ProvedTarget) -> ProvedBall:
        """A union bound over the points, each of which one certificate covers."""
        reach = net_cells.net_reach(self.spacing, self.radius)
        require(
            one.norm >= reach,
            f"{self.name}: points of the net are farther than what was proved",
        )
        points = net_cells.net_size(
            one.dim, self.spacing, self.radius, most=self.points
        )
        require(self.points == points, f"{self.name}: another number of points exist")
        return ProvedBall(
            dim=one.dim,
            eps=one.eps + self.spacing,
            radius=self.radius,
            ball="one-norm",
            n=one.n,
            failure=min(Fraction(1), points * one.failure),
            size=one.size,
            stairs=tuple(
                (n, min(Fraction(1), points * miss)) for n, miss in one.stairs
            ),
            statement=net_cells.STATEMENT,
        )


@dataclass(frozen=True, slots=True)
class TwoSides:
    """Two independent sides, each good for one target of a norm (der:two-blocks).

    Attributes:
        name: How messages call the step.
        radius: Radius of the ball of targets.
        tau: Standard deviation of the Gaussian measure.
        slope: Slope of the majorant.
        n: Recorded number of samples.
        recorded: Recorded failure probability.
    """

    name: str
    radius: Fraction
    tau: Fraction
    slope: Fraction
    n: int
    recorded: Fraction

    @classmethod
    def read(cls, values: Fields) -> TwoSides:
        """Read the parameters, and what is recorded of both sides."""
        with values:
            return cls(*_sides(values))

    def check(self, one: ProvedTarget) -> ProvedBall:
        """Targets beyond the norm that was proved are missed at worst.

        The reach R of a side is the norm of what was proved for it: the measure that a
        side misses has mean at most P(miss) + P(|w|_2 > R).
        """
        with working_precision(_BITS):
            inside = chi_square_cdf(to_ball((one.norm / self.tau) ** 2), one.dim)
            long = 1 - from_ball(inside).lower
        missed = min(Fraction(1), one.failure + long)
        failure = failure_of_measure(missed, self.radius / self.tau, self.slope)
        return _both(self, one, failure)


@dataclass(frozen=True, slots=True)
class SidesOfBlocks:
    """Two independent sides of blocks, each with a decay (der:two-blocks)."""

    both: TwoSides
    blocks: int

    @classmethod
    def read(cls, values: Fields) -> SidesOfBlocks:
        """Read the parameters, and what is recorded of both sides."""
        with values:
            blocks = values.integer("blocks per side", 1, _MOST_BLOCKS)
            return cls(TwoSides(*_sides(values)), blocks)

    def check(self, one: ProvedDecay) -> ProvedBall:
        """The missed measure in closed form."""
        sides = Sides(self.blocks, self.both.tau, self.both.slope)
        failure = failure_of_sides(sides, one.c, one.kappa, one.dim, self.both.radius)
        return _both(self.both, one, failure, self.blocks)


def _sides(
    values: Fields,
) -> tuple[str, Fraction, Fraction, Fraction, int, Fraction]:
    radius, tau, slope = (values.number(key) for key in ("radius", "tau", "slope"))
    require(radius >= 0, f"{values.name}: radius is negative")
    require(tau > 0 and slope > 0, f"{values.name}: tau or slope is not positive")
    n = values.integer("n", 1, 2 * MOST_SAMPLES * _MOST_BLOCKS)
    return values.name, radius, tau, slope, n, values.at_most("failure")


def _both(
    sides: TwoSides,
    one: ProvedTarget | ProvedDecay,
    failure: Fraction,
    blocks: int = 1,
) -> ProvedBall:
    """Both sides together: each has half of the accuracy and its own samples."""
    n = 2 * blocks * one.n
    require(sides.n == n, f"{sides.name}: n is not that of both sides")
    require_upper(sides.name, sides.recorded, failure)
    return ProvedBall(
        dim=one.dim,
        eps=2 * one.eps,
        radius=sides.radius,
        ball="euclidean",
        n=n,
        failure=failure,
        size=one.size,
        stairs=((n, failure),),
        statement=two_sides.STATEMENT,
    )
