"""Local certificates: what two networks do to all images near a given one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.comparison.balls import Ball
from slth_verify.comparison.classes import Rivals, Scores
from slth_verify.comparison.leads import Leads
from slth_verify.comparison.networks import ComparedNetworks, Ends, largest_gap
from slth_verify.comparison.splitting import Asked, Splits, split_bound
from slth_verify.errors import InvalidTargetError
from slth_verify.forms import Differences
from slth_verify.forms.rounding import TINY
from slth_verify.graph import Clip, Rectifier
from slth_verify.graph.dyadics import Exact
from slth_verify.showing import OneLine
from slth_verify.verdict import NoTruthValue, Verdict

#: Images of a ball that are replayed exactly, when classes seem to differ.
_REPLAYED = 6
#: Rivals that are worth a walk.
_CLOSE = 2
_NO_SPLITS = Splits()


@dataclass(frozen=True, slots=True, repr=False)
class LocalResult(NoTruthValue, OneLine):
    """What is proved about the images within a radius of one image.

    Attributes:
        index: Which image, from 0.
        verdict: VERIFIED if one class is the top of both networks for every image of
            the ball; REFUTED if an image of the ball has two different tops;
            INCONCLUSIVE otherwise.
        reason: Why.
        classes: Tops of f and g at the image itself; None where scores are equal.
        scores: Of f and g at the image; exact unless batch norms come in.
        difference: |g - f| of every output is at most this, for every image of the
            ball, whatever the verdict; None if floats were left.
        margins: Lower bounds, over the ball, of the lead of the image's class in f and
            in g; negative ones prove nothing. None if it has no class.
        witness: The image that refutes, flattened.
    """

    index: int
    verdict: Verdict
    reason: str
    classes: tuple[int | None, int | None]
    scores: tuple[Scores, Scores]
    difference: Fraction | None
    margins: tuple[Fraction, Fraction] | None = None
    witness: tuple[Fraction, ...] | None = None


def certified_near(
    networks: ComparedNetworks,
    image: object,
    radius: Fraction,
    index: int = 0,
    *,
    exact: bool = True,
    splits: Splits = _NO_SPLITS,
) -> LocalResult:
    """Whether f and g put every image near a given one into the same class.

    Args:
        networks: f and g.
        image: Floats or fractions, of the input's shape, in its box.
        radius: Entries may change by so much, exact, at least 0.
        index: Kept in the result.
        exact: Whether scores are evaluated exactly at the image, and linear forms
            sharpened where a verdict needs no more; without it verdicts are the same
            and come sooner, but other figures are only enclosed.
        splits: How long the ball is cut in parts, if nothing else decides it.

    Raises:
        InvalidTargetError: If the networks have fewer than two classes, or the ball is
            beyond all floats.
        InvalidParameterError: If the image is not in the box.

    Rigor:
        At the image itself exact, or enclosed and exact where that leaves it open; over
        the ball enclosed by linear forms. A witness is decided in the same way.

    Source:
        der:local, der:top-1.
    """
    if networks.target.output_shape[0] < 2:
        raise InvalidTargetError(
            "the networks have one output: two classes are required (der:top-1). "
            "Compare their outputs with compare or check."
        )
    ball = Ball.around(networks, image, radius)
    ends = networks.exact(ball.centre) if exact else _decided(networks, ball.centre)
    scores = Scores.of(ends[0]), Scores.of(ends[1])
    tops = scores[0].top, scores[1].top
    here = Fraction(max(largest_gap(ends)[1].ravel())) if radius == 0 else None
    base = LocalResult(index, Verdict.INCONCLUSIVE, "", tops, scores, here)
    if None in tops or tops[0] != tops[1]:
        if radius:  # what the image itself shows says nothing of the ball
            base = replace(base, difference=_over(networks, ball)[0])
        return _without_a_class(base, ball)
    if radius == 0:
        leads = scores[0].lead(), scores[1].lead()
        return replace(
            base,
            verdict=Verdict.VERIFIED,
            reason="evaluated exactly" if exact else "decided at the image",
            margins=leads,
        )
    if not exact:
        result, _ = _led(networks, ball, base, sharpen=False)
        if result.verdict is Verdict.VERIFIED:
            return result
    return _around(networks, ball, base, splits)


def _without_a_class(base: LocalResult, ball: Ball) -> LocalResult:
    """The verdict where the centre has no class, or another one in each network."""
    f, g = base.classes
    if f is None or g is None:
        reason = "the two largest scores are equal, or not decided"
        return replace(base, reason=reason)
    return replace(
        base,
        verdict=Verdict.REFUTED,
        reason=f"the image itself: f says {f}, g says {g}",
        witness=tuple(ball.centre.ravel().tolist()),
    )


def _led(
    networks: ComparedNetworks, ball: Ball, base: LocalResult, *, sharpen: bool = True
) -> tuple[LocalResult, Leads]:
    """Whether the centre's class leads all over the ball, and by how much."""
    difference, differences = _over(networks, ball, sharpen=sharpen)
    leads = Leads.of(differences, networks.target.output_shape, _class_of(base))
    return _with(replace(base, difference=difference), leads), leads


def _with(base: LocalResult, leads: Leads) -> LocalResult:
    """A result with these margins, VERIFIED if no rival comes near."""
    least = leads.least()
    base = replace(base, margins=_fractions(least))
    if all(lead > 0 for lead in least):
        reason = "the class leads in both networks, for every image of the ball"
        base = replace(base, verdict=Verdict.VERIFIED, reason=reason)
    return base


def _class_of(base: LocalResult) -> int:
    top = base.classes[0]
    if top is None:
        raise ValueError("the centre has no class")
    return top


def _around(
    networks: ComparedNetworks, ball: Ball, base: LocalResult, splits: Splits
) -> LocalResult:
    """The verdict over a ball whose centre has one class in both networks."""
    base, leads = _led(networks, ball, base)
    if base.verdict is Verdict.VERIFIED:
        return base
    top = _class_of(base)
    close = leads.open_rivals()
    rivals = Rivals(networks, top)
    witness = _witness(networks, ball, rivals, close[:_CLOSE])
    if witness is not None:
        image, tops = witness
        return replace(
            base,
            verdict=Verdict.REFUTED,
            reason=f"an image of the ball: f says {tops[0]}, g says {tops[1]}",
            witness=tuple(image.ravel().tolist()),
        )
    if all(rivals.met(j) < 0 for j in close):
        leads = leads.closer(close)
        base = _with(base, leads)
        if base.verdict is Verdict.VERIFIED:
            return base
    if splits.most:
        bound = _in_parts(networks, ball, leads, top, splits)
        if bound < 0:
            places = int(np.prod(networks.target.output_shape[1:], dtype=np.int64))
            return replace(
                base,
                verdict=Verdict.VERIFIED,
                reason="the class leads in both networks, in every part of the ball",
                margins=_fractions([-bound / places] * 2),
            )
    others = ", ".join(str(rivals.rivals[j]) for j in close[:_CLOSE])
    return replace(base, reason=f"class {others} may overtake, but no image shows it")


def _in_parts(
    networks: ComparedNetworks, ball: Ball, leads: Leads, top: int, splits: Splits
) -> float:
    """How far any rival may be ahead, from parts of the ball; see `splitting`."""
    shape = networks.target.output_shape

    def worst(known: Differences) -> float:
        return Leads.of(known, shape, top).worst()

    row = leads.rows[..., leads.open_rivals()[:1]]
    asked = Asked(worst, worst, row, of_differences=False)
    return split_bound(
        networks.pair, ball.floats(), leads.worst(), splits, -TINY, asked
    )


def _decided(networks: ComparedNetworks, image: Exact) -> tuple[Ends, Ends]:
    """Ends of both outputs that decide the classes, exact if they must be."""
    try:
        point = Ball(image, image, image).floats()
    except InvalidTargetError:  # integers reach any image
        return networks.exact(image)
    found = Differences.over(networks.pair, point, sharpen=False).output
    parts = found.target, found.pruned
    if all(np.isfinite(part.sizes).all() for part in parts):
        ends = tuple((_exactly(part.low), _exactly(part.high)) for part in parts)
        if all(Scores.of(end).top is not None for end in ends):
            return ends[0], ends[1]
    return networks.exact(image)


def _exactly(ends: Float64Array) -> Exact:
    found = np.empty(ends.shape, object)
    found.ravel()[:] = [Fraction(end) for end in ends.ravel().tolist()]
    return found


def _over(
    networks: ComparedNetworks, ball: Ball, *, sharpen: bool = True
) -> tuple[Fraction | None, Differences]:
    differences = Differences.over(networks.pair, ball.floats(), sharpen=sharpen)
    # linear forms were substituted in front of a last gate already
    gate = isinstance(networks.pair.output, (Rectifier, Clip))
    whole = differences.output.difference if gate else differences.gap()
    largest = float(whole.sizes.max())
    return (Fraction(largest) if np.isfinite(largest) else None), differences


def _fractions(leads: list[float]) -> tuple[Fraction, Fraction] | None:
    if not all(map(np.isfinite, leads)):
        return None
    below = [float(np.nextafter(lead, -np.inf)) for lead in leads]
    return Fraction(below[0]), Fraction(below[1])


def _witness(
    networks: ComparedNetworks, ball: Ball, rivals: Rivals, close: list[int]
) -> tuple[Exact, tuple[int, int]] | None:
    """An image of the ball with two different classes, which is proved."""
    centre = ball.centre.astype(np.float64)
    tries = rivals.found(centre, ball.floats(), close)
    for floats, _ in zip(tries, range(_REPLAYED), strict=False):
        image = ball.inside(floats)
        f, g = (Scores.of(ends).top for ends in _decided(networks, image))
        if f is not None and g is not None and f != g:
            return image, (f, g)
    return None
