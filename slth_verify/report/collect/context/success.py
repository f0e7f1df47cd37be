"""The success probability against the number of samples: proved ends, simulations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from slth_verify.enclosure import directed_decimal
from slth_verify.report.collect.context.stored import StoredAnswer
from slth_verify.report.collect.targets.subject import derived_seed
from slth_verify.report.model.context import SuccessCurve, SuccessPoint
from slth_verify.report.model.quantity import Absent, Figure, Quantity, enclosed, exact
from slth_verify.report.shipped import stored_answers
from slth_verify.sweep.intervals import clopper_pearson
from slth_verify.sweep.kinds.subset_sums import success
from slth_verify.verdict import Direction, Evidence

#: Confidence of each interval.
CONFIDENCE = Fraction(999, 1000)

#: Samples with more vectors have too many subsets to look at all of them.
_MOST_SAMPLES = 16
_DIGITS = 4


def simulated(trials: int, seed: int) -> dict[int, int]:
    """Hits by the number of vectors, of every question about a probability.

    Args:
        trials: Samples for each number of vectors, at most 16; 0 for none.
        seed: Of the report.
    """
    asked = [found["inputs"] for found in stored_answers()]
    return {
        inputs["n"]: _hits(inputs, trials, seed)
        for inputs in asked
        if "prob" not in inputs and trials and inputs["n"] <= _MOST_SAMPLES
    }


def _hits(inputs: Mapping[str, Any], trials: int, seed: int) -> int:
    run = {
        "dimension": inputs["dim"],
        "samples": inputs["n"],
        "eps": inputs["eps"],
        "norm": inputs["target_norm"],
        "trials": trials,
        "seed": derived_seed(seed, f"success/{inputs['n']}"),
    }
    return int(str(success(run, "")["hits"]))


def success_curve(
    stored: Sequence[StoredAnswer], trials: int, hits: Mapping[int, int]
) -> SuccessCurve | None:
    """The curve of the shipped answers, with simulations beside them.

    Args:
        stored: Those about probabilities are taken, which are about one question.
        trials: Simulated samples for each number of vectors.
        hits: As `simulated` counted them.

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
        tuple(_point(answer, trials, hits) for answer in asked),
    )


def _point(answer: StoredAnswer, trials: int, hits: Mapping[int, int]) -> SuccessPoint:
    inputs, ends = answer.document["inputs"], answer.document["probability"]
    low, high = Fraction(ends["lower"]), Fraction(ends["upper"])
    hit = hits.get(inputs["n"], 0)
    drawn = trials if inputs["n"] in hits else 0
    return SuccessPoint(
        inputs["n"],
        enclosed(low, low, Direction.LOWER),
        enclosed(high, high, Direction.UPPER),
        answer.again,
        hit,
        drawn,
        interval(hit, drawn),
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
