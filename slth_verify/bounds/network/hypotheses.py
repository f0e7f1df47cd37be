"""What an answer about a network takes for granted, in words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from slth_verify.bounds.ledger.steps import Condition
from slth_verify.bounds.network.drawn_weights import DrawnWeights, drawn_weights
from slth_verify.bounds.network.inputs import NetworkQuestion
from slth_verify.enclosure import directed_decimal

_IDEAL = "weights are independent ideal N(0, 1) numbers"
_DRAWN = "the float32 weights of RandomCNN, from independent uniform words"
_TARGET = Condition(
    "target",
    "convolutions with stride 1, zero padding that keeps the size and no bias, ReLU "
    "after each",
)
_DIGITS = 4


def hypotheses_of_enough(
    question: NetworkQuestion, widths: Sequence[int], shares: Sequence[Fraction]
) -> tuple[Condition, ...]:
    """Hypotheses under which these widths are enough.

    Args:
        question: What was asked.
        widths: The numbers n_i.
        shares: Error coefficients of the layers.

    Rigor:
        The numbers for drawn weights are rounded to the safe side (der:drawn-layer).
    """
    drawn = drawn_weights(question.shapes, widths, question.delta)
    whole = Fraction(1)
    for share, move in zip(shares, drawn.moves, strict=True):
        whole *= 1 + share + move
    error = directed_decimal(whole - 1, _DIGITS, up=True)
    failure = question.delta + drawn.failure
    kept = (
        f"keep the claim with eps={error}, delta="
        f"{directed_decimal(failure, _DIGITS, up=True)}"
        if failure < 1
        else "may fail it"
    )
    return (
        _TARGET,
        Condition("kernel-norm", "every kernel has ||K||_1 <= 1"),
        Condition("inputs", "inputs have values in [-1, 1]"),
        Condition("weights", f"{_IDEAL}; {_DRAWN}, {kept} (der:drawn-layer)"),
    )


def hypotheses_of_needed(
    question: NetworkQuestion, widths: Sequence[int]
) -> tuple[Condition, ...]:
    """Hypotheses under which fewer filters than these are not enough."""
    side = max(shape.kernel for shape in question.shapes)
    drawn = drawn_weights(question.shapes, widths, question.delta)
    return (
        _TARGET,
        Condition("kernel-norm", "for some kernel with ||K||_1 = 1, of each layer"),
        Condition("inputs", "each layer for itself, on inputs with values in [0, 1]"),
        Condition(
            "image",
            "images are at least as large as the kernels, in both directions (height "
            f"and width >= {side}): on a smaller image a kernel acts as a smaller one, "
            "and fewer filters may be enough",
        ),
        Condition("weights", f"{_IDEAL}; {_DRAWN}, {_still(question, drawn)}"),
    )


def _still(question: NetworkQuestion, drawn: DrawnWeights) -> str:
    """What the necessary widths say about drawn weights."""
    accuracy = question.eps - max(drawn.moves)
    success = 1 - question.delta + drawn.failure
    if accuracy <= 0 or success >= 1:
        return "may do with fewer (der:drawn-layer)"
    return (
        "keep the claim at accuracy "
        f"{directed_decimal(accuracy, _DIGITS, up=False)}, with success below "
        f"{directed_decimal(success, _DIGITS, up=True)} (der:drawn-layer)"
    )
