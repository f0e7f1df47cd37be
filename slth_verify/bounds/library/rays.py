"""From an entry to questions beside it: the same shape of certificate, other sizes.

The parameters of an entry, scaled with the number of samples, are one certificate for
every number. For a question nearby the least number is found by bisection over numbers
that do not depend on the question, with the float estimate of the certificate: if the
estimate holds wherever it held for a harder question, so does what is found. Floats
propose; `Ray.proved` evaluates the certificate in balls.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from slth_verify.bounds._bisect import least_that
from slth_verify.bounds.certificates.certified_width import BlockWidth, SidesOfStages
from slth_verify.bounds.library.entries import Entry
from slth_verify.bounds.mrss.all_targets import from_sides_of_stages
from slth_verify.bounds.mrss.fixed_target import from_blocks, from_two_stages
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches.blocks import log_goal
from slth_verify.bounds.searches.sides_of_stages import Plan, plans_for
from slth_verify.bounds.searches.two_stage_search import Search, Start
from slth_verify.bounds.searches.weighted_float import Moment
from slth_verify.bounds.searches.weighted_search import Proposal
from slth_verify.limits import CERTIFICATE_SAMPLES

#: A certificate is stretched at most so far.
_STRETCH = 3

#: Numbers of samples among which a larger one may be worse.
RIPPLE = 3

#: Two stages are no better for accuracies above this one, whatever the norm.
_COARSE = Fraction(1, 4)


@dataclass(frozen=True, slots=True)
class Ray(ABC):
    """Certificates of one shape for every number of samples of a part.

    Attributes:
        question: What is asked.
        parts: How many parts of that many samples there are.
        most: The largest number of samples of a part that is tried.
    """

    question: Question
    parts: int
    most: int

    @abstractmethod
    def suffices(self, n: int) -> bool:
        """Whether so many samples are enough, by the float estimate."""

    @abstractmethod
    def proved(self, n: int) -> FoundWidth:
        """What the certificate proves."""


def least(ray: Ray) -> int | None:
    """About the least number of samples of a part that is enough, if any.

    Sizes are whole numbers, so that one more sample is now and then no better: some
    numbers below the first border that is met are looked at, too.
    """
    if not ray.suffices(ray.most):
        return None
    n = least_that(ray.suffices, 0, ray.most)
    while fewer := [k for k in range(max(n - RIPPLE, 0), n) if ray.suffices(k)]:
        n = fewer[0]
    return n


@dataclass(frozen=True, slots=True)
class BlockRay(Ray):
    """Independent blocks with the proportions of an entry."""

    portion: float
    tilt: Fraction
    weight: Fraction

    @classmethod
    def through(cls, entry: Entry, question: Question) -> BlockRay:
        """The ray of an entry of blocks."""
        block, factor = entry.block, Fraction(question.dim, entry.dim)
        return cls(
            question,
            entry.repetition.blocks,
            _stretched(block.n, factor),
            float(Fraction(block.size, block.n)),
            block.tilt,
            Fraction(round(2 * block.weight * factor), 2),
        )

    def suffices(self, n: int) -> bool:
        """See `Ray`."""
        asked, size = self.question, self._size(n)
        if not asked.dim + 3 <= size < n:
            return False
        moment = _moment(n, size, asked.dim, float(self.tilt), float(self.weight))
        value, _ = moment.best(float(asked.eps), float(asked.norm))
        return value >= log_goal(asked, self.parts)

    def proved(self, n: int) -> FoundWidth:
        """See `Ray`."""
        asked = self.question
        proposal = Proposal(n, self._size(n), self.tilt, self.weight, 0.0)
        certificate = proposal.certificate(asked.dim, asked.eps, asked.norm)
        return from_blocks(BlockWidth.certified(self.parts, certificate))

    def _size(self, n: int) -> int:
        return max(round(self.portion * n), self.question.dim + 3)


#: The same parameters are asked about for a rare event and for one of probability 1/2,
#: and for questions that differ in nothing else than accuracy, norm and probability.
_moment = lru_cache(maxsize=256)(Moment)


@dataclass(frozen=True, slots=True)
class StageRay(Ray):
    """Two stages with the rules of an entry."""

    start: Start
    search: Search

    @classmethod
    def through(cls, entry: Entry, question: Question) -> StageRay:
        """The ray of an entry of two stages."""
        start = Search.start_at(entry.stages, 1 - entry.prob)
        return cls.of(start, question, Fraction(question.dim, entry.dim))

    @classmethod
    def of(cls, start: Start, question: Question, factor: Fraction) -> StageRay:
        """The ray of the rules of a certificate, ``factor`` times as wide."""
        asked = replace(question, eps=min(question.eps, _COARSE))
        search = Search(asked.dim, asked.eps, asked.norm, asked.miss, start)
        return cls(asked, 1, _stretched(start.n, factor), start, search)

    def suffices(self, n: int) -> bool:
        """See `Ray`."""
        return self.search.suffices(n, self.start)

    def proved(self, n: int) -> FoundWidth:
        """See `Ray`."""
        asked = self.question
        certificate = self.search.certificate(n, asked.eps, asked.norm)
        failure = certificate.failure(enough=asked.miss.__ge__)
        return from_two_stages(certificate, failure)


@dataclass(frozen=True, slots=True)
class SideRay(Ray):
    """Two sides, each of two stages with the rules of an entry."""

    plan: Plan
    side: StageRay

    @classmethod
    def through(cls, entry: Entry, question: Question) -> SideRay | None:
        """The ray of an entry of two sides."""
        tau = entry.sides.tau
        theirs = plan_of(entry.dim, entry.norm, entry.prob, tau)
        plan = plan_of(question.dim, question.norm, question.prob, tau)
        if theirs is None or plan is None:
            return None
        start = Search.start_at(entry.stages, theirs.miss)
        asked = Question(question.dim, question.eps / 2, plan.reach, 1 - plan.miss)
        side = StageRay.of(start, asked, Fraction(question.dim, entry.dim))
        return cls(question, 2, side.most, plan, side)

    def suffices(self, n: int) -> bool:
        """See `Ray`."""
        return self.side.suffices(n)

    def proved(self, n: int) -> FoundWidth:
        """See `Ray`."""
        asked = self.side.question
        one = self.side.search.certificate(n, asked.eps, asked.norm)
        whole = self.question
        both = SidesOfStages.within(self.plan.sides, one, whole.norm, whole.miss)
        return from_sides_of_stages(both)


def plan_of(dim: int, norm: Fraction, prob: Fraction, tau: Fraction) -> Plan | None:
    """The plan of two sides with this standard deviation, if it works."""
    plans = plans_for(dim, norm, prob)
    return next((plan for plan in plans if plan.sides.tau == tau), None)


def _stretched(n: int, factor: Fraction) -> int:
    return min(math.ceil(_STRETCH * n * max(factor, Fraction(1))), CERTIFICATE_SAMPLES)


def ray_of(entry: Entry, question: Question) -> Ray | None:
    """The ray of an entry, for a question; None if it has none."""
    if entry.form == "blocks":
        return BlockRay.through(entry, question)
    if entry.form == "stages":
        return StageRay.through(entry, question)
    return SideRay.through(entry, question) if entry.form == "sides" else None
