"""The construction of thm:structured-slth: from a target and a seed to a ticket.

Per target layer and input channel, filters with a positive scalar must sum to the
channel's kernel, those with a negative one to its negative; later layers see
non-negative inputs, so there only the positive half matters.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from importlib.metadata import version
from typing import Any

import numpy as np

from slth_verify._version import __version__
from slth_verify.construction._budget import plan, unit_eps, within_floats
from slth_verify.construction._forecast import Task
from slth_verify.construction._search import WAVES, Options, ProgressCallback, Search
from slth_verify.deadline import (
    TimeIsUpError,
    ends_within,
    now,
    seconds_left,
    seconds_of,
)
from slth_verify.enclosure import directed_decimal
from slth_verify.errors import (
    InvalidParameterError,
    NoTicketFoundError,
    TrivialClaimWarning,
)
from slth_verify.ieee import require_ieee
from slth_verify.limits import EXPONENT
from slth_verify.network import GENERATOR, RandomCNN, TargetCNN
from slth_verify.numbers import ExactNumber, rough, whole_number
from slth_verify.subset_sum import Journal, Proposal
from slth_verify.text import counted, printable
from slth_verify.ticket import (
    ErrorBound,
    Ticket,
    TicketLayer,
    accumulate,
    layer_residuals,
    output_bound,
    read_input_bound,
)

#: Forecast, in units of eps, above which no ticket is certified.
_HOPELESS = 1 + Fraction(1, 10**9)

#: A certificate may still be finished up to so many times the limit.
_CERTIFYING = 1.15


def prune(
    target: TargetCNN,
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
) -> Ticket:
    """Find filters of a random network whose removal leaves a copy of the target.

    Args:
        target: The network to approximate.
        random_network: Where to search; one width per target layer.
        eps: Admissible sup error over all inputs in [-B, B], in the target's units.
            Exact; a float is read through its shortest decimal form. ``"2%"`` means 2 %
            of the certified range of the target's outputs; see `read_accuracy`.
        input_bound: B > 0, such as 2.83 for digits that were normalised by their mean
            and deviation. The ticket speaks of [-1, 1], so it claims ``eps / B``.
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
        residuals, is at most ``eps / B``.

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
    if len(random_network.widths) != target.depth:
        raise InvalidParameterError(
            f"widths={random_network.widths} for a target of "
            f"{counted(target.depth, 'layer')}: "
            "one width per target layer is needed (thm:structured-slth)."
        )
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
    try:
        with ends_within(_CERTIFYING * limit):
            bound = unit_eps(target, eps, input_bound)
            _warn_if_trivial(target, bound, box)
            search = Search(target, random_network, plan(target, bound), options)
            found = _searched(search, bound, limit)
            if found is not None:
                return _ticket(target, random_network, bound, found[1], found[0])
            raise _failure(search, eps, box, limit)
    except TimeIsUpError as error:  # before anything was searched
        raise NoTicketFoundError(
            f"eps={printable(str(eps), 60)} was not reached in {limit:g} s: there was "
            "no time to search (thm:structured-slth). Give more time.",
            math.inf,
            out_of_time=True,
        ) from error


def _searched(
    search: Search, bound: Fraction, limit: float
) -> tuple[tuple[TicketLayer, ...], ErrorBound] | None:
    """Filters whose certified error is within the bound; None if none were found."""
    end = now() + limit
    for number in range(len(WAVES)):
        with suppress(TimeIsUpError), ends_within(end - now()):
            search.wave(number, bound)
        if search.forecast() <= bound * _HOPELESS:
            with suppress(TimeIsUpError):
                layers, certified = _certified(search)
                if certified.error <= bound:
                    return layers, certified
        if now() > end:
            break
    return None


def _failure(
    search: Search, eps: ExactNumber, box: Fraction, limit: float
) -> NoTicketFoundError:
    """What to say where no ticket was found, with the error that was reached."""
    best, reached = math.inf, "there was no time to certify what was found"
    with suppress(TimeIsUpError):
        error = _certified(search)[1].error * box
        best = float(within_floats(error))
        reached = f"the certified error came down to {rough(error)}"
    late = seconds_left() < (_CERTIFYING - 1.0) * limit
    asked = printable(str(eps), 60)
    within, advice = "", "Widen the random network or raise eps."
    if late:
        within = f" in {limit:g} s"
        advice = "Give more time; or widen the random network or raise eps."
    return NoTicketFoundError(
        f"eps={asked} was not reached{within}: {reached}, at widths "
        f"{search.network.widths} (thm:structured-slth promises a ticket only for wide "
        f"enough networks). {advice}",
        best,
        out_of_time=late,
    )


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
            stacklevel=3,
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


def _certified(search: Search) -> tuple[tuple[TicketLayer, ...], ErrorBound]:
    layers = _layers(search.target, search.network, search.proposals)
    return layers, certified_error(search.target, search.network, layers)


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
        certified_error=_stated(bound.error),
        layers=layers,
        versions={
            "slth-verify": __version__,
            **{name: version(name) for name in ("numpy", "scipy")},
        },
    )


def _stated(error: Fraction) -> str:
    """The error in 12 digits, rounded up to one that readers of numbers admit."""
    least = Fraction(1, 10**EXPONENT)
    return directed_decimal(max(error, least) if error else error, 12, up=True)
