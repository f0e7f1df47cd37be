r"""Widths below which a layer alone cannot be approximated reliably.

Statement (der:layer-necessary). Let the image be at least as large as the kernel, in
both directions, and let layer i of the random network have 2n filters for every
entering channel. On a smaller image a kernel acts as a smaller one, and less is needed.
Let c be a number of leaving channels with ``a = 1/(d^2 c) > eps``. For the target
kernel that has all ``d^2 c`` entries of the first entering channel to c leaving
channels equal to a (so ``||K||_1 = 1``),

.. math:: P(\text{some pruned layer is within } \varepsilon \text{ on } [0,1])
    \le \sum_{k=1}^{2n} \binom{2n}{k} 2^{-k} p_k\bigl((a, \dots, a), \varepsilon\bigr).

An image with the single pixel 1 that entry (i, j) of a window meets has the output
a > eps, which ReLU does not hide: the kept filters with positive sign must sum to
within eps of a in every entry. A given subset of k filters has positive signs with
probability ``2^{-k}``, and then is a sum of k NSN vectors. The empty subset gives 0,
which is farther than eps from a.

With one entry ``a = 1/c > eps`` for each of c leaving channels instead, images with
more pixels keep the moduli of the other ``d^2 - 1`` entries of a leaving channel within
a sum of ``2 eps``; a weight ``exp(-t |D|)`` for each, with ``t = (d^2 - 1)/(2 eps)``,
bounds that event at the price of ``exp(c (d^2 - 1))``. The better bound counts. Both
right sides grow with n.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds._bisect import least_not_negative
from slth_verify.bounds.certificates.integrals.scale_integral import Box, scale_integral
from slth_verify.bounds.certificates.integrals.soft_box import SoftBox
from slth_verify.bounds.ledger.steps import Step
from slth_verify.bounds.network.hypotheses import hypotheses_of_needed
from slth_verify.bounds.network.inputs import NetworkQuestion
from slth_verify.bounds.network.layer_width import LayerShape
from slth_verify.bounds.network.result import LayerWidth, NetworkResult
from slth_verify.enclosure import (
    Enclosure,
    NonFiniteError,
    binomial_coefficient,
    from_ball,
    to_ball,
    working_precision,
)
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import log_of
from slth_verify.verdict import Direction, Evidence

STATEMENT = "der:layer-necessary"

_BITS = 96

#: Said where a sum was refused as too much work.
_NOT_ALL = (
    " For other kernels, or more filters, this sum takes too long and was not "
    "evaluated: more may be needed than this bound says here."
)

_Advance = Callable[[str, int, int], None]


def necessary_layers(question: NetworkQuestion, advance: _Advance) -> NetworkResult:
    """For every layer a width below which it fails too often for some kernel.

    Images are at least as large as the kernels, in both directions.

    Rigor:
        Enclosed: that one filter less is too few is decided in balls.
    """
    layers = []
    total = len(question.shapes)
    for i, shape in enumerate(question.shapes):
        advance("necessary widths", i, total)
        layers.append(_layer(shape, question.eps, 1 - question.delta))
    advance("necessary widths", total, total)
    scope = Step(
        statement="der:accumulation",
        text="Each width is for its layer alone: no way of adding up errors of layers "
        "leaves a layer more than eps.",
        values=(("eps", str(question.eps)), ("delta", str(question.delta))),
    )
    return NetworkResult(
        statement=STATEMENT,
        kind="necessary",
        inputs=question.inputs(),
        layers=tuple(layers),
        probability=None,
        direction=Direction.LOWER,
        evidence=Evidence.ENCLOSED,
        hypotheses=hypotheses_of_needed(question, [layer.n for layer in layers]),
        ledger=(scope,),
    )


@dataclass(frozen=True, slots=True)
class HardTarget:
    """What the kept filters of one channel must hit for a hard kernel.

    Attributes:
        box: Where their sum must lie; some sides may be soft.
        nats: Logarithm of the factor that soft sides cost.
    """

    box: Box
    nats: int = 0


def hard_targets(shape: LayerShape, eps: Fraction) -> tuple[HardTarget, ...]:
    """What the kept filters of one channel must hit for the hard kernels.

    A kernel is left out if its entries would not exceed ``eps``. Small targets first.

    Rigor:
        Exact.
    """
    window = shape.kernel**2
    targets = []
    for count in _counts(min(shape.leaving, _largest_below(1 / (eps * window)))):
        entry = Fraction(1, window * count)
        targets.append(HardTarget(Box.around([entry] * (window * count), eps)))
    singles = min(shape.leaving, _largest_below(1 / eps)) if window > 1 else 0
    for count in _counts(singles):
        box = SoftBox(
            eps=eps,
            groups=((Fraction(1, count), count),),
            soft=count * (window - 1),
            rate=(window - 1) / (2 * eps),
        )
        targets.append(HardTarget(box, count * (window - 1)))
    return tuple(targets)


def _counts(most: int) -> list[int]:
    """Numbers of leaving channels that are tried, at most ``most``.

    More channels ask for more, but make the entries smaller; entries close to eps are
    nearly hit by sums of few filters with small scales.
    """
    return sorted({most * part // 12 for part in (12, 9, 6, 4, 3)} - {0})


def success_of_layer(n: int, target: HardTarget) -> Fraction:
    """Upper bound of the probability that 2n filters of a channel hit the target.

    Args:
        n: Half of the number of filters, at least 1.
        target: Where the sum of the kept filters with positive sign must lie. The empty
            subset is not counted: it must not be a solution.

    Rigor:
        Enclosed and rounded up; 1 if nothing is proved.
    """
    hits = _expected_hits(n, target)
    return Fraction(1) if hits is None else min(Fraction(1), hits)


def _expected_hits(n: int, target: HardTarget) -> Fraction | None:
    """Upper bound of the expected number of solutions; None if there is none."""
    with working_precision(_BITS):
        weights = [to_ball(0)]
        weights += [
            binomial_coefficient(2 * n, size) * to_ball(Fraction(1, 2**size))
            for size in range(1, 2 * n + 1)
        ]
        try:
            hits = to_ball(target.nats).exp() * scale_integral(weights, target.box)
            return from_ball(hits).upper
        except NonFiniteError:
            return None


def _largest_below(bound: Fraction) -> int:
    """The largest integer strictly below a positive number."""
    return -(-bound.numerator // bound.denominator) - 1


def _layer(shape: LayerShape, eps: Fraction, goal: Fraction) -> LayerWidth:
    n, target, all_decided = 0, None, True
    # mostly the largest asks for most, and one look at each of the others is enough
    targets = sorted(hard_targets(shape, eps), key=lambda x: (x.nats > 0, -x.box.dim))
    for candidate in targets:
        least, decided = _least(candidate, goal, n)
        all_decided = all_decided and decided
        if least > n:
            n, target = least, candidate
    steps: tuple[Step, ...] = ()
    if target is not None and n > 1:
        below = Enclosure(Fraction(0), success_of_layer(n - 1, target))
        steps = (
            Step(
                statement=STATEMENT,
                text=f"With n = {n - 1} the expected number of subsets of filters with "
                "positive sign that hit this target is below 1 - delta, and it grows "
                f"with n.{'' if all_decided else _NOT_ALL}",
                values=(
                    ("entries", str(target.box.dim)),
                    ("largest entry", str(target.box.reach)),
                    ("accuracy", str(target.box.eps)),
                    ("nats of soft sides", str(target.nats)),
                    ("expected_hits", str(below)),
                ),
            ),
        )
    return LayerWidth(
        shape=shape, n=n, share=eps, accuracy=eps, failure=None, ledger=steps
    )


def _least(target: HardTarget, goal: Fraction, known: int) -> tuple[int, bool]:
    """One more than a width that certainly fails, or ``known`` if that is no less.

    Returns:
        The width, and whether more of this bound would not give a larger one.
    """
    nats = log_of(goal)
    decided = True

    def height(n: int) -> float:
        """Logarithm of what is expected over what is asked; the sign is exact."""
        nonlocal decided
        try:
            hits = _expected_hits(n, target)
        except InvalidParameterError:  # so many that they are not evaluated
            decided = False
            return math.inf
        if hits is None:
            return math.inf
        part = log_of(hits) - nats if hits else -math.inf
        return max(part, 0.0) if hits >= goal else min(part, -math.ulp(0.0))

    low, below = known, height(known) if known else -math.inf
    if below >= 0:
        return known, decided
    high = max(1, 2 * known)
    while (above := height(high)) < 0:
        low, below, high = high, above, 2 * high
    return least_not_negative(height, low, high, (below, above)), decided
