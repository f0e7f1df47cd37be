"""Ranges of affine nodes: exact sums of weights times ends, in pieces of few bits.

A product of two integers of b bits has 2b bits, and a sum of at most ``2^(53 - 2b)`` of
them, in any order, is an integer that float64 holds. So matrix products of such pieces
are exact, as fast as floats are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import numpy as np

from slth_verify.arrays import Float64Array, IndexArray
from slth_verify.graph.dyadics import Exact, common
from slth_verify.graph.nodes import Convolution, Dense
from slth_verify.graph.windows import chunks

#: Weights that are looked at at a time.
_CHUNK = 1 << 19

#: Sums are held in units of ``2^-_UNIT``, below the last bit of every piece of a float.
_UNIT = 1_200


def affine_ends(
    node: Convolution | Dense,
    lower: Sequence[Fraction],
    upper: Sequence[Fraction],
    parts: Sequence[IndexArray],
) -> tuple[list[Fraction], list[Fraction]]:
    """Lower and upper ends of an affine node's channels.

    Args:
        node: The node; a dense one is a convolution with a window of one entry.
        lower: Lower ends of its source, by channel.
        upper: Upper ends of its source, by channel.
        parts: For rows and columns, the parts of a window that are inside the image
            at some place: the first and the end of its entries, ``(parts, 2)``.

    Rigor:
        Exact; floats must be read as they are (`require_ieee`). Let P and N be the sums
        of the positive and of the negated negative weights of a source's channel, over
        the entries inside. If those lie in [l, h], the sum of its terms lies in
        [P l - N h, P h - N l], as every term does, and reaches both ends if the entries
        are free. Channels add up, a bias is added at every place, and a channel's range
        is the hull of those of all places.
    """
    groups = node.groups if isinstance(node, Convolution) else 1
    window = node.weight.shape[2:] if isinstance(node, Convolution) else (1, 1)
    outs, wide = node.weight.shape[0] // groups, node.weight.shape[1]
    weight = node.weight.reshape(groups, outs, wide, *window)
    bits = (53 - (weight[0, 0].size - 1).bit_length()) // 2
    whole, unit = common([*lower, *upper])
    ends = _digits(whole.reshape(2, groups, wide).transpose(1, 2, 0), bits)
    found = np.empty((groups, outs, 2), object)
    for some, rows in chunks(groups, outs, weight[0, 0].size, _CHUNK):
        sums = _sums(weight[some, rows].astype(np.float64), ends[some], parts, bits)
        found[some, rows, 0] = np.minimum.reduce(sums)[..., 0]
        found[some, rows, 1] = np.maximum.reduce(sums)[..., 1]
    biases = np.zeros(groups * outs) if node.bias is None else node.bias
    least, most = (
        [
            Fraction(number, unit << _UNIT) + Fraction(float(bias))
            for number, bias in zip(found[..., end].ravel(), biases, strict=True)
        ]
        for end in (0, 1)
    )
    return least, most


def _sums(
    weight: Float64Array, ends: Float64Array, parts: Sequence[IndexArray], bits: int
) -> list[Exact]:
    """For every part of a window least and largest sums: ``(groups, c_out, 2)`` each.

    A piece of a weight has its sign. So the pieces of P and of N over a channel's
    window, times an end's piece, sum up to less than ``2^(2 bits)`` times the number of
    terms, which is at most ``2^53``.
    """
    swapped = ends[:, :, ::-1]
    groups, wide, _, digits = ends.shape
    columns = [numbers.reshape(groups, wide, -1) for numbers in (ends, swapped)]
    totals = [
        np.zeros((*weight.shape[:2], 2), object) for _ in product(*map(list, parts))
    ]
    windows = weight.transpose(3, 4, 0, 1, 2)  # matrices of one entry lie together
    for piece, unit in _pieces(windows, bits):
        positive = np.maximum(piece, 0)
        cuts = zip(_cut(positive, parts), _cut(positive - piece, parts), strict=True)
        for total, (plus, minus) in zip(totals, cuts, strict=True):
            sums = (plus @ columns[0] - minus @ columns[1]).astype(np.int64)
            exact = sums.reshape(*total.shape, digits).astype(object)
            for digit in range(digits):
                total += exact[..., digit] << (unit + _UNIT + bits * digit)
    return totals


def _pieces(values: Float64Array, bits: int) -> Iterator[tuple[Float64Array, int]]:
    """Integers below ``2^bits`` in modulus, and exponents of their units.

    Truncation takes the leading bits of a float, and the rest has those that follow:
    both are floats, so nothing is rounded. The last unit is a float's last bit or,
    where it has fewer, less by ``bits``: above ``2^-1200``.
    """
    rest = values
    while size := np.abs(rest).max():
        unit = int(np.frexp(size)[1]) - bits
        piece = np.trunc(np.ldexp(rest, -unit))
        yield piece, unit
        rest = rest - np.ldexp(piece, unit)


def _digits(numbers: Exact, bits: int) -> Float64Array:
    """Integers as signed digits in base ``2^bits``, along a new last axis."""
    signs, sizes = np.where(numbers < 0, -1, 1), np.abs(numbers)
    count = -(-max(int(size).bit_length() for size in sizes.flat) // bits)
    digits = [sizes >> bits * place & ((1 << bits) - 1) for place in range(count)]
    stacked = np.zeros((*numbers.shape, count))
    for place, digit in enumerate(digits):
        stacked[..., place] = digit * signs
    return stacked


def _cut(weight: Float64Array, parts: Sequence[IndexArray]) -> Iterator[Float64Array]:
    """Sums over the first two axes, inside every part of a window, of integers.

    With S[a, b] the sum over rows below a and columns below b, the sum over a rectangle
    is the alternating sum of S at its corners.
    """
    rows, columns, *matrices = weight.shape
    sums = np.zeros((rows + 1, columns + 1, *matrices))
    for row in range(rows):
        np.add(sums[row, 1:], weight[row], out=sums[row + 1, 1:])
    for column in range(columns):
        sums[:, column + 1] += sums[:, column]
    for (top, bottom), (left, right) in product(*(part.tolist() for part in parts)):
        yield (
            sums[bottom, right]
            - sums[top, right]
            - sums[bottom, left]
            + sums[top, left]
        )
