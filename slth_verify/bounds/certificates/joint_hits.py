r"""How likely two overlapping subset sums are to hit together.

Let two subsets of size k share j vectors, W the sum of the shared ones. Given W both
rests are independent copies, so

.. math:: p_{k,j}(z) = E\bigl[p_{k-j}(z - W)^2\bigr],
    \qquad p_k(z) = E\bigl[p_{k-j}(z - W)\bigr].

Statements. From below, by Jensen's inequality, ``p_{k,j}(z) >= p_k(z)^2``; and as W in
a cube of half width ``(1-t) eps`` and both rests in one of half width ``t eps`` are
enough, ``p_{k,j}(z, eps) >= p_j(z, (1-t) eps) p_{k-j}(0, t eps)^2``. From above, since
``p_i`` is largest at 0 (der:crude-moment), ``p_{k,j}(z) <= p_k(z) p_{k-j}(0)``; and by
the maximum of the joint density (der:sharp-moment), with
:math:`\kappa = 2\varepsilon^2/\pi`, s = m/2 and A chi-square with 2k - j degrees,
``p_{k,j}(z) <= kappa^m E[A^{-m}] E[e_2^{-s}]``, e_2 the second symmetric function of
the three shares of A. Disjoint subsets hit independently, equal ones together.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb

from slth_verify.bounds._inputs import accuracy, sample_count, subset_size, vector
from slth_verify.bounds.certificates.hits import hit_probability
from slth_verify.bounds.certificates.integrals.overlap import Overlap
from slth_verify.bounds.certificates.integrals.pair_integral import pair_expectation
from slth_verify.enclosure import (
    Ball,
    Enclosure,
    ExactNumber,
    NonFiniteError,
    from_ball,
    log_gamma,
    pi,
    to_ball,
    working_precision,
)
from slth_verify.errors import InvalidParameterError
from slth_verify.limits import COUNTED_SAMPLES
from slth_verify.numbers import shown, whole_number

_STATEMENT = "lem:nsn-joint"

_BITS = 128

#: Parts t of the accuracy that the rests may use up.
_PARTS = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))

#: Accuracy of the integral over the shares, in nats.
_NATS = 12.0


def joint_hit_probability(
    size: int, overlap: int, target: Sequence[ExactNumber], eps: ExactNumber
) -> Enclosure:
    """Enclosure of ``p_{k,j}``, the probability that two subset sums both hit.

    Args:
        size: Number k of vectors in each subset, at least 1.
        overlap: Number j of vectors that both have, from 0 to k.
        target: The vector z.
        eps: Accuracy in the maximum norm, positive.

    Returns:
        Bounds that are tight for no and for full overlap; in between they differ by a
        factor, from 1.1 for little overlap up to powers of ten in many dimensions.

    Raises:
        InvalidParameterError: If an argument is out of range.

    Rigor:
        Enclosed; both ends are proved bounds, evaluated in balls.

    Cost:
        Below a second.

    Source: lem:nsn-joint, der:crude-moment, der:sharp-moment.

    Examples:
        >>> joint_hit_probability(2, 0, ["0"], "1/10").contains(
        ...     hit_probability(2, ["0"], "1/10").lower ** 2
        ... )
        True
    """
    size, overlap = _pair(size, overlap)
    target, eps = vector(target, _STATEMENT), accuracy(eps, _STATEMENT)
    one = hit_probability(size, target, eps, bits=_BITS)
    if overlap == size:
        return one
    if overlap == 0:
        return Enclosure(one.lower**2, one.upper**2)
    zero = [Fraction(0)] * len(target)
    rest = hit_probability(size - overlap, zero, eps, bits=_BITS)
    density = _density_bound(size, overlap, len(target), eps)
    upper = min(one.upper * rest.upper, density)
    return Enclosure(max(one.lower**2, *_close(size, overlap, target, eps)), upper)


def subset_sum_number_second_moment(
    n: int, size: int, target: Sequence[ExactNumber], eps: ExactNumber
) -> Enclosure:
    """Enclosure of the mean of ``T^2``, T the subset-sum number.

    Args:
        n: Number of samples.
        size: Size k of the subsets, ``1 <= size <= n``.
        target: The vector z.
        eps: Accuracy in the maximum norm, positive.

    Raises:
        InvalidParameterError: If an argument is out of range.

    Rigor:
        Enclosed: the sum over all pairs of subsets of `joint_hit_probability`, as wide
        as those.

    Cost:
        Below a second for each overlap.

    Source: def:subset-sum-number, lem:nsn-joint.
    """
    n = sample_count(n, _STATEMENT)
    size = subset_size(size, n, least=1)
    lower = upper = Fraction(0)
    for overlap in range(max(0, 2 * size - n), size + 1):
        pairs = comb(n, size) * comb(size, overlap) * comb(n - size, size - overlap)
        both = joint_hit_probability(size, overlap, target, eps)
        lower, upper = lower + pairs * both.lower, upper + pairs * both.upper
    return Enclosure(lower, upper)


def _close(
    size: int, overlap: int, target: Sequence[Fraction], width: Fraction
) -> list[Fraction]:
    """Lower bounds: the shared sum is closer than eps, and both rests are small."""
    zero = [Fraction(0)] * len(target)
    bounds = []
    for part in _PARTS:
        near = hit_probability(overlap, target, (1 - part) * width, bits=_BITS).lower
        rest = hit_probability(size - overlap, zero, part * width, bits=_BITS).lower
        bounds.append(near * rest**2)
    return bounds


def _density_bound(size: int, overlap: int, dim: int, eps: Fraction) -> Fraction:
    """The bound of der:sharp-moment on the joint probability; 1 if infinite."""
    samples = 2 * size - overlap
    pair = Overlap(samples, size, overlap, dim, Fraction(0), Fraction(0))
    if samples <= 2 * dim:
        return Fraction(1)
    with working_precision(_BITS):
        kappa = 2 * to_ball(eps) ** 2 / pi()
        half = Fraction(samples, 2)
        log_power = log_gamma(to_ball(half - dim)) - log_gamma(to_ball(half))
        log_power -= dim * to_ball(2).log()
        try:
            shares = _shares(pair)
            bound = from_ball(kappa**dim * log_power.exp() * shares).upper
        except NonFiniteError:
            return Fraction(1)
    return min(bound, Fraction(1))


def _shares(pair: Overlap) -> Ball:
    """Upper bound of the mean of ``e_2^{-s}``, non-finite if there is none."""
    if 2 * (pair.size - pair.shared) <= pair.dim:
        return to_ball(1) / 0
    return pair_expectation(pair, _NATS)


def _pair(size: ExactNumber, overlap: ExactNumber) -> tuple[int, int]:
    """Size and overlap of two subsets, if there are such subsets."""
    try:
        found = sample_count(size, _STATEMENT, "size")
        return found, whole_number(overlap, "overlap", least=0, most=found)
    except InvalidParameterError as error:
        raise InvalidParameterError(
            f"size={shown(size)}, overlap={shown(overlap)}: integers with 1 <= size <= "
            f"{COUNTED_SAMPLES} and 0 <= overlap <= size were required ({_STATEMENT}). "
            "Correct them."
        ) from error
