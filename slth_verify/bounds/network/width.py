"""Widths of all layers of Theorem 2, for one target or for all targets at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Literal, get_args

from slth_verify.bounds._inputs import one_of, truth
from slth_verify.bounds._result import Kind
from slth_verify.bounds.ledger.steps import Step
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.mrss.widths import Effort, width_for_all, width_for_one
from slth_verify.bounds.network.budget import equal_shares, weighted_shares
from slth_verify.bounds.network.failure_budget import certified_widths
from slth_verify.bounds.network.hypotheses import hypotheses_of_enough
from slth_verify.bounds.network.inputs import (
    STATEMENT,
    NetworkQuestion,
    Objective,
    network_question,
)
from slth_verify.bounds.network.layer_necessary import necessary_layers
from slth_verify.bounds.network.layer_width import LayerPlan, LayerShape
from slth_verify.bounds.network.result import LayerWidth, NetworkResult
from slth_verify.bounds.question import Question
from slth_verify.enclosure import Enclosure, ExactNumber
from slth_verify.verdict import Direction, Evidence

#: How the error is shared out between layers.
Budget = Literal["least", "equal"]

#: Share of delta that the subset sums leave to the random signs.
_FOR_SIGNS = Fraction(1, 16)

#: Called as ``progress(stage, done, total)``.
Advance = Callable[[str, int, int], None]


def network_width(
    kernel: Sequence[int],
    channels: Sequence[int],
    eps: ExactNumber,
    delta: ExactNumber,
    *,
    universal: bool = False,
    kind: Kind = "certified",
    objective: Objective = "filters",
    budget: Budget = "least",
    effort: Effort = "quick",
    progress: Advance | None = None,
) -> NetworkResult:
    """How wide each layer of the random network must be.

    The target has ``len(kernel)`` layers, kernels with ``||K||_1 <= 1`` and inputs in
    [-1, 1]. The random network has for each of them a 1x1 layer with 2 n_i filters for
    every entering channel, and a layer with the target's kernel size. Its weights are
    ideal normal numbers; ``hypotheses`` of the answer says, with numbers, what holds
    for the float32 weights of `RandomCNN`.

    Args:
        kernel: Kernel size d_i of every target layer.
        channels: Number of channels before the first layer and after every layer.
        eps: Accuracy in the maximum norm over all inputs, positive.
        delta: Failure probability, strictly between 0 and 1.
        universal: Whether one random network must serve all targets at once, instead of
            each fixed target with probability ``1 - delta``.
        kind: ``certified`` (enough), or ``necessary``: with fewer filters in layer i,
            for some kernel, layer i alone is within ``eps`` of its target with
            probability less than ``1 - delta``. For one layer that is the whole
            network; for more it is what every proof that adds up the errors of layers
            needs. Images must be at least as large as the kernels, in both directions:
            on a smaller image a kernel acts as a smaller one, and less is needed.
        objective: What the certified widths make small: ``filters`` of the random 1x1
            layers, or ``weights`` of all random layers.
        budget: ``least`` shares the error out so that the total becomes small;
            ``equal`` gives every layer the same.
        effort: How much work the width of each layer is worth, see `mrss_width`.
        progress: Called after every layer.

    Returns:
        The widths n_i with their derivations. ``probability`` encloses the success
        probability of the certified widths.

    Raises:
        InvalidParameterError: If an argument is out of range.

    Rigor:
        Enclosed. Shares of the error and of delta are proposed in floating point; that
        the errors stay within ``eps`` is decided exactly, the failure probability in
        balls with the exact binomial law of the signs.

    Cost:
        That of one width of dimension ``d_i^2 c_i`` for every layer, see `mrss_width`.

    Source: der:structured-slth, with der:accumulation and der:layer-error;
    der:layer-necessary for ``necessary``; der:drawn-layer for drawn weights.
    """
    universal = truth(universal, "universal", STATEMENT)
    question = network_question(
        kernel, channels, eps, delta, universal=universal, objective=objective
    )
    advance = progress or (lambda stage, done, total: None)
    one_of(kind, "kind", ("certified", "necessary"), STATEMENT)
    if kind == "necessary":
        return necessary_layers(question, advance)
    one_of(budget, "budget", get_args(Budget), STATEMENT)
    shares = error_shares(question, budget)
    plans = _plans(question, shares, advance, effort)
    widths, failures = certified_widths(plans, question.prices, question.delta)
    failure = sum(failures, Fraction(0))
    return NetworkResult(
        statement=STATEMENT,
        kind="certified",
        inputs=(*question.inputs(), ("budget", budget)),
        layers=tuple(
            _layer(plan, n, miss)
            for plan, n, miss in zip(plans, widths, failures, strict=True)
        ),
        probability=Enclosure(1 - failure, Fraction(1)),
        direction=Direction.UPPER,
        evidence=Evidence.ENCLOSED,
        hypotheses=hypotheses_of_enough(question, widths, shares),
        ledger=_ledger(question, failure),
    )


def error_shares(question: NetworkQuestion, budget: Budget) -> tuple[Fraction, ...]:
    """Error coefficients of the layers, with a product within the accuracy."""
    if budget == "equal":
        return equal_shares(len(question.shapes), question.eps)
    return weighted_shares(_steepness(question), question.eps)


def _steepness(question: NetworkQuestion) -> list[float]:
    """How fast the price of a layer grows with a logarithm of what it is allowed.

    A width is about its dimension times the nats asked for, so the price of a layer
    grows like its dimension times the price of a unit.
    """
    return [
        float(price * shape.dim)
        for price, shape in zip(question.prices, question.shapes, strict=True)
    ]


def _plans(
    question: NetworkQuestion,
    shares: Sequence[Fraction],
    advance: Advance,
    effort: Effort,
) -> list[LayerPlan]:
    steepness = _steepness(question)
    plans = []
    for i, (shape, share) in enumerate(zip(question.shapes, shares, strict=True)):
        advance("widths of the layers", i, len(shares))
        part = Fraction(steepness[i]) / Fraction(sum(steepness))
        miss = question.delta * part * (1 - _FOR_SIGNS) / shape.problems
        found = _width(shape, share, 1 - miss, question.universal, effort)
        plans.append(LayerPlan(shape, share, found))
    advance("widths of the layers", len(shares), len(shares))
    return plans


def _width(
    shape: LayerShape, share: Fraction, goal: Fraction, universal: bool, effort: Effort
) -> FoundWidth:
    """The width of one problem: ``||K||_1 <= 1`` gives every channel radius 1."""
    question = Question(shape.dim, shape.accuracy(share), Fraction(1), goal)
    if universal:
        return width_for_all(question, "one-norm", effort)
    return width_for_one(question, effort)


def _layer(plan: LayerPlan, n: int, failure: Fraction) -> LayerWidth:
    shape = plan.shape
    signs = Step(
        statement=STATEMENT,
        text="Of the 2n filters of a channel a binomial number has the sign that is "
        "asked for; union bound over entering channels and signs.",
        values=(
            ("n", str(n)),
            ("channels", str(shape.entering)),
            ("signs", str(shape.signs)),
            ("stairs", " ".join(str(width) for width, _ in plan.stairs)),
            ("failure", str(Enclosure(Fraction(0), failure))),
        ),
    )
    return LayerWidth(
        shape=shape,
        n=n,
        share=plan.share,
        accuracy=shape.accuracy(plan.share),
        failure=failure,
        ledger=(*plan.found.derivation, signs),
    )


def _ledger(question: NetworkQuestion, failure: Fraction) -> tuple[Step, ...]:
    kind = "all targets at once" if question.universal else "one fixed target"
    total = Enclosure(Fraction(0), failure)
    return (
        Step(
            statement="der:accumulation",
            text="The errors of the layers multiply up to at most eps; the shares make "
            f"the number of {question.objective} small.",
            values=(("eps", str(question.eps)), ("objective", question.objective)),
        ),
        Step(
            statement=STATEMENT,
            text=f"The failure probabilities of the layers add up, for {kind}.",
            values=(("delta", str(question.delta)), ("failure", str(total))),
        ),
    )
