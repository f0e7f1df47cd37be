"""The independent checker for target graphs: proves a ticket for every image, or not.

It shares no code with the search. The problem is derived from the target's file, the
weights from the seed, and the error in exact arithmetic, one stage at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial

from slth_verify.graph.graph import TargetCNN
from slth_verify.graph.nodes import Node
from slth_verify.graph.stages import Stage, staged
from slth_verify.ieee import IEEE, departure
from slth_verify.text import printable
from slth_verify.ticket.graphs.claims import Box, box_text, lower, upper
from slth_verify.ticket.graphs.cost import too_costly
from slth_verify.ticket.graphs.difference import Bounds, NodeBounds, node_bounds
from slth_verify.ticket.graphs.findings import (
    filters_exist,
    fits,
    identity,
    scale,
    second_opinion,
    stated_error,
    stored_weights,
)
from slth_verify.ticket.graphs.format import Ticket
from slth_verify.ticket.graphs.outputs import OutputSpread
from slth_verify.ticket.graphs.result import CheckResult, StageBound
from slth_verify.ticket.graphs.second_opinion import SecondOpinion
from slth_verify.ticket.graphs.sharper import Sharper, forms_are_affordable
from slth_verify.ticket.graphs.stage_ticket import StageTicket
from slth_verify.ticket.graphs.sums import KeptFilters, PairSums, pair_sums
from slth_verify.ticket.graphs.weights import drawn_filters
from slth_verify.ticket.graphs.witness import (
    Witness,
    find_witness,
    reached_spread,
)
from slth_verify.verdict import Finding, Verdict, overall


def check_graph(
    ticket: Ticket,
    graph: TargetCNN,
    eps: Fraction | None,
    *,
    cross_check: bool,
    limited: bool,
    sharp: bool = True,
    seen: TargetCNN | None = None,
) -> CheckResult:
    """Check a ticket against its target.

    Args:
        ticket: Its fields have the types and ranges that they must have.
        graph: The target.
        eps: Bound to check instead of the ticket's own.
        cross_check: Also evaluate some outputs of every stage in mpmath.
        limited: Whether somebody watches the time; else a long check is not begun.
        sharp: Whether linear forms sharpen the bound, if that takes seconds.
        seen: The target with the box of the images that are asked about; None for its
            own. The ticket's stated error is of its own box, and is not compared with
            the bound on another.

    Rigor:
        Integers and short rationals on the safe side; weights in ball arithmetic.
        Anything undecided is not VERIFIED.

    Source:
        docs/theory/networks.md, "Differences".
    """
    changed = departure()
    if changed is not None:
        return stopped(None, [Finding(IEEE, Verdict.INCONCLUSIVE, changed)])
    asked = ticket.eps if eps is None else eps
    named, other = graph, None if seen is None else _other_box(seen, graph)
    if seen is not None and other is not None:
        graph = seen
    nodes = staged(graph)
    stages = [node for node in nodes if isinstance(node, Stage)]
    ledger = [identity(ticket, named), fits(ticket, stages)]
    if ledger[1].verdict is not Verdict.VERIFIED:
        return stopped(asked, ledger, other)
    parts = dict(zip((stage.name for stage in stages), ticket.stages, strict=True))
    ledger += [filters_exist(stage, parts[stage.name]) for stage in stages]
    if any(finding.verdict is not Verdict.VERIFIED for finding in ledger[2:]):
        return stopped(asked, ledger, other)
    costly = None if limited else too_costly(ticket, graph, nodes)
    if costly is not None:
        return stopped(asked, [costly], other)
    pruned = _Pruned(ticket, parts, ledger)
    opinion = SecondOpinion() if cross_check else None
    watch = None if opinion is None else partial(_ask, opinion, pruned)
    shapes = {node.name: graph.shape(_tensor(node)) for node in nodes}
    forms = Sharper(nodes) if sharp and forms_are_affordable(nodes, shapes) else None
    sums = pruned.sums if forms is None else forms.watched(pruned.sums)
    try:
        walked = list(node_bounds(nodes, sums, watch))
        sharper = None if forms is None else forms.error(walked)
    except ArithmeticError as undecided:
        claim = "weights of the random network are decided"
        ledger.append(Finding(claim, Verdict.INCONCLUSIVE, printable(str(undecided))))
        return stopped(asked, ledger, other)
    intervals = walked[-1][1].bounds.error
    error = intervals if sharper is None else min(intervals, sharper)
    spread = OutputSpread.of(walked[-1][1].bounds.target, reached_spread(graph))
    finding, witness = _within(graph, pruned, asked, error, other)
    ledger += [finding, scale(spread, asked)]
    if other is None:
        ledger.append(stated_error(ticket, error))
    if opinion is not None:
        said = second_opinion(opinion)
        ledger += [] if said is None else [said]
    return CheckResult(
        overall(tuple(item.verdict for item in ledger)),
        asked,
        error,
        _figures(walked, parts),
        tuple(ledger),
        witness,
        spread,
        intervals,
        other,
    )


def _other_box(seen: TargetCNN, graph: TargetCNN) -> Box | None:
    """The box of images, by channel, if it is not the target's own."""
    image, own = seen.input, graph.input
    if (image.low, image.high) == (own.low, own.high):
        return None
    return tuple(zip(image.low, image.high, strict=True))


def _tensor(node: Node) -> str:
    """The graph's name of a node's tensor."""
    return node.output if isinstance(node, Stage) else node.name


class _Pruned:
    """The pruned network, made stage by stage; stored weights are compared.

    Attributes:
        last: Filters, scale and sums of the stage that was made last.
    """

    last: tuple[KeptFilters, int, PairSums]

    def __init__(
        self,
        ticket: Ticket,
        parts: dict[str, StageTicket],
        ledger: list[Finding],
    ) -> None:
        self._ticket, self._parts, self._ledger = ticket, parts, ledger

    def sums(self, stage: Stage) -> PairSums:
        """What a stage's kept filters add up to, from the seed."""
        part = self._parts[stage.name]
        drawn = drawn_filters(self._ticket.seed, stage, part.width, part.filters)
        if part.weights is not None:
            self._ledger.append(stored_weights(stage, part, drawn))
        found = pair_sums(stage, part.exponent, drawn)
        self.last = drawn, part.exponent, found
        return found


def _ask(
    opinion: SecondOpinion, pruned: _Pruned, stage: Stage, source: Bounds, found: Bounds
) -> None:
    kept, exponent, sums = pruned.last
    opinion.look(stage, exponent, kept, sums, source, found)


def _within(
    graph: TargetCNN,
    pruned: _Pruned,
    eps: Fraction,
    error: Fraction,
    other: Box | None,
) -> tuple[Finding, Witness | None]:
    """The claim itself. Its numbers are rounded so that the sentence stays true."""
    form = "sup over all images of {} of ||f - g||_max <= {}"
    inside, outside = (box_text(other, inward=x) for x in (True, False))
    key, found = "error on the box", f"certified bound {upper(error)}"
    if error <= eps:
        claim = form.format(inside, upper(eps))
        return Finding(claim, Verdict.VERIFIED, found, key), None
    witness = find_witness(graph, pruned.sums, eps)
    if witness is None:
        reason = f"{found} exceeds it, but no image was found that does"
        claim = form.format(inside, upper(eps))
        open_ = Finding(claim, Verdict.INCONCLUSIVE, reason, key)
        return open_, None
    reason = (
        f"{found}; output entry {witness.entry} differs by at least "
        f"{lower(witness.difference)} on the witness"
    )
    claim = form.format(outside, lower(eps))
    return Finding(claim, Verdict.REFUTED, reason, key), witness


def _figures(
    walked: Sequence[tuple[Node, NodeBounds]], parts: dict[str, StageTicket]
) -> tuple[StageBound, ...]:
    return tuple(
        StageBound(
            node.name,
            len(parts[node.name].filters),
            found.own,
            found.carried,
            found.bounds.error,
            min(found.bounds.target.lower),
            max(found.bounds.target.upper),
        )
        for node, found in walked
        if isinstance(node, Stage)
    )


def stopped(
    eps: Fraction | None, ledger: list[Finding], box: Box | None = None
) -> CheckResult:
    """The result of a check that ended early."""
    verdict = overall(tuple(finding.verdict for finding in ledger))
    return CheckResult(verdict, eps, None, (), tuple(ledger), box=box)
