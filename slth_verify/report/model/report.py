"""What a report holds: frozen data, from which the JSON and the page are made."""

from __future__ import annotations

from dataclasses import dataclass

from slth_verify.report.model.case import CaseReport
from slth_verify.report.model.context import Context
from slth_verify.report.model.law_figures import LawFigures
from slth_verify.report.model.parts import StatementSummary
from slth_verify.report.model.profile import Profile
from slth_verify.showing import OneLine
from slth_verify.verdict import NoTruthValue, Verdict

#: Version of the JSON document's schema.
SCHEMA_VERSION = 3


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Report(NoTruthValue, OneLine):
    """A whole report.

    Attributes:
        verdict: Combined verdict of all cases.
        counts: Findings by verdict.
        seed: The report's seed, in decimal digits.
        profile: What was covered.
        cases: Target by target.
        statements: The statements of the paper.
        replay: Commands that repeat what the report says.
        versions: Software.
        platform: Machine, as far as it matters.
        seconds: Wall time in all.
        law: How far searches get, or None if the profile measures no law or no target
            is of the paper's class.
        context: What is shown beside the cases.
    """

    verdict: Verdict
    counts: dict[str, int]
    seed: str
    profile: Profile
    cases: tuple[CaseReport, ...]
    statements: tuple[StatementSummary, ...]
    replay: tuple[str, ...]
    versions: dict[str, str]
    platform: dict[str, str]
    seconds: float
    law: LawFigures | None = None
    context: Context | None = None
