"""The ladder of widths: necessary, certified, the paper's, and used."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import Stage, stages_of
from slth_verify.report.collect.widths.proved import PROBABILITY, ProvedWidths
from slth_verify.report.model.parts import Formula, Rung
from slth_verify.report.model.quantity import Absent, Figure, exact
from slth_verify.statements import latex, mathml, statement

_PAPER = "thm:structured-slth"
_MATHML = "http://www.w3.org/1998/Math/MathML"


def ask_ladder(target: TargetCNN, eps: Fraction, widths: ProvedWidths) -> None:
    """Have the widths of `width_ladder` decided in the meantime.

    Args:
        target: The target, of the paper's class.
        eps: Accuracy in the target's units.
        widths: Decides them.
    """
    for layer in _layers(target, eps):
        widths.ask(layer.dimension, layer.accuracy)


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
    for layer, n in zip(_layers(target, eps), used, strict=True):
        rungs.append(
            Rung(
                layer.stage.number,
                layer.dimension,
                exact(layer.accuracy, "entry of the normalised kernel"),
                exact(PROBABILITY),
                widths.necessary(layer.dimension, layer.accuracy),
                widths.certified(layer.dimension, layer.accuracy),
                _paper(layer),
                exact(n, "n"),
                found(layer.dimension, layer.accuracy)
                if found
                else Absent("this profile measures no law"),
            )
        )
    return tuple(rungs)


@dataclass(frozen=True, slots=True)
class _Layer:
    """A layer as thm:structured-slth asks about it.

    Attributes:
        stage: Its stage.
        depth: Layers of the target.
        eps: Accuracy of the network, in normalised units.
    """

    stage: Stage
    depth: int
    eps: Fraction

    @property
    def dimension(self) -> int:
        """Dimension m = d^2 c_out of its subset-sum problem."""
        return math.prod(self.stage.kernel_shape(0))

    @property
    def accuracy(self) -> Fraction:
        """What is asked of every entry of its error."""
        terms = int(self.stage.layer.weight[0].size)
        return self.eps / (self.depth * terms)


def _layers(target: TargetCNN, eps: Fraction) -> list[_Layer]:
    stages = stages_of(target)
    scale = math.prod(map(_power_above_norm, stages), start=Fraction(1))
    return [_Layer(stage, len(stages), eps / scale) for stage in stages]


def _power_above_norm(stage: Stage) -> Fraction:
    """The least power of two that is no less than ``||K||_1``; 1 for zeros."""
    kernel = stage.kernel()
    norm = int(sum(map(abs, kernel.least.ravel().tolist())))
    if not norm:
        return Fraction(1)
    return Fraction(2) ** ((norm - 1).bit_length() - kernel.bits)


def _paper(layer: _Layer) -> Formula | Absent:
    if not 0 < layer.eps < 1:
        return Absent("the theorem speaks of accuracies between 0 and 1 only")
    theorem = statement(_PAPER)
    outputs, inputs, size, _ = layer.stage.layer.weight.shape
    width = theorem.bound(
        d=size, c_in=inputs, c_out=outputs, depth=layer.depth, eps=layer.eps
    )
    markup = f'<math xmlns="{_MATHML}">{mathml(width)}</math>'
    return Formula(markup, latex(width), theorem.id, theorem.provenance.value)
