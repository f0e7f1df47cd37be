"""One target graph of a report: prune, save, read back, check, and look at it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from slth_verify.construction import prune, suggested_widths
from slth_verify.errors import NoTicketFoundError
from slth_verify.network import GENERATOR, RandomCNN
from slth_verify.report._progress import Progress
from slth_verify.report.collect.graphs.figures import (
    OUTPUT,
    graph_figures,
    graph_summary,
    within_what_was_asked,
)
from slth_verify.report.collect.graphs.passes import GraphPasses, look
from slth_verify.report.collect.summaries import certified_bound
from slth_verify.report.collect.targets import GRAPH_SHARE, GraphSubject
from slth_verify.report.collect.task import Task
from slth_verify.report.model.graph_case import GraphCase
from slth_verify.report.model.observations import finding_of
from slth_verify.report.model.parts import NetworkSummary
from slth_verify.report.model.profile import Profile
from slth_verify.report.model.quantity import exact
from slth_verify.subset_sum import Journal
from slth_verify.ticket import GraphTicket, check, output_spread
from slth_verify.verdict import Finding, Verdict, overall


def run_graph_case(
    subject: GraphSubject,
    profile: Profile,
    output: Path,
    progress: Progress,
    journal: Journal | None = None,
) -> GraphCase:
    """Approximate one target graph and write its ticket below ``output``.

    Args:
        subject: The target with its seed and accuracy.
        profile: How much to do.
        output: Folder of the report.
        progress: Called as work goes on.
        journal: Keeps the finished searches of all cases.

    Returns:
        The case; INCONCLUSIVE with the reason if no ticket was found. Every other
        failure is raised.
    """
    graph, eps = subject.target, subject.eps
    task = Task(graph.name, subject.stem, output, progress)
    with task.stage("target"):
        network = RandomCNN(subject.seed, suggested_widths(graph, eps))
        graph.save(output / task.target_file)
        summary = graph_summary(graph, task.target_file, output_spread(graph))
    case = GraphCase(
        name=graph.name,
        origin=subject.origin,
        description=subject.description,
        verdict=Verdict.INCONCLUSIVE,
        target=summary,
        eps=exact(eps, OUTPUT),
        asked=subject.asked or GRAPH_SHARE,
        network=NetworkSummary(str(network.seed), GENERATOR, network.widths),
        seconds=task.seconds,
    )
    try:
        with task.stage("prune") as step:
            ticket = prune(
                graph,
                network,
                eps=eps,
                problem_limit=profile.time_limit,
                journal=journal,
                progress=step,
            )
    except NoTicketFoundError as error:
        claim = f"the random network of seed {network.seed} has a ticket for eps {eps}"
        finding = Finding(claim, Verdict.INCONCLUSIVE, str(error))
        return replace(case, findings=(finding,))
    ticket.save(output / task.ticket_file)
    return _completed(task, subject, profile, case)


def _completed(
    task: Task, subject: GraphSubject, profile: Profile, case: GraphCase
) -> GraphCase:
    """Read the ticket back from its file, check it, and run the pruned network."""
    path = task.output / task.ticket_file
    ticket = GraphTicket.load(path)
    with task.stage("check"):
        result = check(ticket, task.output / task.target_file)
    bound = certified_bound(result)
    seen = GraphPasses()
    if bound is not None:
        with task.stage("examine"):
            seen = look(subject, ticket, bound, profile)
    forced = (finding_of(observation) for observation in seen.observations)
    findings = (
        *result.ledger,
        within_what_was_asked(bound, subject.eps),
        *(finding for finding in forced if finding is not None),
    )
    return replace(
        case,
        verdict=overall(tuple(finding.verdict for finding in findings)),
        ticket=graph_figures(
            task.ticket_file, path, subject.target, ticket, result, bound
        ),
        observations=seen.observations,
        accuracy=seen.accuracy,
        findings=findings,
    )
