"""The construction of thm:structured-slth: from a target and a seed to a ticket.

Per stage and input channel, filters with a positive scalar must sum to the channel's
kernel, those with a negative one to its negative; where inputs are not negative only
the positive half matters.
"""

from __future__ import annotations

import os

from slth_verify.construction.graphs.prune import prune_graph
from slth_verify.construction.searching.search import Options, ProgressCallback
from slth_verify.deadline import seconds_of
from slth_verify.errors import InvalidParameterError
from slth_verify.graph import TargetCNN
from slth_verify.ieee import require_ieee
from slth_verify.network import RandomCNN
from slth_verify.numbers import ExactNumber, shown, whole_number
from slth_verify.subset_sum import Journal
from slth_verify.ticket import Ticket

#: Processes that a search may be given.
_WORKERS = 1 << 12


def prune(
    target: str | os.PathLike[str] | TargetCNN,
    random_network: RandomCNN,
    *,
    eps: ExactNumber,
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
        target: The network to approximate, or its file.
        random_network: Where to search; one width per stage of the target.
        eps: Admissible sup error over all images of the target's box, in the target's
            units. Exact; a float is read through its shortest decimal form. ``"2%"``
            means 2 % of the certified range of the target's outputs; see
            `slth_verify.ticket.read_accuracy`.
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
        A ticket whose certified error over the box, computed exactly from its
        residuals, is at most ``eps``.

    Raises:
        InvalidTargetError: If the target is unreadable, or none.
        InvalidParameterError: If another argument is not as described here.
        NoTicketFoundError: With the certified error reached. It does not show that no
            ticket exists; ``out_of_time`` says whether the search was cut short.

    Rigor:
        The search is heuristic; the ticket's error is exact, and `slth_verify.check`
        proves it again without this code.

    Source:
        thm:structured-slth; of all other targets docs/theory/networks.md.
    """
    require_ieee()
    if not isinstance(random_network, RandomCNN):
        raise InvalidParameterError(
            f"random_network={shown(random_network)}: a RandomCNN is required "
            "(thm:structured-slth). Give RandomCNN(seed=..., "
            "widths=suggested_widths(target, eps))."
        )
    options = Options(
        whole_number(search_seed, "search_seed", least=0),
        None if problem_limit is None else seconds_of(problem_limit, "problem_limit"),
        None
        if workers is None
        else whole_number(workers, "workers", least=1, most=_WORKERS),
        journal,
        progress,
        device,
        memory_limit,
    )
    return prune_graph(target, random_network, eps, options, seconds_of(time_limit))
