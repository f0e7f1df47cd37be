"""Law of one subset sum: how likely it is to come within eps of a target."""

from __future__ import annotations

from collections.abc import Sequence

from slth_verify.bounds._inputs import accuracy, sample_count, subset_size, vector
from slth_verify.bounds.certificates.integrals.scale_integral import (
    Box,
    every_size,
    scale_integral,
)
from slth_verify.enclosure import (
    Enclosure,
    ExactNumber,
    binomial_coefficient,
    from_ball,
    to_ball,
    working_precision,
)
from slth_verify.limits import COUNTED_SAMPLES

_STATEMENT = "der:nsn-law"


def hit_probability(
    size: int, target: Sequence[ExactNumber], eps: ExactNumber, *, bits: int = 128
) -> Enclosure:
    r"""Enclosure of :math:`p_k(z, \varepsilon)`.

    Statement: the sum of ``k`` independent normally-scaled normal vectors is, given
    the sum R of the squared scales, normal with covariance R times the identity, and
    R is chi-square with k degrees of freedom. So

    .. math:: p_k(z, \varepsilon) = E_R \prod_c
        \Bigl[\Phi\Bigl(\frac{z_c + \varepsilon}{\sqrt R}\Bigr)
        - \Phi\Bigl(\frac{z_c - \varepsilon}{\sqrt R}\Bigr)\Bigr],

    and for the empty subset it is 1 or 0.

    Args:
        size: Number k of vectors in the subset, at least 0.
        target: The vector z, of any positive dimension.
        eps: Accuracy in the maximum norm, positive.
        bits: Working precision.

    Raises:
        InvalidParameterError: If an argument is out of range.
        NonFiniteError: If the precision does not suffice.

    Rigor:
        Enclosed; relative width about ``2**-40`` or better.

    Cost:
        10 to 100 ms.

    Source: der:nsn-law.

    Examples:
        >>> print(hit_probability(1, ["0"], "1/10"))
        [0.217828650297, 0.217828650298]
    """
    width = accuracy(eps, _STATEMENT)
    size = subset_size(size, COUNTED_SAMPLES)
    box = Box.around(vector(target, _STATEMENT), width)
    if size == 0:
        return Enclosure.exact(int(box.reach <= width))
    with working_precision(bits):
        weights = [to_ball(0)] * size + [to_ball(1)]
        return from_ball(scale_integral(weights, box)).within(0, 1)


def subset_sum_number_mean(
    n: int,
    size: int | None,
    target: Sequence[ExactNumber],
    eps: ExactNumber,
    *,
    bits: int = 128,
) -> Enclosure:
    """Enclosure of the mean of the subset-sum number T.

    Args:
        n: Number of samples.
        size: Size k of the subsets, ``0 <= size <= n``; None counts all sizes, the
            empty subset too.
        target: The vector z.
        eps: Accuracy in the maximum norm, positive.
        bits: Working precision.

    Rigor:
        Enclosed. The mean is an upper bound of the probability that T >= 1.

    Source: def:subset-sum-number, der:nsn-law.
    """
    n = sample_count(n, _STATEMENT)
    if size is None:
        width = accuracy(eps, _STATEMENT)
        return expected_hits(n, Box.around(vector(target, _STATEMENT), width), bits)
    size = subset_size(size, n)
    one = hit_probability(size, target, eps, bits=bits)
    with working_precision(bits):
        mean = from_ball(binomial_coefficient(n, size) * to_ball(one))
    return mean.within(0, None).readable()


def expected_hits(n: int, box: Box, bits: int) -> Enclosure:
    """Enclosure of the mean of the subset-sum number of all sizes, for a box.

    Args:
        n: Number of samples, at least 1.
        box: Where the sums must lie.
        bits: Working precision.
    """
    with working_precision(bits):
        some = from_ball(scale_integral(every_size(n), box)).within(0, None).readable()
    empty = int(box.reach <= box.eps)
    return Enclosure(empty + some.lower, empty + some.upper)
