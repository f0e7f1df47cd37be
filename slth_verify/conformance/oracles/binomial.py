"""Exact binomial tests with a stated failure probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from scipy import stats

from slth_verify.conformance._failure import ConformanceFailure, require
from slth_verify.conformance.recording.observations import note_test
from slth_verify.conformance.recording.ratios import observe
from slth_verify.verdict import NoTruthValue, Statistical

#: Probability with which a whole check rejects a right implementation.
FAILURE_PROBABILITY = 1e-6
#: Relative room for the rounding of a computed probability.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class BinomialTest(NoTruthValue):
    """Independent trials whose success probability is claimed to lie in a range.

    Attributes:
        name: What was counted.
        hits: Observed successes.
        trials: Number of trials.
        low: Claimed lower bound of the success probability.
        high: Claimed upper bound; equal to ``low`` if the law is known.
    """

    name: str
    hits: int
    trials: int
    low: float
    high: float

    @property
    def p_value(self) -> float:
        """Twice the exact tail on the side that was left, at the nearest bound.

        Rigor:
            Statistical. For every probability in the range, a value below ``a`` has
            probability at most ``a``.
        """
        high = min(1.0, self.high * (1.0 + _ROUNDING))
        low = max(0.0, self.low * (1.0 - _ROUNDING))
        tail = 1.0
        if self.hits > high * self.trials:
            tail = float(stats.binom.sf(self.hits - 1, self.trials, high))
        elif self.hits < low * self.trials:
            tail = float(stats.binom.cdf(self.hits, self.trials, low))
        return min(1.0, 2.0 * tail)


def outcome(
    tests: Sequence[BinomialTest], failure_probability: float = FAILURE_PROBABILITY
) -> tuple[Statistical, str]:
    """Test several claims together, each at an equal share of the failure probability.

    Args:
        tests: The claims; none at all is an error of the caller.
        failure_probability: Probability of REJECTED if every claim is right.

    Returns:
        The outcome, and the worst claim in words.
    """
    worst = min(tests, key=lambda test: test.p_value)
    claim = (
        f"probability {worst.low:.6g}"
        if worst.low == worst.high
        else f"probability in [{worst.low:.6g}, {worst.high:.6g}]"
    )
    text = (
        f"{worst.name}: {worst.hits} of {worst.trials}, claimed {claim}, "
        f"p-value {worst.p_value:.3g}, threshold {failure_probability / len(tests):.3g}"
    )
    rejected = worst.p_value < failure_probability / len(tests)
    return (Statistical.REJECTED if rejected else Statistical.NOT_REJECTED), text


def require_not_rejected(
    statement: str, tests: Sequence[BinomialTest], check: str = ""
) -> None:
    """Raise `ConformanceFailure` if one of the claims is rejected.

    Args:
        statement: Id of the statement.
        tests: The claims.
        check: What a file of observations calls them; "" for the statement.
    """
    found, text = outcome(tests)
    threshold = FAILURE_PROBABILITY / len(tests)
    for test in tests:
        rejected = test.p_value < threshold
        numbers = asdict(test) | {"p_value": test.p_value, "threshold": threshold}
        note_test(check or statement, test.name, numbers, rejected=rejected)
    worst = min(test.p_value for test in tests)
    observe("threshold / p-value", threshold, worst, drive=False)
    try:
        require(found is Statistical.NOT_REJECTED, text, statement=statement)
    except ConformanceFailure as failure:
        failure.verdict = Statistical.REJECTED
        failure.note_command()
        raise
