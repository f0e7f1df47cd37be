"""Widths for all targets at once, proved again from their stored derivations alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds import _ledger_keys
from slth_verify.bounds.certificates import net_cells, two_sides
from slth_verify.bounds.certificates.net_cells import failure_of_net
from slth_verify.bounds.certificates.two_sides import (
    Sides,
    failure_by_decay,
    failure_by_reach,
)
from slth_verify.bounds.rechecking.one_target import EMPTY, CentredBlock, prove_target
from slth_verify.bounds.rechecking.proved import ProvedBall, ProvedDecay, ProvedTarget
from slth_verify.bounds.rechecking.reader import (
    Fields,
    LedgerStep,
    NotConfirmedError,
    require,
    require_upper,
)
from slth_verify.limits import CERTIFICATE_BLOCKS, CERTIFICATE_SAMPLES


def prove_ball(steps: Sequence[LedgerStep], dim: int, eps: Fraction) -> ProvedBall:
    """What the steps prove for all targets of a ball at once; as `prove_target`."""
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
            of_blocks = TwoSides.read(last)
            return of_blocks.check(CentredBlock.read(steps[0].values, dim).check())
        both = TwoSides.read(last, blocks=1)
        return both.check(prove_target(steps[:-1], dim, eps))
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
    parameters: net_cells.Net
    points: Fraction

    @classmethod
    def read(cls, values: Fields) -> Net:
        """Read spacing and radius, and the recorded number of points."""
        with values:
            own = values.certificate(net_cells.Net, _ledger_keys.NET)
            return cls(values.name, own, values.number("points"))

    def check(self, one: ProvedTarget) -> ProvedBall:
        """A union bound over the points, each of which one certificate covers."""
        own = self.parameters
        require(
            one.norm >= own.reach,
            f"{self.name}: points of the net are farther than what was proved",
        )
        points = own.points(one.dim, most=self.points)
        require(self.points == points, f"{self.name}: another number of points exist")
        return ProvedBall(
            dim=one.dim,
            eps=one.eps + own.spacing,
            radius=own.norm,
            ball="one-norm",
            n=one.n,
            failure=failure_of_net(points, one.failure),
            size=one.size,
            stairs=tuple((n, failure_of_net(points, miss)) for n, miss in one.stairs),
            statement=net_cells.STATEMENT,
        )


@dataclass(frozen=True, slots=True)
class TwoSides:
    """Two independent sides, each good for one target (der:two-blocks).

    Attributes:
        name: How messages call the step.
        sides: Number of blocks on each side, standard deviation and slope.
        radius: Radius of the ball of targets.
        n: Recorded number of samples.
        recorded: Recorded failure probability.
    """

    name: str
    sides: Sides
    radius: Fraction
    n: int
    recorded: Fraction

    @classmethod
    def read(cls, values: Fields, **given: int) -> TwoSides:
        """Read the parameters but for those given, and what is recorded of both."""
        with values:
            radius = values.number("radius")
            require(radius >= 0, f"{values.name}: radius is negative")
            sides = values.certificate(Sides, _ledger_keys.SIDES, **given)
            n = values.integer("n", 1, 2 * CERTIFICATE_SAMPLES * CERTIFICATE_BLOCKS)
            return cls(values.name, sides, radius, n, values.at_most("failure"))

    def check(self, one: ProvedTarget | ProvedDecay) -> ProvedBall:
        """Both sides together: each has half of the accuracy and its own samples.

        The reach of a side is the norm of what was proved for it.
        """
        sides, dim, radius = self.sides, one.dim, self.radius
        if isinstance(one, ProvedDecay):
            failure = failure_by_decay(sides, one.c, one.kappa, dim, radius)
        else:
            failure = failure_by_reach(sides, one.failure, one.norm, dim, radius)
        n = 2 * sides.blocks * one.n
        require(self.n == n, f"{self.name}: n is not that of both sides")
        require_upper(self.name, self.recorded, failure)
        return ProvedBall(
            dim=dim,
            eps=2 * one.eps,
            radius=radius,
            ball="euclidean",
            n=n,
            failure=failure,
            size=one.size,
            stairs=((n, failure),),
            statement=two_sides.STATEMENT,
        )
