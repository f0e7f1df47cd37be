"""The ladder of widths: necessary, certified, the paper's, and used."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from slth_verify.network import TargetCNN
from slth_verify.report.collect.proved_widths import PROBABILITY, ProvedWidths
from slth_verify.report.model.parts import Formula, Rung
from slth_verify.report.model.quantity import Absent, Figure, exact
from slth_verify.statements import latex, mathml, statement

_PAPER = "thm:structured-slth"
_MATHML = "http://www.w3.org/1998/Math/MathML"


def ask_ladder(target: TargetCNN, eps: Fraction, widths: ProvedWidths) -> None:
    """Have the widths of `width_ladder` decided in the meantime.

    Args:
        target: The target.
        eps: Accuracy in the target's units.
        widths: Decides them.
    """
    for layer in range(1, target.depth + 1):
        widths.ask(target.architecture.dimension(layer), _accuracy(target, layer, eps))


def width_ladder(
    target: TargetCNN,
    eps: Fraction,
    used: tuple[int, ...],
    widths: ProvedWidths,
    found: Callable[[int, Fraction], Figure] | None,
) -> tuple[Rung, ...]:
    """Widths n_i of every layer, as far as they are known.

    The question of a layer: n vectors of one sign, the worst target of norm 1, every
    entry of the error at most ``eps' / (l d^2 c_in)`` with eps' the accuracy in
    normalised units, probability 1/2. That accuracy is no less than what
    der:structured-slth asks, so a necessary width stays necessary for it.

    Args:
        target: The target.
        eps: Accuracy in the target's units.
        used: Widths of the random network.
        widths: Decides necessary and certified widths; is waited for.
        found: The width at which searches succeed, by dimension and accuracy; None
            without a law.

    Rigor:
        Each figure names its own kind and side.
    """
    rungs = []
    for layer in range(1, target.depth + 1):
        dimension = target.architecture.dimension(layer)
        accuracy = _accuracy(target, layer, eps)
        rungs.append(
            Rung(
                layer,
                dimension,
                exact(accuracy, "entry of the normalised kernel"),
                exact(PROBABILITY),
                widths.necessary(dimension, accuracy),
                widths.certified(dimension, accuracy),
                _paper(target, layer, eps / target.output_scale),
                exact(used[layer - 1], "n"),
                found(dimension, accuracy)
                if found
                else Absent("this profile measures no law"),
            )
        )
    return tuple(rungs)


def _accuracy(target: TargetCNN, layer: int, eps: Fraction) -> Fraction:
    shape = target.architecture
    terms = shape.kernel_sizes[layer - 1] ** 2 * shape.channels[layer - 1]
    return eps / target.output_scale / (target.depth * terms)


def _paper(target: TargetCNN, layer: int, eps: Fraction) -> Formula | Absent:
    if not 0 < eps < 1:
        return Absent("the theorem speaks of accuracies between 0 and 1 only")
    theorem = statement(_PAPER)
    shape = target.architecture
    width = theorem.bound(
        d=shape.kernel_sizes[layer - 1],
        c_in=shape.channels[layer - 1],
        c_out=shape.channels[layer],
        depth=target.depth,
        eps=eps,
    )
    markup = f'<math xmlns="{_MATHML}">{mathml(width)}</math>'
    return Formula(markup, latex(width), theorem.id, theorem.provenance.value)
