"""Answers about Theorem 1 with explicit constants, proved again."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from slth_verify.bounds.one_dim.formula import (
    HALF_STATEMENT,
    NECESSARY,
    STATEMENT,
    formula_failures,
    reserve_failure,
)
from slth_verify.bounds.one_dim.necessary import reach_probability
from slth_verify.bounds.one_dim.programme import failure_probabilities
from slth_verify.bounds.rechecking.reader import (
    Fields,
    require,
    require_lower,
    require_steps,
    require_upper,
)

#: What the programme and the formula are called in a ledger, and how many samples of
#: each are followed.
_LAWS = {
    "programme": (failure_probabilities, 500),
    "formula": (formula_failures, 20_000),
}

#: Least accuracy for which the programme is followed.
_FINEST = Fraction(1, 10**15)

_MOST_RESERVED, _MOST_NEEDED = 5_000, 100


@dataclass(frozen=True, slots=True)
class RssQuestion:
    """Accuracy, failure probability, and whether only [-1/2, 1/2] counts."""

    eps: Fraction
    delta: Fraction
    half: bool

    @classmethod
    def read(cls, inputs: Fields) -> RssQuestion:
        """Read and check the question as the evaluator does."""
        eps, delta = inputs.number("eps"), inputs.number("delta")
        require(0 < eps < 1 and 0 < delta < 1, "eps or delta is not between 0 and 1")
        return cls(eps, delta, inputs.flag("half"))

    def __str__(self) -> str:
        interval = "[-1/2, 1/2]" if self.half else "[-1, 1]"
        return f"all targets in {interval}, eps={self.eps}, delta={self.delta}"


@dataclass(frozen=True, slots=True)
class ProvedCover:
    """An interval is within an accuracy of subset sums.

    Attributes:
        half: Whether the interval is [-1/2, 1/2] only, instead of [-1, 1].
        eps: Accuracy.
        n: Number of samples.
        failure: Upper bound of the failure probability.
    """

    half: bool
    eps: Fraction
    n: int
    failure: Fraction


def prove_growth(values: Fields, *, half: bool) -> tuple[ProvedCover, str]:
    """Samples that cover [-1/2, 1/2] or [-1, 1], one after the other; and their law."""
    with values:
        values.exactly("arithmetic", "exact")
        first, second = values.number("e1"), values.number("e2")
        require(first > 0 and second > 0, f"{values.name}: e1 or e2 is not positive")
        law = values.exactly("law", *_LAWS)
        samples = values.integer("samples", 0, _LAWS[law][1])
    start, missing = (2 * first, second) if half else (first, second / 2)
    require(start <= 1 and missing < 1, "e1 or e2 is too large")
    coarse = min(first, second) >= _FINEST
    require(coarse or law == "formula", "e1 or e2 is too small to be followed")
    failure = failure_of_law(law, start, missing, samples)
    return ProvedCover(half, first + second, samples, failure), law


def failure_of_law(
    law: str, start: Fraction, missing: Fraction, samples: int
) -> Fraction:
    """The failure probability of one of `_LAWS` after so many samples."""
    failures, _ = _LAWS[law]
    return next(islice(failures(start, missing), samples, None))


def prove_reserve(values: Fields, covered: ProvedCover) -> ProvedCover:
    """Reserved samples that widen [-1/2, 1/2] to [-1, 1]."""
    with values:
        values.exactly("arithmetic", "exact")
        samples = values.integer("samples", 0, _MOST_RESERVED)
        recorded = values.number("failure")
    lost = reserve_failure(samples)
    require_upper(values.name, recorded, lost)
    n, failure = covered.n + samples, covered.failure + lost
    return ProvedCover(False, covered.eps, n, failure)


def prove_enough(document: Fields) -> str:
    """Prove again that so many uniform samples reach all targets.

    Returns:
        What was proved.

    Raises:
        NotConfirmedError: If the derivation does not prove it.

    Rigor:
        Exact.
    """
    with document:
        with document.fields("inputs") as inputs:
            question = RssQuestion.read(inputs)
            method = inputs.exactly("method", "programme", "closed", "reserve")
        steps, reserved = document.steps(), method == "reserve"
        small = question.half or reserved
        statement = document.exactly(
            "statement", HALF_STATEMENT if small else STATEMENT
        )
        require_steps(steps, *[statement] * (1 + reserved))
        proved, law = prove_growth(steps[0].values, half=small)
        require(method != "closed" or law == "formula", "the law is another one")
        if reserved:
            proved = prove_reserve(steps[1].values, proved)
        require(
            proved.half == question.half and proved.eps <= question.eps,
            "another question is answered",
        )
        n = document.integer("n", 0, 10**9)
        require(n == proved.n, f"the derivation is for n={proved.n}")
        reached = document.probability()
        require(reached.upper == 1, "the probability may be 1")
        require_lower("probability", reached.lower, 1 - proved.failure)
    require(proved.failure <= question.delta, "the failure probability exceeds delta")
    return f"n={proved.n} samples are enough for {question} ({statement})"


def prove_needed(document: Fields) -> str:
    """Prove again that fewer samples reach too rarely; as `prove_enough`."""
    with document:
        with document.fields("inputs") as inputs:
            question = RssQuestion.read(inputs)
        document.exactly("statement", NECESSARY)
        n, steps = document.integer("n", 0, _MOST_NEEDED), document.steps()
        require_steps(steps, NECESSARY)
        if n == 0:
            steps[0].end()
        else:
            z = Fraction(1, 2) if question.half else Fraction(1)
            below = reach_probability(n - 1, z, question.eps)
            require(
                below < 1 - question.delta, f"{n - 1} samples may succeed often enough"
            )
            with steps[0].values as values:
                values.exactly("arithmetic", "exact")
                values.exactly("samples", str(n - 1))
                require_upper(values.name, values.number("probability"), below)
            reached = document.probability()
            require(reached.lower == 0, "the probability may be 0")
            require_upper("probability", reached.upper, below)
    return f"fewer than n={n} samples are not enough for {question}"
