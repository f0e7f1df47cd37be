"""How near a pruned network is to its target, from both sides: frozen data."""

from __future__ import annotations

from dataclasses import dataclass

from slth_verify.report.model.quantity import Figure, Quantity
from slth_verify.verdict import NoTruthValue, Verdict


@dataclass(frozen=True, slots=True)
class ClassShare:
    """At how many images both networks have one class, for all images of a ball.

    Attributes:
        radius: Of the balls, exact: every entry may change by so much.
        images: How many images were looked at.
        proved: At so many it is proved.
        refuted: At so many an image of the ball has two classes.
    """

    radius: str
    images: int
    proved: Quantity
    refuted: Quantity


@dataclass(frozen=True, slots=True)
class OpenImage(NoTruthValue):
    """An image whose ball is not proved to have one class.

    Attributes:
        image: Its number among the held-out ones, from 0.
        radius: The smallest radius at which it is not.
        verdict: REFUTED or INCONCLUSIVE.
        reason: Why.
        margin: The lead of the image's class in both networks is at least this, over
            the ball; negative if nothing is proved.
    """

    image: int
    radius: str
    verdict: Verdict
    reason: str
    margin: Figure


@dataclass(frozen=True, slots=True)
class Nearness:
    """What is known of the true error, and of classes near images.

    Attributes:
        attacked: An image was found at which an output differs by so much.
        certified: No image differs by more.
        by_intervals: The bound that intervals alone give.
        looseness: Certified over attacked error: at most this.
        shares: By radius, increasing; empty without held-out images.
        open: Images that are not proved.
    """

    attacked: Quantity
    certified: Figure
    by_intervals: Figure
    looseness: Figure
    shares: tuple[ClassShare, ...] = ()
    open: tuple[OpenImage, ...] = ()
