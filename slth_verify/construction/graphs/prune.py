"""The construction for target graphs: from a target and a seed to a ticket.

For each stage, input channel and sign that the channel may have, filters with such a
scalar must sum to the channel's kernel, or to its negative; filters of the constant
channel to the bias.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from importlib.metadata import version

import numpy as np

from slth_verify._version import __version__
from slth_verify.construction._stated import stated
from slth_verify.construction.graphs.plan import GraphPlan, plan_graph
from slth_verify.construction.graphs.problems import StageProblems
from slth_verify.construction.searching.attempt import (
    CERTIFYING,
    failure,
    no_time,
    searched,
)
from slth_verify.construction.searching.problems import Task
from slth_verify.construction.searching.search import Options, Search
from slth_verify.deadline import TimeIsUpError, ends_within
from slth_verify.errors import TrivialClaimWarning
from slth_verify.graph import TargetCNN, ranges
from slth_verify.graph.stages import Stage, require_stages, staged
from slth_verify.graph.walk import last
from slth_verify.network import GENERATOR, RandomCNN
from slth_verify.numbers import ExactNumber, rough
from slth_verify.subset_sum import Proposal
from slth_verify.ticket.given import Path, given_target
from slth_verify.ticket.graphs import StageTicket, Ticket, read_accuracy
from slth_verify.ticket.graphs.difference import node_bounds
from slth_verify.ticket.graphs.outputs import widest
from slth_verify.ticket.graphs.sums import KeptFilters, PairSums, pair_sums


def prune_graph(
    target: Path | TargetCNN,
    network: RandomCNN,
    eps: ExactNumber,
    options: Options,
    limit: float,
) -> Ticket:
    """A ticket of a graph; see `slth_verify.prune`, which reads the arguments."""
    try:
        with ends_within(CERTIFYING * limit):
            graph = given_target(target)
            bound = read_accuracy(eps, graph)
            require_stages(graph, network.widths)
            plan = plan_graph(graph, bound)
            _warn_if_trivial(graph, bound)
            search = Search(StageProblems(graph, network, plan), options)
            certify = partial(certified, graph, network, plan)
            found = searched(search, certify, bound, limit)
            if found is None:
                raise failure(search, certify, eps, limit)
            return _ticket(graph, network, bound, *found)
    except TimeIsUpError as error:
        raise no_time(eps, limit) from error


def _warn_if_trivial(graph: TargetCNN, eps: Fraction) -> None:
    width = widest(ranges(graph)[graph.output.name])
    if width <= 2 * eps:
        remedy = 'Give a smaller eps, such as "2%" of that range.'
        if not width:
            remedy = "Every eps is trivial for outputs that are constant."
        warnings.warn(
            f"eps={rough(eps)} is trivial: no output channel of the target ranges over "
            f"more than {rough(width)} (certified), so constants are within eps as "
            f"well, and check will call the ticket VACUOUS. {remedy}",
            TrivialClaimWarning,
            stacklevel=4,
        )


def certified(
    graph: TargetCNN,
    network: RandomCNN,
    plan: GraphPlan,
    proposals: Mapping[Task, Proposal],
) -> tuple[tuple[Fraction, tuple[StageTicket, ...]], Fraction]:
    """What is kept, and its exact error by the recurrence that the checker uses."""
    parts = []
    for part in plan.stages:
        number, block = part.stage.number, network.block(part.stage.number)
        kept = [
            found.indices + task.channel * block
            for task, found in proposals.items()
            if task.layer == number
        ]
        filters = np.sort(np.concatenate([np.empty(0, np.int64), *kept]))
        width = network.widths[number - 1]
        parts.append(StageTicket(part.stage.name, width, part.exponent, filters))

    def sums(stage: Stage) -> PairSums:
        part = parts[stage.number - 1]
        return pair_sums(stage, part.exponent, _drawn(network, stage, part))

    error = last(node_bounds(staged(graph), sums)).bounds.error
    return (error, tuple(parts)), error


def _drawn(network: RandomCNN, stage: Stage, part: StageTicket) -> KeptFilters:
    """Filters with their weights, as the search draws them."""
    owner = part.filters // network.block(stage.number)
    plain = int(np.searchsorted(owner, stage.channels))
    kernels, constants = (
        network.kernels(stage.number, filters, stage.kernel_shape(channel))
        for filters, channel in (
            (part.filters[:plain], 0),
            (part.filters[plain:], stage.channels),
        )
    )
    return KeptFilters(
        part.filters,
        owner,
        network.own_scalars(stage.number, part.filters),
        kernels,
        constants.reshape(len(constants), constants.shape[3]),
    )


def _ticket(
    graph: TargetCNN,
    network: RandomCNN,
    eps: Fraction,
    error: Fraction,
    stages: tuple[StageTicket, ...],
) -> Ticket:
    return Ticket(
        target={"name": graph.name, "sha256": graph.sha256},
        generator=GENERATOR,
        seed=network.seed,
        stages=stages,
        eps=eps,
        certified_error=stated(error),
        versions={
            "slth-verify": __version__,
            **{name: version(name) for name in ("numpy", "scipy")},
        },
        made_for=graph,
    )
