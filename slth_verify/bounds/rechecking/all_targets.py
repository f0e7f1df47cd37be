"""Widths for all targets at once, proved again from their stored derivations alone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from slth_verify.bounds.certificates import net_cells, two_sides
from slth_verify.bounds.certificates.net_cells import Net, failure_of_net
from slth_verify.bounds.certificates.two_sides import (
    Sides,
    failure_by_decay,
    failure_by_reach,
)
from slth_verify.bounds.certificates.weighted_moment import STATEMENT
from slth_verify.bounds.ledger import keys
from slth_verify.bounds.rechecking.one_target import (
    EMPTY,
    prove_centred_block,
    prove_target,
)
from slth_verify.bounds.rechecking.proved import ProvedBall, ProvedDecay, ProvedTarget
from slth_verify.bounds.rechecking.reader import (
    Fields,
    LedgerStep,
    NotConfirmedError,
    require,
    require_steps,
    require_upper,
)
from slth_verify.limits import CERTIFICATE_BLOCKS, CERTIFICATE_SAMPLES


def prove_ball(steps: Sequence[LedgerStep], dim: int, eps: Fraction) -> ProvedBall:
    """What the steps prove for all targets of a ball at once; as `prove_target`."""
    names = [step.statement for step in steps]
    if names == [EMPTY]:
        return _of_empty(prove_target(steps, dim, eps))
    if names and names[-1] == net_cells.STATEMENT:
        one = prove_target(steps[:-1], dim, eps)
        return prove_net(steps[-1].values, one)
    if names and names[-1] == two_sides.STATEMENT:
        last = steps[-1].values
        if last.has("blocks per side"):
            require_steps(steps, STATEMENT, two_sides.STATEMENT)
            return prove_two_sides(last, prove_centred_block(steps[0].values, dim))
        one = prove_target(steps[:-1], dim, eps)
        return prove_two_sides(last, one, blocks=1)
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


def prove_net(values: Fields, one: ProvedTarget) -> ProvedBall:
    """A net of the one-norm ball: every point of it is hit (der:net).

    A union bound over the points, each of which one certificate covers.
    """
    with values:
        net = values.certificate(Net, keys.NET)
        recorded = values.number("points")
    require(
        one.norm >= net.reach,
        f"{values.name}: points of the net are farther than what was proved",
    )
    points = net.points(one.dim, most=recorded)
    require(recorded == points, f"{values.name}: another number of points exist")
    return ProvedBall(
        dim=one.dim,
        eps=one.eps + net.spacing,
        radius=net.norm,
        ball="one-norm",
        n=one.n,
        failure=failure_of_net(points, one.failure),
        size=one.size,
        stairs=tuple((n, failure_of_net(points, miss)) for n, miss in one.stairs),
        statement=net_cells.STATEMENT,
    )


def prove_two_sides(
    values: Fields, one: ProvedTarget | ProvedDecay, **given: int
) -> ProvedBall:
    """Two independent sides, each good for one target (der:two-blocks).

    Each has half of the accuracy and its own samples. The reach of a side is the norm
    of what was proved for it.

    Args:
        values: The step.
        one: What was proved for a side, or for one of its blocks.
        given: Parameters that the step has not of its own.
    """
    with values:
        radius = values.number("radius")
        require(radius >= 0, f"{values.name}: radius is negative")
        sides = values.certificate(Sides, keys.SIDES, **given)
        n = values.integer("n", 1, 2 * CERTIFICATE_SAMPLES * CERTIFICATE_BLOCKS)
        recorded = values.at_most("failure")
    if isinstance(one, ProvedDecay):
        failure = failure_by_decay(sides, one.c, one.kappa, one.dim, radius)
    else:
        failure = failure_by_reach(sides, one.failure, one.norm, one.dim, radius)
    require(
        n == 2 * sides.blocks * one.n, f"{values.name}: n is not that of both sides"
    )
    require_upper(values.name, recorded, failure)
    return ProvedBall(
        dim=one.dim,
        eps=2 * one.eps,
        radius=radius,
        ball="euclidean",
        n=n,
        failure=failure,
        size=one.size,
        stairs=((n, failure),),
        statement=two_sides.STATEMENT,
    )
