"""The construction of thm:structured-slth: from a target and a seed to a ticket.

Per target layer and input channel, filters with a positive scalar must sum to the
channel's kernel, those with a negative one to its negative; later layers see
non-negative inputs, so there only the positive half matters.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from importlib.metadata import version
from typing import Any, Required, TypedDict, Unpack, overload

import numpy as np

from slth_verify._version import __version__
from slth_verify.construction._attempt import (
    CERTIFYING,
    failure,
    no_time,
    searched,
)
from slth_verify.construction._budget import plan, unit_eps
from slth_verify.construction._layer_problems import LayerProblems
from slth_verify.construction._problems import Task
from slth_verify.construction._search import Options, ProgressCallback, Search
from slth_verify.construction._stated import stated
from slth_verify.construction._widths import require_own_box
from slth_verify.construction.graphs.prune import prune_graph
from slth_verify.deadline import (
    TimeIsUpError,
    ends_within,
    seconds_of,
)
from slth_verify.errors import (
    InvalidParameterError,
    TrivialClaimWarning,
)
from slth_verify.graph import TargetGraph
from slth_verify.ieee import require_ieee
from slth_verify.network import GENERATOR, RandomCNN, TargetCNN
from slth_verify.numbers import ExactNumber, rough, whole_number
from slth_verify.subset_sum import Journal, Proposal
from slth_verify.text import counted
from slth_verify.ticket import (
    ErrorBound,
    Ticket,
    TicketLayer,
    accumulate,
    layer_residuals,
    output_bound,
    read_input_bound,
)
from slth_verify.ticket.graphs import GraphTicket


class PruneOptions(TypedDict, total=False):
    """Arguments of `prune`, for its overloads."""

    eps: Required[ExactNumber]
    input_bound: ExactNumber
    search_seed: int
    time_limit: float | None
    problem_limit: float | None
    memory_limit: int | None
    workers: int | None
    journal: str | os.PathLike[str] | Journal | None
    progress: ProgressCallback | None
    device: str | None


@overload
def prune(
    target: TargetCNN, random_network: RandomCNN, **options: Unpack[PruneOptions]
) -> Ticket: ...
@overload
def prune(
    target: TargetGraph, random_network: RandomCNN, **options: Unpack[PruneOptions]
) -> GraphTicket: ...
def prune(
    target: TargetCNN | TargetGraph,
    random_network: RandomCNN,
    *,
    eps: ExactNumber,
    input_bound: ExactNumber = 1,
    search_seed: int = 0,
    time_limit: float | None = None,
    problem_limit: float | None = None,
    memory_limit: int | None = None,
    workers: int | None = None,
    journal: str | os.PathLike[str] | Journal | None = None,
    progress: ProgressCallback | None = None,
    device: str | None = None,
) -> Ticket | GraphTicket:
    """Find filters of a random network whose removal leaves a copy of the target.

    Args:
        target: The network to approximate.
        random_network: Where to search; one width per target layer, or per stage of a
            graph.
        eps: Admissible sup error over all inputs in [-B, B] (in a graph's own box), in
            the target's units. Exact; a float is read through its shortest decimal
            form. ``"2%"`` means 2 % of the certified range of the target's outputs; see
            `read_accuracy` and `read_graph_accuracy`.
        input_bound: B > 0, such as 2.83 for digits that were normalised by their mean
            and deviation. The ticket speaks of [-1, 1], so it claims ``eps / B``. A
            graph has its own box.
        search_seed: Seed of the solvers' own choices.
        time_limit: Seconds for the whole call; None for no limit. Every search ends by
            itself, but a failing one in high dimension may take many minutes.
        problem_limit: Seconds that one subset-sum problem may take; None for a minute,
            and more for pools whose scan takes longer.
        memory_limit: Bytes that the lists of a search may take, in each process beside
            its pool; None for the searches' own limits, about 1 GiB.
        workers: Processes to search in; None: all cores for large networks, else this
            process. The ticket does not depend on it, unless time runs out.
        journal: File that keeps every finished subset-sum problem; if the run is
            killed, the same call resumes.
        progress: Called as ``progress(done, total)``.
        device: A torch device, such as ``"cuda"``, for beams and joined lists of the
            search; None for numpy.

    Returns:
        A ticket whose certified error over [-1, 1], computed exactly from its
        residuals, is at most ``eps / B``; of a graph, at most ``eps`` over its box.

    Raises:
        NoTicketFoundError: With the certified error reached. It does not show that no
            ticket exists; ``out_of_time`` says whether the search was cut short.

    Rigor:
        The search is heuristic; the ticket's error is exact, and `slth_verify.check`
        proves it again without this code.

    Source:
        thm:structured-slth, der:layer-error, der:a-posteriori.
    """
    require_ieee()
    options = Options(
        whole_number(search_seed, "search_seed", least=0),
        None if problem_limit is None else seconds_of(problem_limit, "problem_limit"),
        None if workers is None else whole_number(workers, "workers", least=1),
        journal,
        progress,
        device,
        memory_limit,
    )
    limit, box = seconds_of(time_limit), read_input_bound(input_bound)
    if isinstance(target, TargetGraph):
        require_own_box(box)
        return prune_graph(target, random_network, eps, options, limit)
    return _prune_layers(target, random_network, eps, box, options, limit)


def _prune_layers(
    target: TargetCNN,
    random_network: RandomCNN,
    eps: ExactNumber,
    box: Fraction,
    options: Options,
    limit: float,
) -> Ticket:
    """A ticket of a plain target."""
    if len(random_network.widths) != target.depth:
        raise InvalidParameterError(
            f"widths={random_network.widths} for a target of "
            f"{counted(target.depth, 'layer')}: "
            "one width per target layer is needed (thm:structured-slth)."
        )
    try:
        with ends_within(CERTIFYING * limit):
            bound = unit_eps(target, eps, box)
            _warn_if_trivial(target, bound, box)
            problems = LayerProblems(target, random_network, plan(target, bound))
            search = Search(problems, options)
            certify = partial(_certified, target, random_network)
            found = searched(search, certify, bound, limit)
            if found is None:
                raise failure(search, certify, eps, limit, box)
            return _ticket(target, random_network, bound, *found)
    except TimeIsUpError as error:
        raise no_time(eps, limit) from error


def _warn_if_trivial(target: TargetCNN, eps: Fraction, box: Fraction) -> None:
    """Say so if no output exceeds ``eps``, both for inputs in [-1, 1]."""
    largest = output_bound(target.kernels)
    if largest <= eps:
        warnings.warn(
            f"eps={rough(eps * box)} is trivial: no output of the target exceeds "
            f"{rough(largest * box)} (certified), so the network that computes 0 is "
            "within eps as well, and check will call the ticket VACUOUS. Give a "
            'smaller eps, such as "2%" of that range.',
            TrivialClaimWarning,
            stacklevel=4,
        )


def certified_error(
    target: TargetCNN,
    network: RandomCNN,
    layers: tuple[TicketLayer, ...],
) -> ErrorBound:
    """Exact error bound of kept filters, by the recurrence that the checker uses.

    Args:
        target: The target network.
        network: The random network.
        layers: Kept filters with their weights.
    """
    residuals = [
        layer_residuals(
            target.kernels[number],
            target.scale_exponents[number],
            layer,
            layer.filters // network.block(number + 1),
            signed_input=number == 0,
        )
        for number, layer in enumerate(layers)
    ]
    kept = [len(layer.filters) for layer in layers]
    return accumulate(residuals, kept, target.scale_exponents)


def _certified(
    target: TargetCNN, network: RandomCNN, proposals: Mapping[Task, Proposal]
) -> tuple[tuple[ErrorBound, tuple[TicketLayer, ...]], Fraction]:
    layers = _layers(target, network, proposals)
    bound = certified_error(target, network, layers)
    return (bound, layers), bound.error


def _layers(
    target: TargetCNN, network: RandomCNN, proposals: Mapping[Task, Proposal]
) -> tuple[TicketLayer, ...]:
    layers = []
    for layer in range(1, target.depth + 1):
        block = network.block(layer)
        parts = [
            found.indices + task.channel * block
            for task, found in proposals.items()
            if task.layer == layer
        ]
        filters = np.sort(np.concatenate(parts))
        scalars = network.own_scalars(layer, filters)
        shape = target.architecture.kernel_shape(layer)
        kernels = network.kernels(layer, filters, shape)
        layers.append(TicketLayer(filters, scalars, kernels))
    return tuple(layers)


def _ticket(
    target: TargetCNN,
    network: RandomCNN,
    eps: Fraction,
    bound: ErrorBound,
    layers: tuple[TicketLayer, ...],
) -> Ticket:
    description: dict[str, Any] = {
        "name": target.name,
        "sha256": target.sha256,
        "input_shape": list(target.input_shape),
        "readout": target.readout,
    }
    return Ticket(
        target=description,
        generator=GENERATOR,
        seed=network.seed,
        widths=network.widths,
        scale_exponents=target.scale_exponents,
        eps=eps,
        certified_error=stated(bound.error),
        layers=layers,
        versions={
            "slth-verify": __version__,
            **{name: version(name) for name in ("numpy", "scipy")},
        },
    )
