"""What a user asks of two networks: attack, certify, compare."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from typing import Any

import numpy as np

from slth_verify.comparison.attack import AttackResult, attacked
from slth_verify.comparison.images import given_images
from slth_verify.comparison.local import LocalResult, certified_near
from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.comparison.results import CompareResult, LocalReport, NodeGap
from slth_verify.comparison.splitting import Splits, differences_asked, split_bound
from slth_verify.deadline import look_at_the_clock
from slth_verify.errors import (
    InvalidParameterError,
    InvalidTargetError,
    WorkerLostError,
)
from slth_verify.forms import Differences, box_of
from slth_verify.forms.rounding import float_ends
from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import Stage
from slth_verify.numbers import ExactNumber, exact_number, shown, whole_number
from slth_verify.processes.children import settling
from slth_verify.ticket import Ticket, read_accuracy
from slth_verify.ticket.given import given_target, given_ticket
from slth_verify.verdict import Verdict

_Path = str | os.PathLike[str]

#: Images that a process is given at a time, and images below which none is started.
_GROUP, _FEW = 8, 24
#: Processes that may be asked for.
_WORKERS = 1 << 12

#: Called with the images that are done and their number.
Progress = Callable[[int, int], None]


def attack(
    ticket: _Path | Ticket, target: _Path | TargetCNN, *, seed: int = 0
) -> AttackResult:
    """A lower bound of a ticket's true error: the worst image that was found.

    Args:
        ticket: A file or a loaded ticket.
        target: A file or a graph.
        seed: Of the search.

    Raises:
        InvalidTicketError: If the ticket is unreadable, or not proved to be one of this
            target.
        InvalidTargetError: If the target is unreadable.

    Rigor:
        Heuristic search; the difference is evaluated exactly.

    Source:
        docs/theory/linear-forms.md, "Brackets".
    """
    whole_number(seed, "seed", least=0)
    return attacked(_networks(ticket, target), seed=seed)


def certify(
    ticket: _Path | Ticket,
    target: _Path | TargetCNN,
    images: Any,
    radius: ExactNumber = 0,
    *,
    splits: int | None = None,
    time_limit: float | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> LocalReport:
    """Whether the pruned random network classifies like its target near given images.

    The class is the largest output; of output maps, the largest mean over all places.

    Args:
        ticket: A file or a loaded ticket.
        target: A file or a graph.
        images: ``(count, *input shape)``, as the network reads them, channels first;
            or flat, in that order. Finite numbers.
        radius: Every entry of an image may change by so much, exact; images stay in
            the box of inputs.
        splits: So many parts of a ball that is left open are cut in two, each in some
            tenths of a second; they decide balls where little is missing. None for
            none, or with a time limit for as many as there is time for.
        time_limit: Seconds that the cuts of one ball may take.
        workers: Processes; None for all cores if there are many images.
        progress: Called after each image or group of images.

    Raises:
        InvalidTicketError: If the ticket is unreadable, or not proved to be one of this
            target.
        InvalidTargetError: If the target is unreadable, or has one output.
        InvalidParameterError: If there is no image, one is not in the box, or the
            radius is negative.
        WorkerLostError: If a process was killed.

    Rigor:
        The images themselves are evaluated exactly; balls are enclosed by linear
        forms, in float64 with rounding on the safe side. A refuting image is exact.

    Source:
        der:local, der:top-1.
    """
    cuts = Splits.given(splits, time_limit)
    return _near(_networks(ticket, target), images, radius, cuts, workers, progress)


def certify_pair(
    one: _Path | TargetCNN,
    other: _Path | TargetCNN,
    images: Any,
    radius: ExactNumber = 0,
    *,
    splits: int | None = None,
    time_limit: float | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> LocalReport:
    """`certify` for two networks of one architecture, as `compare` takes them."""
    networks = ComparedNetworks.of_graphs(given_target(one), given_target(other))
    cuts = Splits.given(splits, time_limit)
    return _near(networks, images, radius, cuts, workers, progress)


def _radius(radius: ExactNumber) -> Fraction:
    reach = exact_number(radius, "radius")
    if reach < 0:
        raise InvalidParameterError(
            f"radius={shown(radius)}: a number not below 0 is required (der:local). "
            "Give 0 for the images alone."
        )
    return reach


def _near(
    networks: ComparedNetworks,
    images: Any,
    radius: ExactNumber,
    splits: Splits,
    workers: int | None,
    progress: Progress | None,
) -> LocalReport:
    reach = _radius(radius)
    batch = given_images(images, networks.target.input.shape)
    total = len(batch)
    cores = os.cpu_count() or 1
    if workers is not None:
        cores = whole_number(workers, "workers", least=1, most=_WORKERS)
    elif total < _FEW:
        cores = 1
    groups = [range(i, min(i + _GROUP, total)) for i in range(0, total, _GROUP)]
    jobs = ((networks, batch[list(some)], reach, some.start, splits) for some in groups)
    found: list[LocalResult] = []
    with closing(_answered(jobs, cores)) as answers:
        for part in answers:
            look_at_the_clock()
            found += part
            if progress is not None:
                progress(len(found), total)
    return LocalReport(reach, tuple(found))


def compare(
    one: _Path | TargetCNN,
    other: _Path | TargetCNN,
    *,
    eps: ExactNumber | None = None,
    seed: int = 0,
    splits: int | None = None,
    time_limit: float | None = None,
) -> CompareResult:
    """How far two networks of one architecture are apart, for every input of the box.

    For a quantised, pruned, folded or retrained copy. Nodes are matched one by one, in
    order; batch norms are folded into the affine node before them.

    Args:
        one: f, a file or a graph; its box of inputs counts.
        other: g, likewise, with the same box.
        eps: Bound to decide, exact, or a share of f's certified range (``"2%"``).
        seed: Of the search for a bad image.
        splits: So many parts of the box are cut in two to sharpen the bound; more never
            make it larger. They pay for networks of few inputs, up to about 8. None
            for none, or with a time limit for as many as there is time for.
        time_limit: Seconds that cuts may take; the bound that is reached counts.

    Raises:
        InvalidTargetError: If a file is unreadable, or the graphs do not match.
        InvalidParameterError: If ``eps`` is no exact number, ``splits`` no count, or
            the time limit not positive.

    Rigor:
        The bound is enclosed by linear and joint forms, in float64 with rounding on the
        safe side; the attacked difference is exact.

    Source:
        der:difference-forms, der:joint-forms.
    """
    whole_number(seed, "seed", least=0)
    cuts = Splits.given(splits, time_limit)
    f, g = (given_target(value) for value in (one, other))
    asked = None if eps is None else read_accuracy(eps, f)
    networks = ComparedNetworks.of_graphs(f, g)
    try:
        box = box_of(f.input)
    except OverflowError as error:
        raise InvalidTargetError(
            "the box of inputs is beyond 1.8e308: forms are bounded in float64 "
            "(der:difference-forms). Scale the inputs."
        ) from error
    differences = Differences.over(networks.pair, box)
    found = attacked(networks, seed=seed)
    largest = float(differences.joint_gap().sizes.max())
    if cuts.most:
        enough = found.difference if asked is None else max(asked, found.difference)
        largest = split_bound(
            networks.pair,
            box,
            largest,
            cuts,
            float_ends(enough)[0],
            differences_asked(networks.pair),
        )
    bound = _finite(largest)
    verdict, reason = _decided(asked, bound, found)
    stages = tuple(
        NodeGap(
            node.name,
            _finite(
                float(differences.known.intervals[node.name].difference.sizes.max())
            ),
        )
        for node in networks.pair.nodes
        if isinstance(node, Stage)
    )
    return CompareResult(verdict, reason, asked, bound, found, stages)


def _decided(
    eps: Fraction | None, bound: Fraction | None, found: AttackResult
) -> tuple[Verdict, str]:
    if eps is None:
        return Verdict.INCONCLUSIVE, "no eps was asked"
    if found.difference > eps:
        return Verdict.REFUTED, "an image differs by more"
    if bound is None:
        return Verdict.INCONCLUSIVE, "the bound left the range of float64"
    if bound <= eps:
        return Verdict.VERIFIED, "the certified bound is not above it"
    return (
        Verdict.INCONCLUSIVE,
        "the certified bound exceeds it, but no image was found that does",
    )


def _finite(number: float) -> Fraction | None:
    return Fraction(number) if np.isfinite(number) else None


def _networks(ticket: _Path | Ticket, target: _Path | TargetCNN) -> ComparedNetworks:
    return ComparedNetworks.of_ticket(given_ticket(ticket), given_target(target))


def _answered(
    jobs: Iterator[tuple[ComparedNetworks, Any, Fraction, int, Splits]], cores: int
) -> Generator[Sequence[LocalResult], None, None]:
    if cores == 1:
        yield from (_group(*job) for job in jobs)
        return
    from joblib import Parallel, delayed, parallel_config
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    try:
        with parallel_config(backend="loky", inner_max_num_threads=1, **settling()):
            run = Parallel(n_jobs=cores, return_as="generator", pre_dispatch="2*n_jobs")
            yield from run(delayed(_group)(*job) for job in jobs)
    except TerminatedWorkerError as error:
        raise WorkerLostError(
            f"workers={cores}: a process was killed or ran out of memory (der:local). "
            "Fewer workers need less memory."
        ) from error


def _group(
    networks: ComparedNetworks,
    images: Any,
    radius: Fraction,
    first: int,
    splits: Splits,
) -> list[LocalResult]:
    return [
        certified_near(networks, image, radius, first + i, splits=splits)
        for i, image in enumerate(images)
    ]
