"""How near the pruned network is: an attack from below, certificates near images."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from slth_verify.comparison import LocalResult, attacked, certified_near
from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.errors import InvalidTargetError
from slth_verify.report.collect.figures import OUTPUT, certified_bound
from slth_verify.report.collect.targets import Subject
from slth_verify.report.model.nearness import ClassShare, Nearness, OpenImage
from slth_verify.report.model.profile import Profile
from slth_verify.report.model.quantity import Absent, Figure, enclosed, exact
from slth_verify.ticket import CheckResult, Ticket
from slth_verify.ticket.graphs.witness import work
from slth_verify.verdict import Direction, Verdict

#: Multiplications of one pass above which nothing is attacked; exact ones take 0.2 us.
_MOST_WORK = 1 << 23

#: Radii of the balls, as parts of the input's range from black to white.
RADII = tuple(Fraction(part) for part in ("0", "1/256", "1/64", "1/32"))


def nearness(
    subject: Subject,
    ticket: Ticket,
    result: CheckResult,
    profile: Profile,
    step: Callable[[int, int], None],
) -> Nearness | None:
    """Attack a ticket, and certify classes near held-out images.

    Args:
        subject: The target.
        ticket: As read from its file.
        result: What the checker said.
        profile: How many images.
        step: Called as ``step(done, total)``.

    Returns:
        None if nothing is certified, an exact pass takes too long, or weights are
        beyond floats.
    """
    bound, intervals = certified_bound(result), result.error_by_intervals
    if bound is None or work(subject.target) > _MOST_WORK:
        return None
    try:
        networks = ComparedNetworks.of_ticket(ticket, subject.target)
        found = attacked(networks, seed=0)
    except InvalidTargetError:
        return None
    low = found.difference
    shares, still_open = _near_images(subject, networks, profile, step)
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


def _near_images(
    subject: Subject,
    networks: ComparedNetworks,
    profile: Profile,
    step: Callable[[int, int], None],
) -> tuple[tuple[ClassShare, ...], tuple[OpenImage, ...]]:
    held_out = subject.held_out
    if held_out is None or not profile.local_images:
        return (), ()
    images = held_out.inputs[: profile.local_images]
    found = []
    for index, image in enumerate(images):
        step(index, len(images))
        found.append(by_radius(networks, image, index))
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
        shares.append(ClassShare(str(radius), len(images), proved, refuted))
    return tuple(shares), tuple(
        _open_image(results)
        for results in found
        if results[-1].verdict is not Verdict.VERIFIED
    )


def by_radius(
    networks: ComparedNetworks, image: object, index: int
) -> list[LocalResult]:
    """Results of one image for all radii.

    What is proved for a ball is proved for smaller ones, and an image that refutes one
    refutes larger ones, so few radii are looked at.
    """
    found: list[LocalResult | None] = [None] * len(RADII)
    for place in reversed(range(len(RADII))):
        result = certified_near(networks, image, RADII[place], index, exact=False)
        found[place] = result
        if result.verdict is Verdict.VERIFIED:
            found[:place] = [result] * place
            break
    results = [result for result in found if result is not None]
    for place, result in enumerate(results):
        if result.verdict is Verdict.REFUTED:
            results[place:] = [result] * (len(results) - place)
            break
    return results


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
