r"""How wide one stage must be to do its own part: its kernel, range and share of eps.

Statement (der:stage-necessary). Let tensors y range over a box, an entry of channel c
over ``[l_c, h_c]``, and let the error ``D+ * y+ + D- * y- + const`` of a pair be at
most e at every place, for all of them. Where the taps B of a window lie inside the
image, each sees an entry of its own, so that for every output

.. math:: \sum_c \sum_{s \in B} \varrho(t^+_c D^+_{cs}, t^-_c D^-_{cs}) \le 2e ,\qquad
    \varrho(a, b) = \max(0, a, b) - \min(0, a, b),

where ``t+`` and ``t-`` is how far an entry can move above and below 0. The volume of
such D, of N coordinates of which A pairs have both signs, is
``(2e)^N 2^(N - 2A) 6^A / N!``, divided by the steps t. Given the scalars, the kept
filters of a channel and sign sum to normal coordinates of one variance, whatever it is;
so with the union bound over the subsets of those filters

.. math:: P(\text{some mask is within } e) \le 2^{2nA'} (3/2)^{2nB'}
    \prod \Bigl(\frac{m}{2 \pi \mathrm{e} S}\Bigr)^{m/2} \mathrm{Vol}

over any A' channels with both signs and B' with one, of one group.

It is a first moment, for this one kernel. It speaks of the stage alone: another
construction could spread the error otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from slth_verify.bounds.graphs.error_sums import ErrorSums
from slth_verify.bounds.graphs.joint_volume import Box, Problem, needed_filters
from slth_verify.bounds.graphs.small_ball import hit_nats, least_count
from slth_verify.deadline import look_at_the_clock
from slth_verify.graph import Range
from slth_verify.graph.dyadics import Exact
from slth_verify.graph.stages import Stage, StageKernel
from slth_verify.graph.windows import inside_ranges

#: What a width of a stage alone means, wherever it is shown.
ALONE = (
    "necessary for this stage alone (own kernel within its share of eps); another "
    "construction could spread the error otherwise"
)

_COPIES = (
    "padding copies entries, and no window lies inside the image: each window sees "
    "some entry more than once"
)
_FREE = "nothing is proved to be needed: its share of eps hides its kernel"


@dataclass(frozen=True, slots=True)
class StageNeed:
    """What a stage alone needs.

    Attributes:
        n: Half of the filters of every channel, at least; None where no rule applies.
        reason: Why there is no n, or what it counts.
        channels: Channels that were counted.
    """

    n: int | None
    reason: str
    channels: int = 0


def stage_need(
    known: ErrorSums, source: Range, share: Fraction, success: Fraction
) -> StageNeed:
    """A width below which a stage alone is not within its share often enough.

    Args:
        known: The stage.
        source: The box of its source: every entry of a channel ranges over all of it.
        share: Admissible error of every output at every place, not negative.
        success: Probability that is asked for.

    Returns:
        The width, necessary for this stage alone.

    Rigor:
        Enclosed, rounded down. Which channels are counted is chosen in floats.

    Cost:
        A few operations with long integers for every weight.

    Source:
        der:stage-necessary.
    """
    blocks = seen_blocks(known.stage)
    if blocks is None:
        return StageNeed(None, _COPIES)
    if not share:
        return StageNeed(0, "nothing to approximate, and no error")
    kernel = known.stage.kernel()
    zero = _reaches_zero(source)
    box = error_box(known.stage, blocks, source, share)
    best = StageNeed(0, _FREE)
    for channels in group_problems(known.stage, kernel, blocks, source, box):
        look_at_the_clock()
        n, count = needed_filters(box, channels, success)
        if n > (best.n or 0):
            best = StageNeed(n, f"counted over {count} channels of one group", count)
    if zero and known.stage.has_bias:
        n = _bias(kernel, share, success)
        if n > (best.n or 0):
            best = StageNeed(n, "the bias", 1)
    return best


def _bias(kernel: StageKernel, share: Fraction, success: Fraction) -> int:
    """For the image of zeros the constant channel must give the bias."""
    unit = Fraction(1, 1 << kernel.bits)
    sizes = _least_moduli(kernel.bias_least, kernel.bias_most)
    nats = hit_nats([int(size) * unit for size in sizes], share)
    return -(-least_count(nats, Fraction(3, 2), success) // 2)


def _reaches_zero(source: Range) -> bool:
    ends = zip(source.lower, source.upper, strict=True)
    return all(low <= 0 <= high for low, high in ends)


def steps(low: Fraction, high: Fraction) -> list[tuple[int, Fraction]]:
    """How far one entry can move on either side of 0, by the side's sign."""
    sides = [(1, high - max(low, Fraction(0))), (-1, min(high, Fraction(0)) - low)]
    return [(sign, step) for sign, step in sides if step > 0]


def error_box(
    stage: Stage,
    blocks: Sequence[NDArray[np.bool_]],
    source: Range,
    share: Fraction,
) -> Box:
    """Where errors of the entries of a group may lie, if the stage is within its share.

    Args:
        stage: The stage.
        blocks: Disjoint sets of taps, of `seen_blocks`.
        source: The box of its source.
        share: Admissible error, positive.
    """
    return Box(
        outputs=len(stage.layer.weight) // stage.layer.groups,
        taps=tuple(int(block.sum()) for block in blocks),
        share=share,
        exact_at_zero=_reaches_zero(source) and not stage.has_bias,
    )


def group_problems(
    stage: Stage,
    kernel: StageKernel,
    blocks: Sequence[NDArray[np.bool_]],
    source: Range,
    box: Box,
) -> Iterator[list[tuple[Problem, ...]]]:
    """For every group its channels, each with the problems of its signs.

    Args:
        stage: The stage.
        kernel: Its weights.
        blocks: Of `seen_blocks`.
        source: The box of its source.
        box: Of the errors.
    """
    moduli = _least_moduli(kernel.least, kernel.most)
    wide = moduli.shape[1]
    for group in range(stage.layer.groups):
        rows = slice(group * box.outputs, (group + 1) * box.outputs)
        channels = []
        for place in range(wide):
            at = group * wide + place
            sizes = [moduli[rows, place][:, block] for block in blocks]
            problems = tuple(
                Problem(at, sign, rest, step)
                for sign, step in steps(source.lower[at], source.upper[at])
                if (rest := _missed(sizes, kernel.bits, box, step))
            )
            if problems:
                channels.append(problems)
        yield channels


def _missed(sizes: Sequence[Exact], bits: int, box: Box, step: Fraction) -> Fraction:
    """No sum of kept filters that is near enough has a smaller square norm.

    For every output and block the sum is within ``2e/t`` in the 1-norm, hence in the
    2-norm, and within ``2e/t`` (``e/t`` where images of zeros have no error) in every
    entry; the better of both counts.

    Args:
        sizes: Moduli of the kernel, ``(outputs, taps)`` for each block, in units of
            ``2^-bits``.
        bits: Of the unit.
        box: Of the errors.
        step: The number t.
    """
    far = _units(2 * box.share / step, bits)
    near = _units(box.share / step, bits) if box.exact_at_zero else far
    total = 0
    for block in sizes:
        roots = _ROOT((block * block).sum(axis=1))
        whole = np.maximum(roots - far, 0)
        parts = np.maximum(block - near, 0)
        total += int(np.maximum(whole * whole, (parts * parts).sum(axis=1)).sum())
    return Fraction(total, 1 << 2 * bits)


_ROOT = np.frompyfunc(math.isqrt, 1, 1)


def _units(number: Fraction, bits: int) -> int:
    """A number in units of ``2^-bits``, rounded up."""
    return -(-(number.numerator << bits) // number.denominator)


def _least_moduli(least: Exact, most: Exact) -> Exact:
    """No weight between the two has a smaller modulus."""
    if least is most:
        return np.abs(least)
    return np.maximum(np.maximum(least, -most), 0)


def seen_blocks(stage: Stage) -> list[NDArray[np.bool_]] | None:
    """Disjoint sets of taps, each inside the image as a whole at some place.

    Taps that no place sees are in none; there is no set if no place sees a tap.

    Returns:
        Masks of a window, ``(rows, columns)``, the largest first; None where padding
        copies entries and every window sees copies.
    """
    layer = stage.layer
    window = layer.weight.shape[2:]
    sides = [
        np.unique(inside_ranges(side, size, step, apart, margins), axis=0).tolist()
        for side, size, step, apart, margins in zip(
            stage.shape[1:],
            window,
            layer.stride,
            layer.dilation,
            (layer.padding[:2], layer.padding[2:]),
            strict=True,
        )
    ]
    if layer.padding_mode != "zeros":
        whole = all([0, size] in side for side, size in zip(sides, window, strict=True))
        return [np.ones(window, bool)] if whole else None
    parts = [
        (slice(*rows), slice(*columns)) for rows in sides[0] for columns in sides[1]
    ]
    parts.sort(
        key=lambda part: math.prod(side.stop - side.start for side in part),
        reverse=True,
    )
    free, blocks = np.ones(window, bool), []
    for part in parts:
        block = np.zeros(window, bool)
        block[part] = free[part]
        if block.any():
            blocks.append(block)
            free &= ~block
    return blocks
