"""What a report holds: frozen data, from which the JSON and the page are made."""

from __future__ import annotations

from dataclasses import dataclass

from slth_verify.report.model.graph_case import GraphCase
from slth_verify.report.model.law_figures import LawFigures
from slth_verify.report.model.observations import Observation
from slth_verify.report.model.parts import (
    Accuracy,
    MaskPicture,
    NetworkSummary,
    Rung,
    Sample,
    SizeRow,
    StatementSummary,
    TargetSummary,
    TicketFigures,
    WitnessSummary,
)
from slth_verify.report.model.profile import Profile
from slth_verify.report.model.quantity import Quantity
from slth_verify.verdict import Finding, NoTruthValue, Verdict

#: Version of the JSON document's schema.
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReport(NoTruthValue):
    """Everything about one target.

    Attributes:
        name: Short and unique.
        origin: ``"trained"``, ``"generated"`` or ``"given"``.
        description: What is special about it.
        verdict: Combined verdict of the findings.
        target: The target.
        eps: The claimed bound.
        network: The random network.
        ladder: Widths per layer.
        seconds: Wall time by stage.
        ticket: Figures of the ticket, or None if none was found.
        witness: An input that refutes the claimed bound, if there is one.
        observations: Forward passes.
        accuracy: On held-out images, where there are any.
        masks: Layer by layer.
        collapse: Sizes before and after.
        samples: Pictures.
        findings: Every checked claim.
    """

    name: str
    origin: str
    description: str
    verdict: Verdict
    target: TargetSummary
    eps: Quantity
    network: NetworkSummary
    ladder: tuple[Rung, ...]
    seconds: dict[str, float]
    ticket: TicketFigures | None = None
    witness: WitnessSummary | None = None
    observations: tuple[Observation, ...] = ()
    accuracy: Accuracy | None = None
    masks: tuple[MaskPicture, ...] = ()
    collapse: tuple[SizeRow, ...] = ()
    samples: tuple[Sample, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(NoTruthValue):
    """A whole report.

    Attributes:
        verdict: Combined verdict of all cases.
        counts: Findings by verdict.
        seed: The report's seed, in decimal digits.
        profile: What was covered.
        cases: Target by target, those of the paper's class.
        statements: The statements of the paper.
        replay: Commands that repeat what the report says.
        versions: Software.
        platform: Machine, as far as it matters.
        seconds: Wall time in all.
        law: How far searches get, or None if the profile measures no law or all targets
            are graphs.
        graphs: Target graphs, one by one.
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
    graphs: tuple[GraphCase, ...] = ()
