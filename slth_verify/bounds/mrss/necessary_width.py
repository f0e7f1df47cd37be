"""Widths below which success is provably unlikely: floats propose, balls decide."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache, partial

import numpy as np
from scipy import special

from slth_verify.bounds._bisect import least_that
from slth_verify.bounds._inputs import (
    accuracy,
    dimension,
    open_probability,
    radius,
)
from slth_verify.bounds._result import BoundResult
from slth_verify.bounds.certificates.first_moment import BITS, STATEMENT, first_moment
from slth_verify.bounds.certificates.integrals.scale_integral import Box
from slth_verify.bounds.ledger.steps import Step
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches.log_sum import log_sum
from slth_verify.enclosure import Enclosure, ExactNumber, decide
from slth_verify.errors import InvalidParameterError
from slth_verify.limits import NECESSARY_SAMPLES
from slth_verify.numbers import rough
from slth_verify.verdict import Direction, Evidence, Verdict


def necessary_width(
    dim: int,
    eps: ExactNumber,
    prob: ExactNumber,
    target_norm: ExactNumber = 1,
    *,
    universal: bool = False,
) -> BoundResult:
    """A width below which the success probability is certainly less than ``prob``.

    Args:
        dim: Dimension m of the vectors.
        eps: Accuracy in the maximum norm, positive.
        prob: Probability asked for, strictly between 0 and 1.
        target_norm: Norm r of the target.
        universal: Whether the question was about all targets of that norm at once;
            the bound for the single target ``r e_1`` is then the answer too.

    Returns:
        A result whose ``n`` is at most the least width with success probability
        ``prob``; its ``probability`` encloses the success probability at ``n - 1``.
        No larger ``n`` follows from this method: floats only say where to look.

    Rigor:
        Enclosed: that ``n - 1`` fails is decided in balls, and fewer samples are
        worse because the bound grows with n.

    Raises:
        InvalidParameterError: If a parameter is out of range, or if the width exceeds
            `slth_verify.limits.NECESSARY_SAMPLES`.

    Cost:
        Seconds at m = 150.

    Source: der:first-moment; the worst target is der:worst-target.
    """
    question = Question(
        eps=accuracy(eps, STATEMENT),
        norm=radius(target_norm, STATEMENT),
        prob=open_probability(prob, "prob", STATEMENT),
        dim=dimension(dim, STATEMENT),
    )
    hits = cache(partial(_hits, question))
    least = 0 if question.norm <= question.eps else _certified(question, hits)
    below = hits(least - 1) if least > 1 else None
    return BoundResult(
        statement=STATEMENT,
        kind="necessary",
        inputs=question.inputs(universal=universal),
        n=least,
        probability=Enclosure(Fraction(0), below.upper) if below is not None else None,
        direction=Direction.LOWER,
        evidence=Evidence.ENCLOSED,
        ledger=_ledger(least, below, question.prob),
    )


def _ledger(least: int, below: Enclosure | None, goal: Fraction) -> tuple[Step, ...]:
    worst = Step(
        statement="der:worst-target",
        text="Of all targets of this norm, r e_1 is hit least often.",
    )
    if below is None:
        text = "The empty subset, or one sample, cannot be excluded by this bound."
        return (worst, Step(statement=STATEMENT, text=text))
    bound = Step(
        statement=STATEMENT,
        text=f"With n = {least - 1} samples the expected number of subsets that hit is "
        "below the probability asked for; it bounds the success probability from above "
        "and grows with n.",
        values=(
            ("n", str(least - 1)),
            ("expected_hits", str(below)),
            ("prob", str(goal)),
            ("bits", str(BITS)),
        ),
    )
    return (worst, bound)


def _hits(question: Question, n: int) -> Enclosure:
    return first_moment(n, question.dim, question.eps, question.norm)


def _certified(question: Question, hits: Callable[[int], Enclosure]) -> int:
    """The largest n, up to a limit, for which ``n - 1`` certainly fails, or 1.

    It does not depend on the float guess, from which the bisection starts.
    """

    def suffices(n: int) -> bool:
        if n <= 1 or n > NECESSARY_SAMPLES:
            return n > 1
        return decide(hits(n - 1), "<", question.prob) is not Verdict.VERIFIED

    box = Box.on_axis(question.dim, question.norm, question.eps)
    low, step = max(1, _guess(box, question.prob)), 1
    high = low + 1
    while not suffices(high):
        low, high, step = high, high + step, 2 * step
    while suffices(low):
        low, high, step = max(1, low - step), low, 2 * step
    return least_that(suffices, low, high) - 1


def _guess(box: Box, goal: Fraction) -> int:
    """Float search for the least n whose bound reaches the goal. Untrusted."""
    nodes = _FloatNodes(box)
    target = math.log(goal)
    high = 1
    while nodes.log_sum(high) < target:
        high *= 2
        if high > NECESSARY_SAMPLES:
            norm, _ = box.groups[0]
            raise InvalidParameterError(
                f"target_norm={rough(norm)} at eps={rough(box.eps)}: more than "
                f"{NECESSARY_SAMPLES} samples are needed, and {STATEMENT} is evaluated "
                "up to there. Ask for a larger eps or a smaller norm."
            )
    return least_that(lambda n: not nodes.log_sum(n) < target, high // 2, high)


class _FloatNodes:
    """The trapezoidal sum of `first_moment` in floating point."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.gap = float(box.reach - box.eps)

    def log_sum(self, n: int) -> float:
        """Logarithm of the expected number of subsets that hit."""
        # the integrand is as narrow as its peak near s^2 = n s + |z|^2 is steep
        steep = (n**2 + 4 * min(self.gap, 5.0 * n) ** 2) ** 0.25
        step = min(0.1, 1.5 / steep)
        low = math.log(self.gap**2 / (2 * n + 300))  # 2^n subsets outweigh less
        u = np.arange(low, math.log(4.0 * n + 300), step)
        log_hit = np.zeros_like(u)
        with np.errstate(divide="ignore"):
            for modulus, count in self.box.groups:
                root = np.exp(u / 2)
                high = special.log_ndtr(-float(modulus - self.box.eps) / root)
                low = special.log_ndtr(-float(modulus + self.box.eps) / root)
                log_hit += count * (high + np.log(-np.expm1(low - high)))
        k = np.arange(1, n + 1)
        log_weight = (
            math.lgamma(n + 1)
            - special.gammaln(k + 1)
            - special.gammaln(n - k + 1)
            - k / 2 * math.log(2)
            - special.gammaln(k / 2)
        )
        blocks = np.array_split(u, max(1, u.size * n // 2_000_000))
        sums = [log_sum(log_weight + np.outer(part, k / 2), axis=1) for part in blocks]
        total = np.concatenate(sums) - np.exp(u) / 2 + log_hit
        with np.errstate(divide="ignore"):  # no subset may be near enough at all
            return float(log_sum(total)) + math.log(step)
