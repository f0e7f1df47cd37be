"""Many images at a time: does one network classify like the other near each?"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from typing import Any

from slth_verify.comparison.images import given_images
from slth_verify.comparison.local import LocalResult, certified_near
from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.comparison.results import LocalReport
from slth_verify.comparison.splitting import Splits
from slth_verify.deadline import look_at_the_clock
from slth_verify.errors import InvalidParameterError, WorkerLostError
from slth_verify.graph import TargetCNN
from slth_verify.numbers import ExactNumber, exact_number, shown, whole_number
from slth_verify.processes.children import settling
from slth_verify.ticket import Ticket
from slth_verify.ticket.given import given_target, given_ticket

_Path = str | os.PathLike[str]

#: Images that a process is given at a time, and images below which none is started.
_GROUP, _FEW = 8, 24
#: Processes that may be asked for.
_WORKERS = 1 << 12

#: Called with the images that are done and their number.
Progress = Callable[[int, int], None]


def certify(
    ticket: _Path | Ticket,
    target: _Path | TargetCNN,
    images: Any,
    radius: ExactNumber = 0,
    *,
    splits: int | None = None,
    split_limit: float | None = None,
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
            none, or with a limit for as many as there is time for.
        split_limit: Seconds that the cuts of one ball may take.
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
    cuts = Splits.given(splits, split_limit)
    return _near(
        ComparedNetworks.of_ticket(given_ticket(ticket), given_target(target)),
        images,
        radius,
        cuts,
        workers,
        progress,
    )


def certify_pair(
    one: _Path | TargetCNN,
    other: _Path | TargetCNN,
    images: Any,
    radius: ExactNumber = 0,
    *,
    splits: int | None = None,
    split_limit: float | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> LocalReport:
    """`certify` for two networks of one architecture, as `compare` takes them."""
    networks = ComparedNetworks.of_graphs(given_target(one), given_target(other))
    cuts = Splits.given(splits, split_limit)
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
