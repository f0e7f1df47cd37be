"""The ladder of widths: necessary, certified, the paper's, and used."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from slth_verify.bounds import necessary_width
from slth_verify.network import TargetCNN
from slth_verify.report._certified import PROBABILITY, CertifiedWidths
from slth_verify.report._model import CaseReport
from slth_verify.report._parts import Formula, Rung
from slth_verify.report._progress import Progress
from slth_verify.report._quantity import Absent, Direction, Figure, Quantity, exact
from slth_verify.statements import latex, mathml, statement
from slth_verify.verdict import Evidence

_PAPER = "thm:structured-slth"
_MATHML = "http://www.w3.org/1998/Math/MathML"


def width_ladder(
    target: TargetCNN, eps: Fraction, used: tuple[int, ...], widths: CertifiedWidths
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
        widths: Searches certified widths, perhaps later.

    Cost:
        About a second a layer. A certified width costs 2 s at dimension 18 and a minute
        at 150 when it is asked for the first time, in a second process.

    Rigor:
        Each figure names its own kind and side.
    """
    normalised = eps / target.output_scale
    rungs = []
    for layer in range(1, target.depth + 1):
        shape = target.architecture
        window = shape.kernel_sizes[layer - 1] ** 2
        accuracy = normalised / (target.depth * window * shape.channels[layer - 1])
        rungs.append(
            Rung(
                layer,
                shape.dimension(layer),
                exact(accuracy, "entry of the normalised kernel"),
                exact(PROBABILITY),
                necessary_figure(shape.dimension(layer), accuracy),
                widths.ask((target.name, layer), shape.dimension(layer), accuracy),
                _paper(target, layer, normalised),
                exact(used[layer - 1], "n"),
                Absent("this profile measures no law"),
            )
        )
    return tuple(rungs)


def completed(
    case: CaseReport, widths: CertifiedWidths, progress: Progress
) -> CaseReport:
    """The case with the certified widths that were still open, as far as found."""
    known = widths.settle(
        case.name, tuple(rung.certified for rung in case.ladder), progress, first=1
    )
    rungs = zip(case.ladder, known, strict=True)
    return replace(
        case, ladder=tuple(replace(rung, certified=width) for rung, width in rungs)
    )


def necessary_figure(dimension: int, accuracy: Fraction) -> Figure:
    """A width below which the accuracy is not reached with probability 1/2."""
    if accuracy >= 1:
        return Absent("the empty subset is accurate enough")
    found = necessary_width(dimension, accuracy, PROBABILITY)
    if found.n is None:
        return Absent("no width was found to be too small")
    text = str(found.n)
    return Quantity(text, text, Evidence.ENCLOSED, Direction.LOWER, "n")


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
