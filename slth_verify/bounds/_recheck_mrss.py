"""Widths and success probabilities of the random subset sum, proved again.

Only stored derivations and certificates are used, no search.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds import _first_moment
from slth_verify.bounds._first_moment import first_moment
from slth_verify.bounds._hits import subset_sum_number_mean
from slth_verify.bounds._ledger_reader import (
    LedgerStep,
    NotConfirmedError,
    Record,
    require,
    require_lower,
    require_upper,
)
from slth_verify.bounds._moments import crude_lower, sharp_lower
from slth_verify.bounds._recheck_ball import proved_for_all
from slth_verify.bounds._recheck_target import Proved, certificate_of, proved_for_one
from slth_verify.bounds._weighted_moment import STATEMENT
from slth_verify.enclosure import Enclosure

#: Largest dimension that is evaluated; more would only cost time.
_MOST_DIMENSIONS = 10_000

#: What the empty subset gives: it needs no certificate.
_EMPTY = "def:subset-sum-number"


@dataclass(frozen=True, slots=True)
class _Question:
    """What a document was asked."""

    dim: int
    eps: Fraction
    norm: Fraction

    @classmethod
    def of(cls, inputs: Record) -> _Question:
        dim, eps = inputs.integer("dim"), inputs.number("eps")
        norm = inputs.number("target_norm")
        require(0 < dim <= _MOST_DIMENSIONS, f"dim={dim} is out of range")
        require(eps > 0 and norm >= 0, "eps or the norm of the target is out of range")
        return cls(dim, eps, norm)

    def hits(self, n: int) -> Enclosure:
        """Expected number of subsets of n samples that hit the worst target."""
        if n < 1:
            return Enclosure.exact(int(self.norm <= self.eps))
        return first_moment(n, self.dim, self.eps, self.norm)


def confirm_enough(document: Record) -> None:
    """Confirm that so many samples hit the target, or all of them, often enough.

    Raises:
        NotConfirmedError: If the derivation does not prove it.

    Rigor:
        Enclosed.
    """
    inputs, steps = document.record("inputs"), document.steps()
    asked, goal = _Question.of(inputs), _goal(inputs)
    if inputs.flag("universal"):
        one_norm = inputs.text("ball") == "one-norm"
        proved = proved_for_all(
            steps, asked.dim, asked.eps, asked.norm, one_norm=one_norm
        )
    else:
        proved = proved_for_one(steps, asked.dim, asked.eps, asked.norm)
    confirm_proved(document, proved)
    require(1 - proved.failure >= goal, "the probability asked for is not reached")


def confirm_proved(document: Record, proved: Proved) -> None:
    """Confirm that a document says what its derivation proves."""
    require(document.integer("n") == proved.n, f"the derivation is for n={proved.n}")
    require(
        document.text("statement") == proved.statement,
        f"the derivation ends with {proved.statement}",
    )
    if document.has("size"):
        require(document.integer("size") == proved.size, "size is another one")
    reached = _probability(document)
    require(reached.upper >= 1, "the probability may be 1")
    require_lower("probability", reached.lower, 1 - proved.failure)


def is_refuted(document: Record) -> bool:
    """Whether a width that is claimed to be enough certainly is not.

    Rigor:
        Enclosed: the expected number of hits is below the probability asked for. One
        target is as hard as all of them at most.
    """
    inputs = document.record("inputs")
    n = document.integer("n")
    return 0 <= n <= 10**5 and _Question.of(inputs).hits(n).upper < _goal(inputs)


def confirm_needed(document: Record) -> None:
    """Confirm that fewer samples do not hit the target often enough.

    Raises:
        NotConfirmedError: If the derivation does not prove it.

    Rigor:
        Enclosed.
    """
    inputs = document.record("inputs")
    asked, goal, n = _Question.of(inputs), _goal(inputs), document.integer("n")
    require(document.text("statement") == _first_moment.STATEMENT, "another statement")
    if n <= 0:
        return
    below = asked.hits(n - 1).upper
    require(below < goal, f"{n - 1} samples may succeed often enough")
    if n == 1:
        return
    last = document.steps()[-1:]
    require(
        [step.statement for step in last] == [_first_moment.STATEMENT],
        "the derivation does not end with the first moment",
    )
    values = last[0].values
    require(values.integer("n") == n - 1, f"the derivation is not for n={n}")
    require_upper(values.name, values.interval("expected_hits").upper, below)
    require_upper("probability", _probability(document).upper, below)


def confirm_between(document: Record) -> None:
    """Confirm an enclosure of the success probability.

    Raises:
        NotConfirmedError: If the derivation does not prove it.

    Rigor:
        Enclosed.
    """
    inputs, steps = document.record("inputs"), document.steps()
    asked, n = _Question.of(inputs), document.integer("n")
    require(len(steps) == 2, "two steps were expected")
    require(n == inputs.integer("n") and 0 < n <= 10**6, "n is not the one asked for")
    size = None if inputs.values.get("size") is None else inputs.integer("size")
    require(size is None or document.integer("size") == size, "size is another one")
    require(document.text("statement") == steps[0].statement, "another statement")
    lower = _lower(steps[0], asked, n, document.integer("size"), empty=size is None)
    require_lower(
        steps[0].values.name, steps[0].values.interval("probability").lower, lower
    )
    require(steps[1].statement == _first_moment.STATEMENT, "another upper bound")
    if size is None:
        mean = asked.hits(n).upper
    else:
        target = [asked.norm] + [Fraction(0)] * (asked.dim - 1)
        mean = subset_sum_number_mean(n, size, target, asked.eps).upper
    above = steps[1].values
    require_upper(above.name, above.interval("expected_hits").upper, mean)
    reached = _probability(document)
    require_lower("probability", reached.lower, lower)
    require_upper("probability", reached.upper, min(Fraction(1), mean))


def _lower(
    step: LedgerStep, asked: _Question, n: int, size: int, *, empty: bool
) -> Fraction:
    values, question = step.values, (asked.dim, asked.eps, asked.norm)
    if step.statement == _EMPTY:
        require(
            empty and asked.norm <= asked.eps, "the empty subset does not count or hit"
        )
        return Fraction(1)
    require(values.integer("size") == size and 0 < size <= n, "size is another one")
    if step.statement == "der:crude-moment":
        return crude_lower(n, size, *question)
    if step.statement == "der:sharp-moment":
        return sharp_lower(n, size, *question)
    require(step.statement == STATEMENT, f"{step.statement} is no lower bound")
    require(values.integer("n") == n, "the certificate is for another n")
    return certificate_of(values, *question).check()


def _goal(inputs: Record) -> Fraction:
    goal = inputs.number("prob")
    require(0 < goal < 1, "prob is not between 0 and 1")
    return goal


def _probability(document: Record) -> Enclosure:
    reached = document.probability()
    if reached is None:
        raise NotConfirmedError("the probability is missing")
    return reached
