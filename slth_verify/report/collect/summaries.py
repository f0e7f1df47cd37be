"""Targets, tickets and claims as figures with kind and safe side."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

from slth_verify.enclosure import directed_decimal
from slth_verify.network import TargetCNN
from slth_verify.report.collect.targets import Subject
from slth_verify.report.model.parts import (
    LayerFigures,
    TargetSummary,
    TicketFigures,
    WitnessSummary,
)
from slth_verify.report.model.profile import Profile
from slth_verify.report.model.quantity import Absent, Figure, Quantity, enclosed, exact
from slth_verify.ticket import CheckResult, GraphCheckResult, LayerBound, Ticket
from slth_verify.verdict import Direction, Finding, Verdict

_OUTPUT = "target output"
_ZERO = Fraction(0)
_NOTHING = "the checker did not accept the ticket: see the findings"


def claimed_eps(profile: Profile, subject: Subject, largest: Figure) -> str:
    """The claim: a part of the largest output, two digits, rounded down.

    Args:
        profile: Names the part.
        subject: The target; one that is zero on the probes gets a part of its scale.
        largest: Its largest output.

    Returns:
        An exact decimal; what a user asked for as an exact fraction.
    """
    if subject.eps is not None:
        return str(subject.eps)
    part = profile.dense_relative_eps if subject.dense else profile.relative_eps
    least = _ZERO if isinstance(largest, Absent) else Fraction(largest.lower)
    size = least if least > 0 else subject.target.output_scale
    return directed_decimal(Fraction(part) * size, 2, up=False)


def target_summary(
    target: TargetCNN, file: str, largest: Figure, largest_on: str
) -> TargetSummary:
    """The target as figures.

    Args:
        target: The target.
        file: Its path relative to the report.
        largest: Its largest output.
        largest_on: The inputs on which that was taken, in words.
    """
    return TargetSummary(
        file=file,
        sha256=target.sha256,
        input_shape=target.input_shape,
        channels=target.architecture.channels,
        kernel_sizes=target.architecture.kernel_sizes,
        readout=target.readout,
        norms=tuple(enclosed(n, n, Direction.BOTH) for n in target.norms),
        scale_exponents=target.scale_exponents,
        largest_output=largest,
        largest_on=largest_on,
    )


def ticket_figures(
    file: str, path: Path, ticket: Ticket, result: CheckResult, largest: Figure
) -> TicketFigures:
    """The certified figures of a checked ticket.

    Args:
        file: Path relative to the report.
        path: Where it lies.
        ticket: As read from there.
        result: What the checker said.
        largest: The target's largest output.
    """
    bound = certified_bound(result)
    return TicketFigures(
        file=file,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        certified_error=_upper_or_absent(bound),
        closed_form=_upper_or_absent(result.closed_form if bound is not None else None),
        output_range=_output_range(result),
        share_of_range=_share_of_range(bound, result),
        relative_error=_relative(bound, largest),
        layers=tuple(
            _layer(item, ticket) for item in result.per_layer if bound is not None
        ),
    )


def witness_summary(result: CheckResult, channels: int) -> WitnessSummary | None:
    """The checker's witness, if it found one.

    Args:
        result: What the checker said.
        channels: Input channels c_0.
    """
    witness = result.witness
    if witness is None:
        return None
    return WitnessSummary(
        pixels=witness.pixels,
        shape=(channels, *witness.shape),
        pixel=witness.pixel,
        channel=witness.channel,
        difference=enclosed(
            witness.difference, witness.difference, Direction.BOTH, _OUTPUT
        ),
    )


def certified_bound(result: CheckResult | GraphCheckResult) -> Fraction | None:
    """The checker's bound, if it is one on the network that the ticket names.

    Returns:
        None if any finding failed but the comparison with eps: the bound then belongs
        to other weights than the seed's, or the two evaluations of it disagree.
    """
    bound = result.error_upper_bound
    if bound is None or result.eps is None:
        return None
    # a trivial claim is proved all the same, and so is its bound
    fine = (Verdict.VERIFIED, Verdict.VACUOUS)
    failed = sum(item.verdict not in fine for item in result.ledger)
    return bound if failed == int(bound > result.eps) else None


def limit_finding(
    result: CheckResult, largest: Figure, part: str, on: str
) -> Finding | None:
    """Whether the certified error is at most ``part`` of the target's largest output.

    Args:
        result: What the checker said.
        largest: The target's largest output.
        part: Exact decimal.
        on: The inputs on which ``largest`` was taken, in words.

    Returns:
        None if one of the figures does not exist.

    Rigor:
        Exact comparison with both ends of ``largest``.
    """
    bound = certified_bound(result)
    if bound is None or isinstance(largest, Absent) or Fraction(largest.lower) <= 0:
        return None
    claim = f"the certified error is at most {part} of the target's largest output {on}"
    most, least = bound / Fraction(largest.lower), bound / Fraction(largest.upper)
    reason = f"at most {directed_decimal(most, 4, up=True)} of it"
    if most <= Fraction(part):
        return Finding(claim, Verdict.VERIFIED, reason)
    if least > Fraction(part):
        reason = f"at least {directed_decimal(least, 4, up=False)} of it"
        return Finding(claim, Verdict.REFUTED, reason)
    return Finding(claim, Verdict.INCONCLUSIVE, f"{reason}; rounding leaves it open")


def _layer(item: LayerBound, ticket: Ticket) -> LayerFigures:
    layer = ticket.layers[item.layer - 1]
    return LayerFigures(
        item.layer,
        exact(item.kept, "filters"),
        exact(int((layer.scalars > 0).sum()), "filters"),
        _upper(item.layer_error),
        enclosed(item.lipschitz, item.lipschitz, Direction.BOTH),
        _upper(item.activation),
        _upper(item.accumulated_error),
    )


def _upper(value: Fraction, unit: str = "") -> Quantity:
    return enclosed(value, value, Direction.UPPER, unit)


def _upper_or_absent(value: Fraction | None) -> Figure:
    if value is None:
        return Absent(_NOTHING)
    return _upper(value, _OUTPUT)


def _output_range(result: CheckResult) -> Figure:
    found = result.target_range
    if found is None:
        return Absent(_NOTHING)
    return enclosed(found.reached, found.bound, Direction.BOTH, _OUTPUT)


def _share_of_range(bound: Fraction | None, result: CheckResult) -> Figure:
    found = result.target_range
    if bound is None or found is None:
        return Absent(_NOTHING)
    if found.bound == 0:
        return Absent("the target's output is zero for every input")
    return enclosed(bound / found.bound, bound / found.bound, Direction.UPPER)


def _relative(bound: Fraction | None, largest: Figure) -> Figure:
    if bound is None:
        return Absent(_NOTHING)
    if isinstance(largest, Absent) or Fraction(largest.lower) <= 0:
        return Absent("the target's output is zero on all test inputs")
    low, high = Fraction(largest.lower), Fraction(largest.upper)
    return enclosed(bound / high, bound / low, Direction.UPPER)
