"""Answers about the random subset sum of NSN vectors, proved again."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds.certificates import first_moment as _first_moment
from slth_verify.bounds.certificates.first_moment import BITS, first_moment
from slth_verify.bounds.certificates.hits import subset_sum_number_mean
from slth_verify.bounds.certificates.moments import crude_lower, sharp_lower
from slth_verify.bounds.certificates.weighted_moment import STATEMENT
from slth_verify.bounds.rechecking.all_targets import prove_ball
from slth_verify.bounds.rechecking.one_target import (
    EMPTY,
    prove_empty,
    prove_target,
    read_certificate,
)
from slth_verify.bounds.rechecking.proved import ProvedBall, ProvedTarget
from slth_verify.bounds.rechecking.reader import (
    Fields,
    LedgerStep,
    NotConfirmedError,
    require,
    require_enclosed,
    require_lower,
    require_steps,
    require_upper,
)
from slth_verify.enclosure import Enclosure
from slth_verify.limits import DIMENSION

#: Most samples of which the expected number of hits is evaluated: for an answer that
#: rests on it, and only to refute one. There are fewer than 2^n subsets of n samples.
_MOST_COUNTED, _MOST_REFUTED = 20_000, 2_000

#: No width of a document is larger.
_MOST_WIDTH = 10**9

_WORST = "der:worst-target"


@dataclass(frozen=True, slots=True)
class Question:
    """Dimension, accuracy and norm that a document was asked about."""

    dim: int
    eps: Fraction
    norm: Fraction

    @classmethod
    def read(cls, inputs: Fields) -> Question:
        """Read and check the question as the evaluators do."""
        dim = inputs.integer("dim", 1, DIMENSION)
        eps, norm = inputs.number("eps"), inputs.number("target_norm")
        require(eps > 0 and norm >= 0, "eps or the norm of the target is out of range")
        return cls(dim, eps, norm)

    def hits(self, n: int) -> Enclosure:
        """Expected number of subsets of n samples that hit the worst target."""
        if n < 1:
            return Enclosure.exact(int(self.norm <= self.eps))
        return first_moment(n, self.dim, self.eps, self.norm)

    def __str__(self) -> str:
        return f"dim={self.dim}, eps={self.eps}, target_norm={self.norm}"


@dataclass(frozen=True, slots=True)
class WidthQuestion:
    """What was asked about a width.

    Attributes:
        asked: Dimension, accuracy and norm.
        goal: Success probability asked for.
        ball: Norm of the ball whose targets must all be hit; None for one target.
    """

    asked: Question
    goal: Fraction
    ball: str | None

    @classmethod
    def read(cls, inputs: Fields) -> WidthQuestion:
        """Read and check the question as the evaluators do."""
        with inputs:
            asked, goal = Question.read(inputs), inputs.number("prob")
            require(0 < goal < 1, "prob is not between 0 and 1")
            ball = None
            if inputs.flag("universal"):
                ball = inputs.exactly("ball", "euclidean", "one-norm")
        return cls(asked, goal, ball)

    def is_answered_by(self, proved: ProvedTarget | ProvedBall) -> bool:
        """Whether what was proved is at least what was asked; but for the goal."""
        asked = self.asked
        if proved.dim != asked.dim or proved.eps > asked.eps:
            return False
        if isinstance(proved, ProvedTarget):
            return self.ball is None and proved.norm >= asked.norm
        covers = self.ball is not None and proved.covers(self.ball)
        return covers and proved.radius >= asked.norm

    def __str__(self) -> str:
        ball = f", all targets of the {self.ball} ball" if self.ball else ""
        return f"{self.asked}, prob={self.goal}{ball}"


def prove_enough(document: Fields) -> str:
    """Prove again that so many samples hit the target, or all of them, often enough.

    Returns:
        What was proved.

    Raises:
        NotConfirmedError: If the derivation does not prove it.

    Rigor:
        Enclosed.
    """
    with document:
        question = WidthQuestion.read(document.fields("inputs"))
        steps, asked = document.steps(), question.asked
        proved = (
            prove_target(steps, asked.dim, asked.eps)
            if question.ball is None
            else prove_ball(steps, asked.dim, asked.eps)
        )
        require(question.is_answered_by(proved), "another question is answered")
        n = document.integer("n", 0, _MOST_WIDTH)
        require(n == proved.n, f"the derivation is for n={proved.n}")
        document.exactly("statement", proved.statement)
        if document.has("size"):
            size = document.integer("size", 0, _MOST_WIDTH)
            require(size == proved.size, "size is another one")
        reached = document.probability()
        require(reached.upper == 1, "the probability may be 1")
        require_lower("probability", reached.lower, 1 - proved.failure)
    require(
        1 - proved.failure >= question.goal, "the probability asked for is not reached"
    )
    return f"n={proved.n} samples are enough for {question} ({proved.statement})"


def is_refuted(question: WidthQuestion, n: int) -> bool:
    """Whether a width that is claimed to be enough certainly is not.

    Rigor:
        Enclosed: the expected number of hits is below the probability asked for. One
        target is as hard as all of them at most.
    """
    return n <= _MOST_REFUTED and question.asked.hits(n).upper < question.goal


def prove_needed(document: Fields) -> str:
    """Prove again that fewer samples hit too rarely; as `prove_enough`."""
    with document:
        question = WidthQuestion.read(document.fields("inputs"))
        document.exactly("statement", _first_moment.STATEMENT)
        n = document.integer("n", 0, _MOST_COUNTED)
        steps = document.steps()
        require_steps(steps, _WORST, _first_moment.STATEMENT)
        steps[0].end()
        if n <= 1:
            require(
                n == 0 or question.asked.norm > question.asked.eps,
                "the empty subset hits",
            )
            steps[1].end()
        else:
            mean = question.asked.hits(n - 1)
            below = mean.upper
            require(below < question.goal, f"{n - 1} samples may succeed often enough")
            _counted(steps[1], mean, n=n - 1, goal=question.goal)
            reached = document.probability()
            require(reached.lower == 0, "the probability may be 0")
            require_upper("probability", reached.upper, below)
    return f"fewer than n={n} samples are not enough for {question}"


def prove_between(document: Fields) -> str:
    """Prove again an enclosure of the success probability; as `prove_enough`."""
    with document:
        with document.fields("inputs") as inputs:
            asked = Question.read(inputs)
            n = inputs.integer("n", 1, _MOST_COUNTED)
            size = _size(inputs, n)
        require(document.integer("n", 1, n) == n, "n is not the one asked for")
        counted = document.integer("size", 0, n)
        require(size is None or counted == size, "size is another one")
        steps = document.steps()
        require(len(steps) == 2, "two steps were expected")
        document.exactly("statement", steps[0].statement)
        lower = _lower(steps[0], asked, n, counted, empty=size is None)
        require(steps[1].statement == _first_moment.STATEMENT, "another upper bound")
        mean = _mean(asked, n, size)
        _counted(steps[1], mean)
        reached, upper = document.probability(), min(Fraction(1), mean.upper)
        require_lower("probability", reached.lower, lower)
        require_upper("probability", reached.upper, upper)
    sizes = "any size" if size is None else f"size {size}"
    found = Enclosure(lower, upper)
    return f"n={n} samples, subsets of {sizes}, succeed with {found} for {asked}"


def _size(inputs: Fields, n: int) -> int | None:
    """The size of the subsets that count; None where every size counts."""
    if inputs.peek("size") is not None:
        return inputs.integer("size", 1, n)
    inputs.take("size")
    return None


def _mean(asked: Question, n: int, size: int | None) -> Enclosure:
    """The expected number of subsets that hit, of all sizes if there is none."""
    target = (asked.norm, *[Fraction(0)] * (asked.dim - 1))
    return subset_sum_number_mean(n, size, target, asked.eps)


def _counted(
    step: LedgerStep,
    mean: Enclosure,
    *,
    n: int | None = None,
    goal: Fraction | None = None,
) -> None:
    """What a first-moment step records must be what was proved."""
    with step.values as values:
        values.exactly("bits", str(BITS))
        if n is not None:
            require(
                values.integer("n", 1, _MOST_COUNTED) == n,
                f"{values.name}: the derivation is for another n",
            )
            require(
                values.number("prob") == goal,
                f"{values.name}: the derivation is for another probability",
            )
        recorded = values.interval("expected_hits", exponent=_MOST_COUNTED)
        require_enclosed(values.name, recorded, mean)


def _lower(
    step: LedgerStep, asked: Question, n: int, size: int, *, empty: bool
) -> Fraction:
    """The lower bound that a step proves for subsets of this size, of n samples."""
    if step.statement == EMPTY:
        prove_empty(step.values, asked.dim, asked.eps)
        require(
            empty and size == 0 and asked.norm <= asked.eps,
            "the empty subset does not count or hit",
        )
        return Fraction(1)
    require(size > 0, "only the empty subset has no sample")
    question = asked.dim, asked.eps, asked.norm
    with step.values as values:
        recorded = values.at_least("probability")
        if step.statement == STATEMENT:
            finer = {} if values.has("eps") else {"eps": asked.eps}
            certificate = read_certificate(
                values, dim=asked.dim, norm=asked.norm, **finer
            )
            require(
                (certificate.n, certificate.size) == (n, size),
                "the certificate is for another n or size",
            )
            require(
                certificate.eps <= asked.eps,
                "the certificate is for a coarser accuracy",
            )
            lower = certificate.check()
        else:
            own = values.integer("size", 1, n)
            require(own == size, f"{values.name}: size is another one")
            if step.statement == "der:crude-moment":
                lower = crude_lower(n, size, *question)
            elif step.statement == "der:sharp-moment":
                lower = sharp_lower(n, size, *question)
            else:
                raise NotConfirmedError(f"{values.name} is no lower bound")
        require_lower(values.name, recorded, lower)
    return lower
