"""Whether the certified error keeps within what was asked, and within a share."""

from __future__ import annotations

from fractions import Fraction

from slth_verify.enclosure import directed_decimal
from slth_verify.report.collect.cases.ticket_figures import certified_bound
from slth_verify.report.model.quantity import Absent, Figure
from slth_verify.ticket import CheckResult
from slth_verify.verdict import Finding, Verdict


def within_what_was_asked(bound: Fraction | None, eps: Fraction) -> Finding:
    """Whether the certified error is at most the accuracy that the ticket was made for.

    The ticket's own claim is another number, which its file states.

    Args:
        bound: The checker's bound; None if there is none, or if it does not go with the
            checker's findings.
        eps: The accuracy that was asked for.

    Rigor:
        Exact comparison.
    """
    asked = directed_decimal(eps, 9, up=False)
    claim = f"the certified error is at most the {asked} that was asked for"
    key = "error against what was asked"
    if bound is None:
        reason = "no bound was certified that goes with the checker's findings"
        return Finding(claim, Verdict.INCONCLUSIVE, reason, key)
    if bound <= eps:
        reason = f"it is at most {directed_decimal(bound, 9, up=True)}"
        return Finding(claim, Verdict.VERIFIED, reason, key)
    reason = f"it is {directed_decimal(bound, 9, up=False)} or more"
    return Finding(claim, Verdict.REFUTED, reason, key)


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
    key = "error against the largest output"
    most, least = bound / Fraction(largest.lower), bound / Fraction(largest.upper)
    reason = f"at most {directed_decimal(most, 4, up=True)} of it"
    if most <= Fraction(part):
        return Finding(claim, Verdict.VERIFIED, reason, key)
    if least > Fraction(part):
        reason = f"at least {directed_decimal(least, 4, up=False)} of it"
        return Finding(claim, Verdict.REFUTED, reason, key)
    reason = f"{reason}; rounding leaves it open"
    return Finding(claim, Verdict.INCONCLUSIVE, reason, key)
