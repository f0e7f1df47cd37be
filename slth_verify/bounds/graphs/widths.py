"""Widths of all stages of one given target graph, with its real norms."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import get_args

from slth_verify.bounds._inputs import accuracy, one_of, open_probability, written
from slth_verify.bounds._result import Kind
from slth_verify.bounds.graphs.accuracies import accuracies_within, prices_of
from slth_verify.bounds.graphs.hypotheses import NOT_STORED, WEIGHTS
from slth_verify.bounds.graphs.needed_widths import Advance, needed_widths
from slth_verify.bounds.graphs.recurrence import (
    Accuracy,
    Errors,
    Recurrence,
    own_error,
)
from slth_verify.bounds.graphs.result import StageWidth, TargetWidths
from slth_verify.bounds.graphs.stage_plan import ENOUGH, Problems, StagePlan, stage_plan
from slth_verify.bounds.ledger.steps import Condition, Json, Step
from slth_verify.bounds.mrss.widths import Effort
from slth_verify.bounds.network.failure_budget import certified_widths
from slth_verify.enclosure import Enclosure, ExactNumber
from slth_verify.graph import Range, TargetCNN
from slth_verify.ticket.graphs import read_accuracy
from slth_verify.verdict import Direction, Evidence

#: Share of delta that the subset sums leave to the random signs.
_FOR_SIGNS = Fraction(1, 16)


def target_widths(
    target: TargetCNN,
    eps: ExactNumber,
    delta: ExactNumber,
    *,
    kind: Kind = "certified",
    effort: Effort = "quick",
    progress: Advance | None = None,
) -> TargetWidths:
    """How wide each stage of the random network must be, for one given target.

    Every affine stage (a convolution or dense node with the batch norm behind it, or a
    batch norm of its own) becomes a pair of random layers: a 1x1 layer with 2 n_i
    filters for each channel of its source and, if the stage has a bias, for a constant
    channel; and a layer with the stage's geometry (docs/theory/networks.md).

    Args:
        target: The network.
        eps: Accuracy in the maximum norm over all images of the box: positive, or a
            share of the output's range such as ``"2%"``.
        delta: Failure probability, strictly between 0 and 1.
        kind: ``certified`` (enough), or ``necessary``: ``n`` of a stage, and all
            filters together, are what every network within eps must have, however its
            stages share the error; ``alone`` is necessary for this stage alone (own
            kernel within its share of eps): another construction could spread the
            error otherwise.
        effort: How much work the width of each stage is worth, see `mrss_width`.
        progress: Called after every stage.

    Returns:
        The widths n_i with their derivations. ``probability`` encloses the success
        probability of the certified widths.

    Raises:
        InvalidParameterError: If an argument is out of range, or no certificate was
            found for a stage.

    Rigor:
        Enclosed. Accuracies, scales and shares of delta are proposed in floating point;
        that the errors stay within ``eps`` is decided exactly for the target's weights,
        the failure probability in balls with the exact binomial law of the signs.

    Cost:
        Two widths of a dimension up to ``rows columns c_out`` for every stage, see
        `mrss_width`, and a walk through the graph in exact arithmetic for each.

    Source:
        der:graph-slth, der:graph-necessary, der:cut-stage, der:stage-necessary.
    """
    one_of(kind, "kind", ("certified", "necessary"), ENOUGH)
    one_of(effort, "effort", get_args(Effort), ENOUGH)
    allowed = accuracy(read_accuracy(eps, target), ENOUGH)
    miss = open_probability(delta, "delta", ENOUGH)
    inputs: tuple[tuple[str, Json], ...] = (
        ("target", target.name),
        ("sha256", target.sha256),
        ("eps", written(allowed)),
        ("delta", written(miss)),
    )
    recurrence = Recurrence.of(target)
    advance = progress or (lambda stage, done, total: None)
    if kind == "necessary":
        return needed_widths(target, recurrence, allowed, miss, inputs, advance)
    return _enough(recurrence, allowed, miss, inputs, effort, advance)


def _enough(
    recurrence: Recurrence,
    eps: Fraction,
    delta: Fraction,
    inputs: tuple[tuple[str, Json], ...],
    effort: Effort,
    advance: Advance,
) -> TargetWidths:
    accuracies, errors = accuracies_within(recurrence, eps, prices_of(recurrence))
    plans = _plans(recurrence, accuracies, errors, delta, effort, advance)
    hard = [plan for plan in plans if plan.groups]
    widths, failures = (
        certified_widths(hard, [plan.price for plan in hard], delta)
        if hard
        else ((), ())
    )
    found = dict(zip(map(id, hard), zip(widths, failures, strict=True), strict=True))
    stages = tuple(
        _stage(plan, source, *found.get(id(plan), (0, Fraction(0))))
        for plan, source in zip(plans, errors.sources, strict=True)
    )
    failure = sum(failures, Fraction(0))
    return TargetWidths(
        statement=ENOUGH,
        kind="certified",
        inputs=inputs,
        stages=stages,
        filters=sum(stage.filters or 0 for stage in stages),
        probability=Enclosure(1 - failure, Fraction(1)),
        direction=Direction.UPPER,
        evidence=Evidence.ENCLOSED,
        hypotheses=(
            Condition("target", "the target is the graph of this digest"),
            Condition("inputs", "inputs range over the box of the target's input"),
            Condition(
                "scales",
                "the pair of a stage is multiplied by 2^exponent, as its entry says",
            ),
            Condition(
                "constant-channel",
                "a stage with a bias has one more block of filters, which reads a "
                "constant channel of ones: this project's extension of the paper",
            ),
            WEIGHTS,
            NOT_STORED,
        ),
        ledger=_ledger(errors, eps, delta, failure),
    )


def _plans(
    recurrence: Recurrence,
    accuracies: Sequence[Accuracy],
    errors: Errors,
    delta: Fraction,
    effort: Effort,
    advance: Advance,
) -> list[StagePlan]:
    stages = recurrence.stages
    prices = [2 * known.stage.inputs * known.dim for known in stages]
    plans = []
    for i, known in enumerate(stages):
        advance("widths of the stages", i, len(stages))
        miss = delta * (1 - _FOR_SIGNS) * prices[i] / sum(prices)
        plans.append(stage_plan(known, accuracies[i], errors.sources[i], miss, effort))
    advance("widths of the stages", len(stages), len(stages))
    return plans


def _stage(plan: StagePlan, source: Range, n: int, failure: Fraction) -> StageWidth:
    kernels, bias = plan.problems
    details: list[tuple[str, Json]] = [
        ("exponent", plan.exponent),
        ("share", str(own_error(plan.known, plan.accuracy, source))),
        *_numbers("kernel", kernels),
        *_numbers("bias", bias),
    ]
    steps = [step for found in plan.found if found for step in found.derivation]
    if plan.groups:
        steps.append(
            Step(
                statement=ENOUGH,
                text="Of the 2n filters of a channel a binomial number has the sign "
                "that is asked for; union bound over channels, signs and the bias.",
                values=(
                    ("n", str(n)),
                    ("problems", str(sum(count for count, _ in plan.groups))),
                    ("failure", str(Enclosure(Fraction(0), failure))),
                ),
            )
        )
    return StageWidth.of(plan.known, n, "", tuple(details), failure, tuple(steps))


def _numbers(name: str, problems: Problems) -> list[tuple[str, Json]]:
    """The problems of one kind, in the stage's own units."""
    if not problems.count:
        return [(f"{name}_problems", 0)]
    return [
        (f"{name}_problems", problems.count),
        (f"{name}_dim", problems.dim),
        (f"{name}_norm", str(problems.norm)),
        (f"{name}_accuracy", str(problems.accuracy)),
    ]


def _ledger(
    errors: Errors, eps: Fraction, delta: Fraction, failure: Fraction
) -> tuple[Step, ...]:
    return (
        Step(
            statement=ENOUGH,
            text="With every entry within the accuracies of its stage the recurrence "
            "keeps all outputs within eps.",
            values=(("eps", str(eps)), ("error", str(errors.whole))),
        ),
        Step(
            statement=ENOUGH,
            text="The failure probabilities of all problems add up.",
            values=(
                ("delta", str(delta)),
                ("failure", str(Enclosure(Fraction(0), failure))),
            ),
        ),
    )
