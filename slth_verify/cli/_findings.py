"""Findings of a checker, in print and in JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from slth_verify.cli._scale import decimal
from slth_verify.limits import DIGITS
from slth_verify.text import printable

if TYPE_CHECKING:
    from slth_verify.verdict import Finding


def ledger_json(ledger: Sequence[Finding]) -> list[dict[str, str]]:
    """Every finding in order."""
    return [
        {
            "claim": finding.claim,
            "verdict": finding.verdict.name,
            "reason": finding.reason,
        }
        for finding in ledger
    ]


def finding_lines(ledger: Sequence[Finding]) -> Iterator[str]:
    """The same in words."""
    for finding in ledger:
        line = f"{finding.verdict.name:12} {finding.claim}: {finding.reason}"
        yield f"  {printable(line)}"


def exact_or_rounded_down(difference: Fraction) -> dict[str, str]:
    """A difference that may have more digits than any reader admits."""
    longest = max(difference.numerator, difference.denominator)
    if longest < 10**DIGITS:
        return {"difference": str(difference), "evidence": "exact"}
    rounded = decimal(difference, 18, up=False)
    return {"difference": rounded, "evidence": "exact, rounded down"}
