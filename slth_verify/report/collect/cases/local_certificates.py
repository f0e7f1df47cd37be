"""Classes near held-out images, certified by two processes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from slth_verify.comparison import LocalResult, certified_near
from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.graph import TargetCNN
from slth_verify.processes.background import Background, BackgroundLostError
from slth_verify.processes.inner_threads import one_inner_thread
from slth_verify.ticket import Ticket
from slth_verify.verdict import Verdict

#: Radii of the balls, as parts of the input's range from black to white.
RADII = tuple(Fraction(part) for part in ("0", "1/256", "1/64", "1/32"))


class LocalCertificates:
    """Results near images, which a second process begins with at once.

    What they say does not depend on who does what.

    Args:
        ticket: Its file.
        target: Its file.
        images: Of the target's inputs.
        second: Begins with the first image, before anything else that it was asked.
    """

    def __init__(
        self, ticket: Path, target: Path, images: Any, second: Background
    ) -> None:
        files = str(ticket), str(target), ticket.stat().st_mtime_ns
        self._asked = [(*files, image, index) for index, image in enumerate(images)]
        self._begun = [second.call_first(near_image, *asked) for asked in self._asked]

    def results(self, step: Callable[[int, int], None]) -> list[list[LocalResult]]:
        """Of every image, for all radii.

        Those that the second process has not begun are looked at here, last ones first.

        Args:
            step: Called as ``step(done, total)``.
        """
        count = len(self._asked)
        here: dict[int, list[LocalResult]] = {}
        for place in reversed(range(count)):
            step(len(here), count)
            if self._begun[place].cancel():
                here[place] = near_image(*self._asked[place])
        return [
            here[place] if place in here else self._told(place)
            for place in range(count)
        ]

    def give_up(self) -> None:
        """Nobody asks for results: what was not begun never is."""
        for future in self._begun:
            future.cancel()

    def _told(self, place: int) -> list[LocalResult]:
        future: Future[list[LocalResult]] = self._begun[place]
        try:
            return future.result()
        except BackgroundLostError:
            return near_image(*self._asked[place])


def near_image(
    ticket: str, target: str, stamp: int, image: object, index: int
) -> list[LocalResult]:
    """Results of one image for all radii, of networks in files.

    Args:
        ticket: File of the ticket.
        target: File of the target.
        stamp: Tells files of one name apart.
        image: The middle of all balls.
        index: Kept in the results.

    Raises:
        InvalidTargetError: If the target has fewer than two classes, or weights are
            beyond floats.
    """
    with one_inner_thread():  # as in the second process: sums are the same there
        return by_radius(_networks(ticket, target, stamp), image, index)


@lru_cache(1)
def _networks(ticket: str, target: str, stamp: int) -> ComparedNetworks:
    return ComparedNetworks.of_ticket(Ticket.load(ticket), TargetCNN.from_file(target))


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
