"""The success probability against the number of samples: proved ends, simulations."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from slth_verify.enclosure import directed_decimal
from slth_verify.report.collect.context.stored import StoredAnswer
from slth_verify.report.collect.targets import derived_seed
from slth_verify.report.model.context import SuccessCurve, SuccessPoint
from slth_verify.report.model.quantity import Absent, Figure, Quantity, enclosed, exact
from slth_verify.sweep.intervals import clopper_pearson
from slth_verify.sweep.kinds.subset_sums import success
from slth_verify.verdict import Direction, Evidence

#: Confidence of each interval.
CONFIDENCE = Fraction(999, 1000)

#: Samples with more vectors have too many subsets to look at all of them.
_MOST_SAMPLES = 16
_DIGITS = 4


def success_curve(
    stored: Sequence[StoredAnswer], trials: int, seed: int
) -> SuccessCurve | None:
    """The curve of the shipped answers, with simulations beside them.

    Args:
        stored: Those about probabilities are taken, which are about one question.
        trials: Simulated samples for each number of vectors, at most 16; 0 for none.
        seed: Of the report.

    Returns:
        None if there are no such answers.

    Rigor:
        Ends are enclosed, intervals statistical: each holds the probability with the
        confidence that is stated, all subsets of every sample being looked at.
    """
    asked = sorted(
        (answer for answer in stored if answer.asks_probability),
        key=lambda answer: int(answer.document["n"]),
    )
    if not asked:
        return None
    inputs = asked[0].document["inputs"]
    return SuccessCurve(
        inputs["dim"],
        exact(inputs["eps"], "entry of the target"),
        exact(str(float(CONFIDENCE))),
        tuple(_point(answer, trials, seed) for answer in asked),
    )


def _point(answer: StoredAnswer, trials: int, seed: int) -> SuccessPoint:
    inputs, ends = answer.document["inputs"], answer.document["probability"]
    low, high = Fraction(ends["lower"]), Fraction(ends["upper"])
    drawn = trials if inputs["n"] <= _MOST_SAMPLES else 0
    hits = 0
    if drawn:
        run = {
            "dimension": inputs["dim"],
            "samples": inputs["n"],
            "eps": inputs["eps"],
            "norm": inputs["target_norm"],
            "trials": drawn,
            "seed": derived_seed(seed, f"success/{inputs['n']}"),
        }
        hits = int(str(success(run, "")["hits"]))
    return SuccessPoint(
        inputs["n"],
        enclosed(low, low, Direction.LOWER),
        enclosed(high, high, Direction.UPPER),
        answer.again,
        hits,
        drawn,
        interval(hits, drawn),
    )


def interval(hits: int, trials: int) -> Figure:
    """The interval of Clopper and Pearson, rounded outwards.

    Args:
        hits: Successes, at most ``trials``.
        trials: At least 0.
    """
    if not trials:
        return Absent(f"simulated up to n = {_MOST_SAMPLES} only")
    low, high = clopper_pearson(hits, trials, float(CONFIDENCE))
    return Quantity(
        directed_decimal(Fraction(low), _DIGITS, up=False),
        directed_decimal(Fraction(high), _DIGITS, up=True),
        Evidence.STATISTICAL,
        Direction.BOTH,
    )
