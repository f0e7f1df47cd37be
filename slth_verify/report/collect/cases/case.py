"""One case of a report: prune, save, read back, check, and look at the result."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from slth_verify.construction import prune, suggested_widths
from slth_verify.enclosure import directed_decimal
from slth_verify.errors import NoTicketFoundError
from slth_verify.network import GENERATOR, RandomCNN
from slth_verify.report._progress import Progress
from slth_verify.report.collect.cases.error_limits import (
    limit_finding,
    within_what_was_asked,
)
from slth_verify.report.collect.cases.examine import examine, probe
from slth_verify.report.collect.cases.local_certificates import LocalCertificates
from slth_verify.report.collect.cases.nearness import ask_local_certificates, nearness
from slth_verify.report.collect.cases.stage_budgets import budgeted
from slth_verify.report.collect.cases.target_figures import target_summary
from slth_verify.report.collect.cases.task import Task
from slth_verify.report.collect.cases.ticket_figures import (
    certified_bound,
    ticket_figures,
    witness_summary,
)
from slth_verify.report.collect.targets.subject import SHARE, Subject
from slth_verify.report.collect.widths.ladder import ask_ladder
from slth_verify.report.collect.widths.proved import ProvedWidths
from slth_verify.report.collect.widths.stage_widths import with_needs
from slth_verify.report.model.case import CaseReport
from slth_verify.report.model.parts import NetworkSummary
from slth_verify.report.model.profile import Profile
from slth_verify.report.model.quantity import OUTPUT, Absent, Figure, exact
from slth_verify.subset_sum import Journal
from slth_verify.ticket import OutputSpread, Ticket, check, output_spread
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
        widths: Is asked for the widths of the ladder of a target of the paper's class.
        journal: Keeps the finished searches of all cases.

    Returns:
        The case, without its ladder; INCONCLUSIVE with the reason if no ticket was
        found. Every other failure is raised.
    """
    target = subject.target
    task = Task(target.name, subject.stem, output, progress)
    with task.stage("target"):
        largest = probe(subject, profile)
        outputs = output_spread(target)
        eps, asked = _claim(profile, subject, largest[0], outputs)
        network = RandomCNN(subject.seed, suggested_widths(target, eps))
        target.save(output / task.target_file)
        summary = target_summary(target, task.target_file, outputs, largest)
    if target.in_papers_class:
        ask_ladder(target, eps, widths)
    case = CaseReport(
        name=target.name,
        origin=subject.origin,
        description=subject.description,
        verdict=Verdict.INCONCLUSIVE,
        target=summary,
        eps=exact(eps, OUTPUT),
        asked=asked,
        network=NetworkSummary(str(network.seed), GENERATOR, network.widths),
        seconds=task.seconds,
    )
    try:
        with task.stage("prune") as step:
            ticket = prune(
                target,
                network,
                eps=eps,
                problem_limit=profile.time_limit,
                journal=journal,
                progress=step,
            )
    except NoTicketFoundError as error:
        claim = f"the random network of seed {network.seed} has a ticket for eps {eps}"
        finding = Finding(claim, Verdict.INCONCLUSIVE, str(error), "a ticket exists")
        return replace(case, findings=(finding,))
    ticket.save(output / task.ticket_file)
    files = output / task.ticket_file, output / task.target_file
    images = ask_local_certificates(subject, *files, profile, widths.second)
    return _completed(task, subject, profile, case, eps, images)


def _claim(
    profile: Profile, subject: Subject, largest: Figure, outputs: OutputSpread
) -> tuple[Fraction, str]:
    """The claim, and what it was asked for as.

    A part of the largest output has two digits, rounded down; a target that is zero on
    the probes gets a part of its range.
    """
    if subject.eps is not None:
        return subject.eps, subject.asked or SHARE
    part = profile.dense_relative_eps if subject.dense else profile.relative_eps
    least = Fraction(0) if isinstance(largest, Absent) else Fraction(largest.lower)
    size = least or outputs.widest or Fraction(1)
    decimal = directed_decimal(Fraction(part) * size, 2, up=False)
    return Fraction(decimal), f"{part} of the largest output seen"


def _completed(
    task: Task,
    subject: Subject,
    profile: Profile,
    case: CaseReport,
    eps: Fraction,
    images: LocalCertificates | None,
) -> CaseReport:
    """Read the ticket back from its file and look at it from all sides."""
    path = task.output / task.ticket_file
    ticket = Ticket.load(path)
    with task.stage("check"):
        result = check(ticket, task.output / task.target_file)
    with task.stage("examine") as step:
        seen = examine(subject, ticket, result, profile, step)
    with task.stage("nearness") as step:
        near = nearness(subject, ticket, result, images, step)
        if near is None and images is not None:
            images.give_up()
    asked = within_what_was_asked(certified_bound(result), eps)
    findings = [*result.ledger, asked, *seen.findings]
    largest = case.target.largest_output
    if subject.held_out is not None and subject.eps is None:
        on = f"on the {case.target.largest_on}"
        limit = limit_finding(result, largest, profile.relative_limit, on)
        findings += [limit] if limit is not None else []
    place = task.ticket_file, path
    figures = place, subject.target, ticket, result, largest
    return replace(
        case,
        verdict=overall(tuple(finding.verdict for finding in findings)),
        ticket=with_needs(
            budgeted(ticket_figures(*figures), subject.target, eps), subject.target, eps
        ),
        witness=witness_summary(result),
        observations=seen.observations,
        accuracy=seen.accuracy,
        masks=seen.masks,
        collapse=seen.collapse,
        samples=seen.samples,
        nearness=near,
        findings=tuple(findings),
    )
