"""How near the pruned network is: an attack from below, certificates near images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from slth_verify.comparison import LocalResult, attacked
from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.errors import InvalidTargetError
from slth_verify.processes.background import Background
from slth_verify.report.collect.cases.local_certificates import RADII, LocalCertificates
from slth_verify.report.collect.cases.ticket_figures import certified_bound
from slth_verify.report.collect.targets.subject import Subject
from slth_verify.report.model.nearness import ClassShare, Nearness, OpenImage
from slth_verify.report.model.profile import Profile
from slth_verify.report.model.quantity import OUTPUT, Absent, Figure, enclosed, exact
from slth_verify.ticket import CheckResult, Ticket
from slth_verify.ticket.graphs.witness import work
from slth_verify.verdict import Direction, Verdict

#: Multiplications of one pass above which nothing is attacked; exact ones take 0.2 us.
_MOST_WORK = 1 << 23


def nearness(
    subject: Subject,
    ticket: Ticket,
    result: CheckResult,
    images: LocalCertificates | None,
    step: Callable[[int, int], None],
) -> Nearness | None:
    """Attack a ticket, and certify classes near held-out images.

    Args:
        subject: The target.
        ticket: As read from its file.
        result: What the checker said.
        images: Results near held-out images; None for none.
        step: Called as ``step(done, total)``.

    Returns:
        None if nothing is certified, an exact pass takes too long, or weights are
        beyond floats.
    """
    bound, intervals = certified_bound(result), result.error_by_intervals
    if bound is None or not is_affordable(subject):
        return None
    try:
        networks = ComparedNetworks.of_ticket(ticket, subject.target)
        found = attacked(networks, seed=0)
    except InvalidTargetError:
        return None
    low = found.difference
    shares, still_open = _by_verdict([] if images is None else images.results(step))
    return Nearness(
        attacked=enclosed(low, low, Direction.LOWER, OUTPUT),
        certified=enclosed(bound, bound, Direction.UPPER, OUTPUT),
        by_intervals=Absent("not evaluated")
        if intervals is None
        else enclosed(intervals, intervals, Direction.UPPER, OUTPUT),
        looseness=enclosed(bound / low, bound / low, Direction.UPPER)
        if low
        else Absent("no difference was found"),
        shares=shares,
        open=still_open,
    )


def is_affordable(subject: Subject) -> bool:
    """Whether exact passes through the target are fast enough for an attack."""
    return work(subject.target) <= _MOST_WORK


def ask_local_certificates(
    subject: Subject, ticket: Path, target: Path, profile: Profile, second: Background
) -> LocalCertificates | None:
    """Have held-out images looked at, if there are any and that is affordable.

    Args:
        subject: The target.
        ticket: Its ticket's file.
        target: Its own file.
        profile: How many images.
        second: A process that begins with them.
    """
    held_out = subject.held_out
    if held_out is None or not profile.local_images or not is_affordable(subject):
        return None
    return LocalCertificates(
        ticket, target, held_out.inputs[: profile.local_images], second
    )


def _by_verdict(
    found: list[list[LocalResult]],
) -> tuple[tuple[ClassShare, ...], tuple[OpenImage, ...]]:
    if not found:
        return (), ()
    shares = []
    for place, radius in enumerate(RADII):
        verdicts = [results[place].verdict for results in found]
        proved, refuted = (
            exact(verdicts.count(kind), "images", side)
            for kind, side in (
                (Verdict.VERIFIED, Direction.LOWER),
                (Verdict.REFUTED, Direction.LOWER),
            )
        )
        shares.append(ClassShare(str(radius), len(found), proved, refuted))
    return tuple(shares), tuple(
        _open_image(results)
        for results in found
        if results[-1].verdict is not Verdict.VERIFIED
    )


def _open_image(results: list[LocalResult]) -> OpenImage:
    first = next(
        place
        for place, result in enumerate(results)
        if result.verdict is not Verdict.VERIFIED
    )
    result = results[first]
    margin: Figure = Absent("no class leads at the image itself")
    if result.margins is not None:
        least = min(result.margins)
        margin = enclosed(least, least, Direction.LOWER, OUTPUT)
    return OpenImage(
        result.index, str(RADII[first]), result.verdict, result.reason, margin
    )
