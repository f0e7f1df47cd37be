"""Widths and success probabilities of the multidimensional random subset sum."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import get_args

from slth_verify.bounds._inputs import (
    accuracy,
    dimension,
    one_of,
    open_probability,
    radius,
    sample_count,
    subset_size,
    truth,
    written,
)
from slth_verify.bounds._result import BoundResult, Kind
from slth_verify.bounds.certificates.first_moment import BITS, first_moment
from slth_verify.bounds.certificates.hits import subset_sum_number_mean
from slth_verify.bounds.certificates.weighted_moment import STATEMENT
from slth_verify.bounds.ledger.steps import Json, Step
from slth_verify.bounds.mrss.all_targets import TargetBall
from slth_verify.bounds.mrss.fixed_target import block_values
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.mrss.necessary_width import necessary_width
from slth_verify.bounds.mrss.success_sizes import Lower, best_lower
from slth_verify.bounds.mrss.widths import Effort, width_for_all, width_for_one
from slth_verify.bounds.question import Question
from slth_verify.deadline import seconds_of
from slth_verify.enclosure import Enclosure, ExactNumber
from slth_verify.verdict import Direction, Evidence


def mrss_width(
    dim: int,
    eps: ExactNumber,
    prob: ExactNumber = "1/2",
    target_norm: ExactNumber = 1,
    *,
    universal: bool = False,
    ball: TargetBall = "euclidean",
    kind: Kind = "certified",
    effort: Effort = "quick",
    time_limit: float | None = None,
) -> BoundResult:
    """How many normally-scaled normal vectors are enough, or are needed.

    Args:
        dim: Dimension m of the vectors.
        eps: Accuracy in the maximum norm, positive.
        prob: Success probability asked for, strictly between 0 and 1.
        target_norm: Radius of the ball of targets. For one target only its Euclidean
            norm matters (a one-norm ball lies in the Euclidean ball of its radius).
        universal: Whether one sample must serve all targets of the ball at once.
        ball: With ``universal``, the norm of the ball: ``euclidean``, or ``one-norm``
            as in the paper. Two sides cover the Euclidean ball and so both; the net
            covers the one-norm ball only and is compared for that one. The ledger
            says which ball its certificate covers.
        kind: ``certified`` (enough) or ``necessary`` (fewer are not enough).
        effort: For a certified width: ``quick`` proves a certificate of the shipped
            library, or one fitted to the question from those beside it, and searches
            only where there is none; ``best`` searches as well and may find a width
            that is a few per cent smaller.
        time_limit: Seconds that a search may take. None for no limit with ``best``, and
            a minute with ``quick``.

    Returns:
        For ``certified``, a width with which the success probability is at least
        ``prob``, and its enclosure. For ``necessary``, a width below which it is less
        than ``prob``, and its enclosure one sample below.

    Raises:
        InvalidParameterError: If an argument is out of range.

    Rigor:
        Enclosed. Parameters are proposed in floating point and certified in balls, so
        the certified width is an upper bound of the least one and need not be least.

    Cost:
        ``quick``: half a second, up to a second at m = 576. ``best``: 2 s at m = 9
        and probability 1/2, a quarter of a minute at high probability or for all
        targets at once; minutes at m = 150. What it finds is kept on disk.

    Source: der:weighted-moment with blocks; der:high-probability; der:two-blocks and
    der:net for all targets at once; der:first-moment.
    """
    one_of(ball, "ball", get_args(TargetBall), "der:two-blocks, der:net")
    one_of(kind, "kind", ("certified", "necessary"), STATEMENT)
    universal = truth(universal, "universal", "der:two-blocks, der:net")
    which: tuple[tuple[str, Json], ...] = (("ball", ball),) if universal else ()
    if kind == "necessary":
        below = necessary_width(dim, eps, prob, target_norm, universal=universal)
        return replace(below, inputs=below.inputs + which)
    question = Question(
        dim=dimension(dim, STATEMENT),
        eps=accuracy(eps, STATEMENT),
        norm=radius(target_norm, STATEMENT),
        prob=open_probability(prob, "prob", STATEMENT),
    )
    if time_limit is not None:
        time_limit = seconds_of(time_limit)
    if universal:
        found = width_for_all(question, ball, effort, time_limit)
    else:
        found = width_for_one(question, effort, time_limit)
    return width_result(found, question.inputs(universal=universal) + which)


def width_result(
    found: FoundWidth, inputs: tuple[tuple[str, Json], ...]
) -> BoundResult:
    """A width that was found, as the answer to a question.

    Args:
        found: The width with its derivation.
        inputs: The question, by name.
    """
    return BoundResult(
        statement=found.derivation[-1].statement,
        kind="certified",
        inputs=inputs,
        n=found.n,
        size=found.size,
        probability=Enclosure(found.probability, Fraction(1)),
        direction=Direction.UPPER,
        evidence=Evidence.ENCLOSED,
        ledger=found.derivation,
    )


def mrss_success(
    dim: int,
    n: int,
    size: int | None = None,
    eps: ExactNumber = "1/100",
    target_norm: ExactNumber = 1,
) -> BoundResult:
    """Enclosure of the success probability with n samples.

    Args:
        dim: Dimension m of the vectors.
        n: Number of samples.
        size: Size k of the subsets that count; None lets every size count.
        eps: Accuracy in the maximum norm, positive.
        target_norm: Norm of the target ``target_norm * e_1``, the worst of its ball.

    Returns:
        A result whose ``probability`` encloses the success probability for that
        target. Its lower end also holds for every other target of the Euclidean ball.

    Raises:
        InvalidParameterError: If an argument is out of range.

    Rigor:
        Enclosed. Lower end: the best of der:crude-moment, der:sharp-moment and
        der:weighted-moment, for any size the best of those for single sizes (of all up
        to 24 samples). Upper end: der:first-moment.

    Cost:
        Seconds.
    """
    dim, n = dimension(dim, STATEMENT), sample_count(n, STATEMENT)
    width, norm = accuracy(eps, STATEMENT), radius(target_norm, STATEMENT)
    size = None if size is None else subset_size(size, n, least=1)
    if size is None:
        mean = first_moment(n, dim, width, norm)
    else:
        target = [norm] + [Fraction(0)] * (dim - 1)
        mean = subset_sum_number_mean(n, size, target, width)
    if size is None and norm <= width:
        lower, chosen, step = Fraction(1), 0, _EMPTY_HITS
    else:
        found = best_lower(n, size, dim, width, norm)
        lower, chosen, step = found.value, found.size, _lower_step(found, width)
    upper = min(mean.upper, Fraction(1))
    above = Step(
        statement="der:first-moment",
        text="The expected number of subsets that hit bounds it from above.",
        values=(("expected_hits", str(mean)), ("bits", str(BITS))),
    )
    return BoundResult(
        statement=step.statement,
        kind="certified",
        inputs=(
            ("dim", dim),
            ("n", n),
            ("size", size),
            ("eps", written(width)),
            ("target_norm", written(norm)),
        ),
        n=n,
        size=chosen,
        probability=Enclosure(lower, upper),
        direction=Direction.BOTH,
        evidence=Evidence.ENCLOSED,
        ledger=(step, above),
    )


_EMPTY_HITS = Step(
    statement="def:subset-sum-number",
    text="The empty subset hits a target within eps of 0.",
    values=(("size", "0"), ("probability", "[1, 1]")),
)


def _lower_step(found: Lower, eps: Fraction) -> Step:
    """The step that gives a lower bound; a finer accuracy than asked for is told."""
    own: tuple[tuple[str, str], ...] = (("size", str(found.size)),)
    text = "Second moment of the number of subsets of this size that hit."
    if found.certificate is not None:
        own = block_values(found.certificate)
        if found.certificate.eps < eps:
            own += tuple(found.certificate.values("eps").items())
            text = f"{text[:-1]} even more closely."
    return Step(
        statement=found.statement,
        text=text,
        values=(*own, ("probability", str(Enclosure(found.value, Fraction(1))))),
    )
