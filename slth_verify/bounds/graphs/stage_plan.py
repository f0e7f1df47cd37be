"""The problems of a stage, counted, and what a number of filters certifies of them.

For every channel of the source whose weights are not all 0, and every sign that the
channel may have in the pruned network, the filters with such a scalar must sum to the
channel's kernel, or to its negative; those of the constant channel to the bias.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds._inputs import in_range
from slth_verify.bounds.graphs.error_sums import ErrorSums
from slth_verify.bounds.graphs.recurrence import Accuracy
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.mrss.widths import Effort, width_for_one
from slth_verify.bounds.network.sign_split import Staircase, channel_failure
from slth_verify.bounds.question import Question
from slth_verify.errors import InvalidParameterError
from slth_verify.graph import Range
from slth_verify.graph.dyadics import down, up
from slth_verify.limits import DIMENSION, SCALE_EXPONENT

ENOUGH = "der:graph-slth"

#: Bits of a norm.
_BITS = 8


@dataclass(frozen=True, slots=True)
class Problems:
    """Problems of a stage that are alike.

    Attributes:
        count: How many there are; each is about filters of one sign.
        dim: Dimension m.
        norm: No target has a larger 2-norm.
        accuracy: Admissible error of every entry.
    """

    count: int
    dim: int
    norm: Fraction
    accuracy: Fraction

    @property
    def trivial(self) -> bool:
        """Whether the empty subset solves them."""
        return not self.count or self.norm <= self.accuracy


def kernel_problems(known: ErrorSums, accuracy: Accuracy, source: Range) -> Problems:
    """Those of the source's channels, with both signs only where both may occur.

    Args:
        known: The stage.
        accuracy: Of its entries.
        source: Of the stage's source in the pruned network.
    """
    signs = [
        (high > 0) + (low < 0) if square else 0
        for low, high, square in zip(
            source.lower, source.upper, known.squares, strict=True
        )
    ]
    squares = [s for s, count in zip(known.squares, signs, strict=True) if count]
    return Problems(sum(signs), known.dim, _root(squares), accuracy.entries)


def bias_problem(known: ErrorSums, accuracy: Accuracy) -> Problems:
    """That of the constant channel, which is positive: none for a bias of zeros."""
    count = int(known.bias_square > 0)
    return Problems(count, known.bias_dim, _root([known.bias_square]), accuracy.bias)


def _root(squares: list[Fraction]) -> Fraction:
    """No less than the root of the largest."""
    square = max(squares, default=Fraction(0))
    scaled = -(-square.numerator << 400) // square.denominator
    return up(Fraction(math.isqrt(scaled) + 1, 1 << 200), _BITS) if square else square


@dataclass(frozen=True, slots=True)
class StagePlan:
    """A stage whose problems have certificates.

    Attributes:
        known: The stage.
        accuracy: Of its problems.
        exponent: e: the pair is multiplied by ``2^e``, and approximates the stage
            divided by it.
        problems: Of the source's channels, and of the constant one.
        found: Widths for them, for filters of one sign; None where nothing is needed.
    """

    known: ErrorSums
    accuracy: Accuracy
    exponent: int
    problems: tuple[Problems, Problems]
    found: tuple[FoundWidth | None, FoundWidth | None]

    @property
    def groups(self) -> tuple[tuple[int, Staircase], ...]:
        """How often filters of one sign are needed, with what they certify."""
        return tuple(
            (problems.count, found.staircase())
            for problems, found in zip(self.problems, self.found, strict=True)
            if found is not None
        )

    @property
    def start(self) -> int:
        """Filters of one sign that the hardest problem needs."""
        return max(found.n for found in self.found if found is not None)

    @property
    def price(self) -> int:
        """Filters that one more unit of n costs."""
        return 2 * self.known.stage.inputs

    def failure(self, n: int) -> Fraction:
        """Upper bound of the probability that some problem of the stage fails.

        Rigor:
            Enclosed: union bound over the problems, with the binomial law of the signs.
        """
        missed = sum(
            count * channel_failure(n, stairs, 1) for count, stairs in self.groups
        )
        return min(Fraction(1), Fraction(missed))


def stage_plan(
    known: ErrorSums,
    accuracy: Accuracy,
    source: Range,
    miss: Fraction,
    effort: Effort,
) -> StagePlan:
    """The problems of a stage with their certificates.

    Args:
        known: The stage.
        accuracy: Of its problems.
        source: Range of its source in the pruned network.
        miss: Failure probability of the stage that the certificates aim at.
        effort: How much work a width is worth, see `mrss_width`.

    Raises:
        InvalidParameterError: If a problem is too large, or no certificate was found.
    """
    both = kernel_problems(known, accuracy, source), bias_problem(known, accuracy)
    exponent = _exponent(both)
    count = sum(one.count for one in both if not one.trivial)
    found = tuple(
        None
        if one.trivial
        else width_for_one(_question(known, one, exponent, miss / count), effort)
        for one in both
    )
    return StagePlan(known, accuracy, exponent, both, (found[0], found[1]))


def _question(
    known: ErrorSums, problems: Problems, exponent: int, miss: Fraction
) -> Question:
    if problems.dim > DIMENSION:
        raise InvalidParameterError(
            f"stage {known.stage.name!r}: a problem of dimension {problems.dim}, above "
            f"{DIMENSION} ({ENOUGH}). Ask about a smaller network."
        )
    scale, where = Fraction(2) ** -exponent, f"stage {known.stage.name!r}"
    return Question(
        problems.dim,
        in_range(problems.accuracy * scale, f"{where}, accuracy", ENOUGH),
        in_range(problems.norm * scale, f"{where}, norm", ENOUGH),
        1 - down(miss, _BITS),
    )


def _exponent(both: tuple[Problems, Problems]) -> int:
    """The least e at which no target is longer than is cheap [measured]."""
    hard = [one for one in both if not one.trivial]
    if not hard:
        return 0
    ratio = max(one.norm / Fraction(_cheap_norm(one.dim)) for one in hard)
    exponent = ratio.numerator.bit_length() - ratio.denominator.bit_length()
    exponent += ratio > Fraction(2) ** exponent
    return max(-SCALE_EXPONENT, min(SCALE_EXPONENT, exponent))


def _cheap_norm(dim: int) -> float:
    """A norm about which widths are least."""
    return max(1.0, math.sqrt(dim) / 2)
