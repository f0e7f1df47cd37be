r"""What widths for ideal normal weights say about the float32 weights of `RandomCNN`.

Statement (der:drawn-layer). Let ``b = 64`` be the bits of a word, ``A`` a power of two
up to ``2^24``, and

.. math:: r = 2^{-24} + \frac1{96A},\qquad
    \lambda = d^2 c_{in} \bigl((r + r^2/2 + 2^{2-b})(2n + \sqrt{12nt} + 2t)
        + 4n 2^{2-b}\bigr) .

For independent uniform words, with any filters kept, the outputs of a pair of layers
move by at most lambda for inputs in [-1, 1] when each weight is replaced by its ideal
one, except with probability :math:`A 2^{1-b}` for each weight and
:math:`2 d^2 c_{in} c_{out} e^{-t}` for the layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from slth_verify.bounds.network.layer_width import LayerShape

#: Bits of a word of the generator, and of the significand of a weight.
_WORD, _SIGNIFICAND = 64, 24
_MOST_CELLS = 1 << 24
_ABSOLUTE = Fraction(4, 1 << _WORD)

#: Above exp(-1).
_FALL = Fraction(368, 1000)

#: Each of the two parts of the failure probability may take this share of delta.
_SHARE = Fraction(1, 200)


@dataclass(frozen=True, slots=True)
class DrawnWeights:
    """How far a random network with drawn weights may be from the ideal one.

    Attributes:
        moves: For each layer, how far outputs move at most for inputs in [-1, 1].
        failure: Probability at most that some layer moves more.
    """

    moves: tuple[Fraction, ...]
    failure: Fraction


def drawn_weights(
    shapes: Sequence[LayerShape], widths: Sequence[int], delta: Fraction
) -> DrawnWeights:
    """The bounds of der:drawn-layer for all layers of a random network.

    Args:
        shapes: The target layers.
        widths: The numbers n_i, not negative.
        delta: The failure probability beside which the additional one is to be small.

    Rigor:
        Exact rational arithmetic, rounded up.
    """
    weights = sum(
        2 * n * shape.entering * (1 + shape.dim)
        for shape, n in zip(shapes, widths, strict=True)
    )
    cells, lost = 1, Fraction(2 * weights, 1 << _WORD)
    while cells < _MOST_CELLS and 2 * cells * lost <= _SHARE * delta:
        cells *= 2
    tails = Fraction(2 * sum(shape.entering * shape.dim for shape in shapes))
    exponent = 0
    while tails > _SHARE * delta:
        tails *= _FALL
        exponent += 1
    return DrawnWeights(
        tuple(
            _moves(shape, n, cells, exponent)
            for shape, n in zip(shapes, widths, strict=True)
        ),
        min(Fraction(1), cells * lost + tails),
    )


def _moves(shape: LayerShape, n: int, cells: int, exponent: int) -> Fraction:
    relative = Fraction(1, 1 << _SIGNIFICAND) + Fraction(1, 96 * cells)
    slope = relative + relative**2 / 2 + _ABSOLUTE
    squares = 2 * n + isqrt(12 * n * exponent) + 1 + 2 * exponent
    entries = shape.kernel**2 * shape.entering
    return entries * (slope * squares + 4 * n * _ABSOLUTE)
