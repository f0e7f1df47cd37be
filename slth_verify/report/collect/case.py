"""One case of a report: prune, save, read back, check, and look at the result."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from slth_verify.construction import prune, suggested_widths
from slth_verify.errors import NoTicketFoundError
from slth_verify.network import GENERATOR, RandomCNN
from slth_verify.report._progress import Progress
from slth_verify.report.collect.examine import examine, probe
from slth_verify.report.collect.ladder import ask_ladder
from slth_verify.report.collect.proved_widths import ProvedWidths
from slth_verify.report.collect.summaries import (
    claimed_eps,
    limit_finding,
    target_summary,
    ticket_figures,
    witness_summary,
)
from slth_verify.report.collect.targets import Subject
from slth_verify.report.collect.task import Task
from slth_verify.report.model.parts import NetworkSummary
from slth_verify.report.model.profile import Profile
from slth_verify.report.model.quantity import Figure, exact
from slth_verify.report.model.report import CaseReport
from slth_verify.subset_sum import Journal
from slth_verify.ticket import Ticket, check
from slth_verify.verdict import Finding, Verdict, overall


def run_case(
    subject: Subject,
    profile: Profile,
    output: Path,
    progress: Progress,
    widths: ProvedWidths,
    journal: Journal | None = None,
) -> CaseReport:
    """Approximate one target and write its ticket below ``output``.

    Args:
        subject: The target with its seed.
        profile: How much to do.
        output: Folder of the report.
        progress: Called as work goes on.
        widths: Is asked for the widths of the case's ladder.
        journal: Keeps the finished searches of all cases.

    Returns:
        The case, without its ladder; INCONCLUSIVE with the reason if no ticket was
        found. Every other failure is raised.
    """
    target = subject.target
    task = Task(target.name, subject.stem, output, progress)
    with task.stage("target"):
        largest, largest_on = probe(subject, profile)
        eps = claimed_eps(profile, subject, largest)
        network = RandomCNN(subject.seed, suggested_widths(target, Fraction(eps)))
        target.save(output / task.target_file)
    ask_ladder(target, Fraction(eps), widths)
    case = CaseReport(
        name=target.name,
        origin=subject.origin,
        description=subject.description,
        verdict=Verdict.INCONCLUSIVE,
        target=target_summary(target, task.target_file, largest, largest_on),
        eps=exact(eps, "target output"),
        network=NetworkSummary(str(network.seed), GENERATOR, network.widths),
        ladder=(),
        seconds=task.seconds,
    )
    try:
        with task.stage("prune") as step:
            seconds = profile.time_limit
            ticket = prune(
                target,
                network,
                eps=eps,
                problem_limit=seconds,
                journal=journal,
                progress=step,
            )
    except NoTicketFoundError as error:
        claim = f"the random network of seed {network.seed} has a ticket for eps {eps}"
        finding = Finding(claim, Verdict.INCONCLUSIVE, str(error))
        return replace(case, findings=(finding,))
    ticket.save(output / task.ticket_file)
    return _completed(task, subject, profile, case, largest)


def _completed(
    task: Task, subject: Subject, profile: Profile, case: CaseReport, largest: Figure
) -> CaseReport:
    """Read the ticket back from its file and look at it from all sides."""
    path = task.output / task.ticket_file
    ticket = Ticket.load(path)
    with task.stage("check"):
        result = check(ticket, task.output / task.target_file)
    with task.stage("examine") as step:
        seen = examine(subject, ticket, result, profile, step)
    findings = [*result.ledger, *seen.findings]
    if subject.held_out is not None:
        part, on = profile.relative_limit, f"on the {case.target.largest_on}"
        limit = limit_finding(result, largest, part, on)
        findings += [limit] if limit is not None else []
    return replace(
        case,
        verdict=overall(tuple(finding.verdict for finding in findings)),
        ticket=ticket_figures(task.ticket_file, path, ticket, result, largest),
        witness=witness_summary(result, subject.target.input_shape[0]),
        observations=seen.observations,
        accuracy=seen.accuracy,
        masks=seen.masks,
        collapse=seen.collapse,
        samples=seen.samples,
        findings=tuple(findings),
    )
