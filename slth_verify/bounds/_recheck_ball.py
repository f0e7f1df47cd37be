"""Widths for all targets at once, proved again from their stored derivations alone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from slth_verify.bounds import _net_cells
from slth_verify.bounds._ledger_reader import (
    LedgerStep,
    NotConfirmedError,
    Record,
    require,
    require_lower,
    require_upper,
)
from slth_verify.bounds._recheck_target import Proved, certificate_of, proved_for_one
from slth_verify.bounds._two_sides import (
    STATEMENT,
    Sides,
    failure_of_measure,
    failure_of_sides,
)
from slth_verify.enclosure import (
    chi_square_cdf,
    from_ball,
    to_ball,
    working_precision,
)

_MOST_BLOCKS = 4096

_BITS = 128


def proved_for_all(
    steps: Sequence[LedgerStep],
    dim: int,
    eps: Fraction,
    norm: Fraction,
    *,
    one_norm: bool,
) -> Proved:
    """What the steps prove for all targets of a ball at once.

    Args:
        steps: All steps of the derivation.
        dim: Dimension m.
        eps: Accuracy that is asked for.
        norm: Radius of the ball.
        one_norm: Whether the ball is that of the one-norm, not the Euclidean one.

    Raises:
        NotConfirmedError: If the steps cannot be read, or one of their numbers does
            not follow.

    Rigor:
        Enclosed.
    """
    last = steps[-1].statement if steps else ""
    if last == _net_cells.STATEMENT and (one_norm or dim == 1):
        return _net(steps, dim, eps, norm)
    if last == STATEMENT:
        values = steps[-1].values
        tau, slope = values.number("tau"), values.number("slope")
        require(tau > 0 and slope > 0, f"{values.name}: tau or slope is not positive")
        require(
            values.number("radius") >= norm,
            f"{values.name}: radius is below the one asked for",
        )
        if values.has("blocks per side"):
            return _sides_of_blocks(steps, dim, eps)
        return _sides_of_stages(steps, dim, eps)
    raise NotConfirmedError("the ledger has no derivation for this ball of targets")


def _net(
    steps: Sequence[LedgerStep], dim: int, eps: Fraction, norm: Fraction
) -> Proved:
    values = steps[-1].values
    spacing, radius = values.number("h"), values.number("radius")
    require(0 < spacing < eps, f"{values.name}: h is not between 0 and eps")
    require(radius >= norm, f"{values.name}: radius is below the one asked for")
    points = _net_cells.net_size(dim, spacing, radius)
    require(values.integer("points") == points, f"{values.name}: {points} points exist")
    reach = _net_cells.net_reach(spacing, radius)
    one = proved_for_one(steps[:-1], dim, eps - spacing, reach)
    return Proved(
        n=one.n,
        failure=min(Fraction(1), points * one.failure),
        size=one.size,
        stairs=tuple((n, min(Fraction(1), points * miss)) for n, miss in one.stairs),
        statement=_net_cells.STATEMENT,
    )


def _sides_of_blocks(steps: Sequence[LedgerStep], dim: int, eps: Fraction) -> Proved:
    require(len(steps) == 2, "two sides of blocks need one step for a block")
    one, both = steps[0].values, steps[1].values
    own = one.number("eps")
    require(0 < 2 * own <= eps, f"{one.name}: eps={own} is more than half of {eps}")
    certificate = certificate_of(one, dim, own, Fraction(0))
    c, kappa = certificate.at_zero()
    require_lower(f"{one.name}: c", one.interval("c").lower, c)
    require_upper(f"{one.name}: kappa", one.interval("kappa").upper, kappa)
    blocks = both.integer("blocks per side")
    require(0 < blocks <= _MOST_BLOCKS, f"{both.name}: {blocks} blocks")
    sides = Sides(blocks, both.number("tau"), both.number("slope"))
    failure = failure_of_sides(sides, c, kappa, dim, both.number("radius"))
    return _both(both, certificate.n * blocks, certificate.size, failure)


def _sides_of_stages(steps: Sequence[LedgerStep], dim: int, eps: Fraction) -> Proved:
    """Each side misses long targets at worst: P(|w|_2 > R) under the measure."""
    both = steps[-1].values
    one = proved_for_one(steps[:-1], dim, eps / 2, Fraction(0))
    reach = steps[-2].values.number("norm")
    tau, radius = both.number("tau"), both.number("radius")
    with working_precision(_BITS):
        inside = from_ball(chi_square_cdf(to_ball((reach / tau) ** 2), dim)).lower
    missed = min(Fraction(1), one.failure + 1 - inside)
    failure = failure_of_measure(missed, radius / tau, both.number("slope"))
    return _both(both, one.n, one.size, failure)


def _both(values: Record, n: int, size: int, failure: Fraction) -> Proved:
    require(values.integer("n") == 2 * n, f"{values.name}: n is not that of both sides")
    require_upper(values.name, values.interval("failure").upper, failure)
    return Proved(2 * n, failure, size, ((2 * n, failure),), STATEMENT)
