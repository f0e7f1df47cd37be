r"""Terms of the second moment in which the two subsets almost agree.

Statement: for every threshold d_0 the joint hit probability is bounded, where the share
D of the symmetric difference is below d_0, by dropping one of the two events, and
elsewhere by the maximum of the joint density. With ``kappa = 2 eps^2 / pi``, A the sum
of all squared scales and ``x >= 0`` the exponent of the weight,

.. math::
    B_j \le \kappa^{-s} E[A^s]\, P(D < d_0)\, (1-d_0)^{-2s-2x}\,
        E\bigl[p^{-s}(1-c+cp)^{-s} p'^{-2x}\bigr]
        + E\bigl[ D^{-s}\beta^{-s}((1-\alpha)(1-\alpha'))^{-x};\, D \ge d_0 \bigr],

because alpha >= D'p, ``1 - c + c alpha >= D'(1-c+cp)`` and ``1 - alpha >= D'p'``. The
second expectation is split into cells of log D, each with its own product of powers; in
log D the remaining integrand ``D^l D'^{r-1}`` is log-concave for ``r >= 1`` and lies
below its tangent at the middle of the cell.
"""

from __future__ import annotations

import math
from fractions import Fraction

from slth_verify.bounds.certificates.integrals.overlap import Overlap
from slth_verify.bounds.certificates.integrals.tangent import Tangent
from slth_verify.bounds.certificates.integrals.tangent_point import FloatShape
from slth_verify.bounds.certificates.integrals.tilted_beta import log_tilted_beta
from slth_verify.enclosure import Ball, log_beta, to_ball

#: More cells than this are not used; the last one is then wider.
_CELLS = 400


def near_diagonal(
    overlap: Overlap, log_single: Ball, log_pair: Ball, cell: Fraction
) -> Ball:
    """Upper bound of one term, normalised as ``B_j``.

    Args:
        overlap: The pair of subsets; ``shared`` must exceed ``dim``.
        log_single: Logarithm of the factor in front of the first expectation.
        log_pair: Logarithm of a factor in front of the second.
        cell: Width of a cell of log D.

    Returns:
        A ball around the bound; not finite if the expectations are infinite.

    Rigor:
        Enclosed upper bound; the threshold is where both bounds agree for small D,
        in floating point, and any threshold would be valid.

    Cost:
        10 ms with cells of width 1/8, a tenth of it with width 1.
    """
    agree = (float(log_pair) - float(log_single)) / float(overlap.half_dim)
    log_threshold = Fraction(round(64 * min(agree, -0.5)), 64)
    close = _dropped_event(overlap, log_threshold)
    far = _density(overlap, log_threshold, cell)
    return log_single.exp() * close + log_pair.exp() * far


def _dropped_event(overlap: Overlap, log_threshold: Fraction) -> Ball:
    s, x = overlap.half_dim, overlap.weight
    a, b = overlap.difference
    e, f = overlap.common
    # (1 - D)^{b-1} <= 1: the last factor is finite only if e > 1/2 and f > 0, and
    # then b = e + f is at least 3/2
    log_d = to_ball(log_threshold)
    log_rest = (1 - log_d.exp()).log()
    log_mass = to_ball(a) * log_d - to_ball(a).log() - log_beta(to_ball(a), to_ball(b))
    log_common = log_tilted_beta(e - s, f - 2 * x, s, overlap.tilt)
    log_common -= log_beta(to_ball(e), to_ball(f))
    return (log_mass - to_ball(2 * s + 2 * x) * log_rest + log_common).exp()


def _density(overlap: Overlap, log_threshold: Fraction, width: Fraction) -> Ball:
    cells = min(_CELLS, math.ceil(-log_threshold / width))
    shape, total = FloatShape(overlap), to_ball(0)
    for i in range(cells):
        # from D = 1 down; the last cell ends at the threshold
        high = -i * width
        low = high - width if i + 1 < cells else log_threshold
        total += _cell(shape, low, high)
    laws = (overlap.difference, overlap.common, (overlap.split, overlap.split))
    for first, second in laws:
        total /= log_beta(to_ball(first), to_ball(second)).exp()
    return total


def _cell(shape: FloatShape, low: Fraction, high: Fraction) -> Ball:
    """Bound of one cell, times the three beta functions of the laws."""
    middle, width = (low + high) / 2, to_ball(high - low)
    tangent = _tangent_at(shape, math.exp(middle))
    (left, right), common, split = tangent.difference, tangent.common, tangent.split
    if min(*common, split) <= 0 or right < 1:
        return to_ball(1) / 0
    slope, steep, place = to_ball(left), to_ball(right - 1), to_ball(middle)
    share = place.exp()
    log_cell = slope * place + steep * (1 - share).log() + tangent.log_constant()
    log_cell += _log_sinhc((slope - steep * share / (1 - share)) * width / 2)
    for first, second in (common, (split, split)):
        log_cell += log_beta(to_ball(first), to_ball(second))
    return width * log_cell.exp()


def _log_sinhc(z: Ball) -> Ball:
    """Upper bound of ``log(sinh(z) / z)``; for small z it is at most ``z^2 / 6``."""
    if abs(z) > 1:
        return (abs(z).sinh() / abs(z)).log()
    return z**2 / 6


def _tangent_at(shape: FloatShape, share: float) -> Tangent:
    """A tangent at this D, with p near its mean under the bound. Untrusted."""
    e, f = shape.e, shape.f
    p = max(e - shape.s, e / 4) / (e + f)
    tangent = Tangent.touching(shape, share, p)
    for _ in range(3):
        left, right = tangent.about_common(e, f)
        if min(left, right) > 0:
            p = left / (left + right)
        tangent = Tangent.touching(shape, share, p)
    return tangent
