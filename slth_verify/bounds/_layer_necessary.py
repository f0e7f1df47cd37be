r"""Widths below which a layer alone cannot be approximated reliably.

Statement. Let layer i of the random network have 2n filters for every entering channel,
and let c be a number of leaving channels with ``a = 1/(d^2 c) > eps``. For the target
kernel that has all ``d^2 c`` entries of the first entering channel to c leaving
channels equal to a (so ``||K||_1 = 1``),

.. math:: P(\text{some pruned layer is within } \varepsilon \text{ on } [0,1])
    \le \sum_{k=1}^{2n} \binom{2n}{k} 2^{-k} p_k\bigl((a, \dots, a), \varepsilon\bigr).

An image with the single pixel 1 that entry (i, j) of a window meets has the output
a > eps, which ReLU does not hide: the kept filters with positive sign must sum to
within eps of a in every entry. A given subset of k filters has positive signs with
probability ``2^{-k}``, and then is a sum of k NSN vectors. The empty subset gives 0,
which is farther than eps from a.

With one entry ``a = 1/c > eps`` for each of c leaving channels instead, an image with
one more pixel keeps the other entries within ``2 eps``. The better bound counts. The
right sides grow with n.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from slth_verify.bounds._layer_width import LayerShape
from slth_verify.bounds._network_inputs import NetworkQuestion
from slth_verify.bounds._network_result import LayerWidth, NetworkResult
from slth_verify.bounds._result import Step
from slth_verify.bounds._scale_integral import Box, scale_integral
from slth_verify.enclosure import (
    Enclosure,
    NonFiniteError,
    binomial_coefficient,
    from_ball,
    to_ball,
    working_precision,
)
from slth_verify.verdict import Evidence

STATEMENT = "der:first-moment"

_BITS = 96

_Advance = Callable[[str, int, int], None]


def necessary_layers(question: NetworkQuestion, advance: _Advance) -> NetworkResult:
    """For every layer a width below which it fails too often for some kernel.

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
        direction="lower",
        evidence=Evidence.ENCLOSED,
        ledger=(scope,),
    )


def hard_targets(shape: LayerShape, eps: Fraction) -> tuple[Box, ...]:
    """The boxes that the kept filters of one channel must hit for the hard kernels.

    A kernel is left out if its entries would not exceed ``eps``.

    Rigor:
        Exact.
    """
    window = shape.kernel**2
    boxes = []
    full = min(shape.leaving, _largest_below(1 / (eps * window)))
    if full >= 1:
        entry = Fraction(1, window * full)
        boxes.append(Box.around([entry] * (window * full), eps))
    single = min(shape.leaving, _largest_below(1 / eps))
    if single >= 1 and window > 1:
        target = [Fraction(1, single)] * single + [Fraction(0)] * (
            single * (window - 1)
        )
        boxes.append(Box.around(target, 2 * eps))
    return tuple(boxes)


def success_of_layer(n: int, box: Box) -> Fraction:
    """Upper bound of the probability that 2n filters of a channel hit the box.

    Args:
        n: Half of the number of filters, at least 1.
        box: Where the sum of the kept filters with positive sign must lie. The empty
            subset is not counted: it must not be a solution.

    Rigor:
        Enclosed and rounded up; 1 if nothing is proved.
    """
    with working_precision(_BITS):
        weights = [to_ball(0)]
        weights += [
            binomial_coefficient(2 * n, size) * to_ball(Fraction(1, 2**size))
            for size in range(1, 2 * n + 1)
        ]
        try:
            return min(Fraction(1), from_ball(scale_integral(weights, box)).upper)
        except NonFiniteError:
            return Fraction(1)


def _largest_below(bound: Fraction) -> int:
    """The largest integer strictly below a positive number."""
    return -(-bound.numerator // bound.denominator) - 1


def _layer(shape: LayerShape, eps: Fraction, goal: Fraction) -> LayerWidth:
    found = [(_least(box, goal), box) for box in hard_targets(shape, eps)]
    n, box = max(found, key=lambda pair: pair[0], default=(0, None))
    steps: tuple[Step, ...] = ()
    if box is not None and n > 1:
        below = Enclosure(Fraction(0), success_of_layer(n - 1, box))
        steps = (
            Step(
                statement=STATEMENT,
                text=f"With n = {n - 1} the expected number of subsets of filters with "
                "positive sign that hit this target is below 1 - delta, and it grows "
                "with n.",
                values=(
                    ("entries", str(box.dim)),
                    ("largest entry", str(box.reach)),
                    ("accuracy", str(box.eps)),
                    ("expected_hits", str(below)),
                ),
            ),
        )
    return LayerWidth(
        shape=shape,
        n=n,
        share=eps,
        accuracy=eps if box is None else box.eps,
        failure=None,
        ledger=steps,
    )


def _least(box: Box, goal: Fraction) -> int:
    """One more than a width that certainly fails, as large as the bound allows."""
    low, high = 0, 1
    while success_of_layer(high, box) < goal:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if success_of_layer(middle, box) < goal:
            low = middle
        else:
            high = middle
    return high
