"""Derivations of some numbers of a report, as MathML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slth_verify.report.collect.context.stored import StoredAnswer
from slth_verify.report.model.context import Derivation

#: Of a curve, the derivation with so many samples is shown.
_SAMPLES = 8


def derivations(stored: Sequence[StoredAnswer]) -> tuple[Derivation, ...]:
    """How shipped answers are proved that this report proved again.

    Args:
        stored: Widths that were proved again are taken, and one point of the curve.
    """
    return tuple(_derivation(answer) for answer in _chosen(stored))


def _chosen(stored: Sequence[StoredAnswer]) -> Iterator[StoredAnswer]:
    widths = 0
    for answer in stored:
        curve = answer.asks_probability
        if curve and answer.document["n"] != _SAMPLES:
            continue
        widths += not curve
        if answer.again and widths <= 2:
            yield answer


def _derivation(answer: StoredAnswer) -> Derivation:
    result, asked = answer.result(), answer.document["inputs"]
    common = f"--dim {asked['dim']} --eps {asked['eps']}"
    if answer.asks_probability:
        title = (
            f"The success probability of n = {result.n} samples in dimension "
            f"m = {asked['dim']}, accuracy {asked['eps']}"
        )
        command = f"slth-verify bounds success {common} --n {result.n}"
    else:
        words = "enough" if result.kind == "certified" else "needed"
        title = (
            f"n = {result.n} samples are {words} in dimension m = {asked['dim']}, "
            f"accuracy {asked['eps']}, probability {asked['prob']}"
        )
        command = f"slth-verify bounds mrss {common} --prob {asked['prob']}"
        command += f" --kind {result.kind}"
    return Derivation(title, result.statement, result.to_mathml(), command)
