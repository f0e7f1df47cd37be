r"""Success probabilities from below by unweighted second moments.

Statement (der:crude-moment). Given the samples of one subset that hits, another with
overlap j hits with probability at most ``q_{k-j} = p_{k-j}(0)``, ``q_0 = 1``; so with J
hypergeometric

.. math:: P(T \ge 1) \ge \frac{p_k(r e_1)}{E_J[q_{k-J}]}.

Statement (der:sharp-moment). The joint probability is also at most
``kappa^{2s} E[A^{-2s}] E[e_2^{-s}]``, the maximum of the joint density, so

.. math:: P(T \ge 1) \ge \frac{p_k(r e_1)^2}{\sum_j h(j)\, p_{k,j}}.

Both denominators do not depend on the target and ``r e_1`` minimises ``p_k`` over the
Euclidean ball, hence both bounds hold for every target of norm at most r.
"""

from __future__ import annotations

from fractions import Fraction

from slth_verify.bounds._inputs import (
    accuracy,
    dimension,
    radius,
    sample_count,
    subset_size,
)
from slth_verify.bounds.certificates.integrals.scale_integral import Box, scale_integral
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
from slth_verify.enclosure import (
    NonFiniteError,
    from_ball,
    hypergeometric_weight,
    to_ball,
    working_precision,
)
from slth_verify.numbers import ExactNumber

_BITS = 128


def crude_lower(
    n: int, size: int, dim: int, eps: ExactNumber, norm: ExactNumber
) -> Fraction:
    """Lower bound of the success probability by der:crude-moment.

    Args:
        n: Number of samples.
        size: Size k of the subsets, ``1 <= k <= n``.
        dim: Dimension m.
        eps: Accuracy.
        norm: Largest Euclidean norm of the targets.

    Raises:
        InvalidParameterError: If an argument is out of range.

    Rigor:
        Enclosed; the lower end point is returned, 0 if nothing is proved.
    """
    n, size, dim, eps, norm = _question(n, size, dim, eps, norm, "der:crude-moment")
    with working_precision(_BITS):
        try:
            one = [to_ball(0)] * size + [to_ball(1)]
            hit = scale_integral(one, Box.on_axis(dim, norm, eps))
            weights = [to_ball(0)] + [
                hypergeometric_weight(n, size, size - i) for i in range(1, size + 1)
            ]
            pairs = scale_integral(weights, Box.on_axis(dim, Fraction(0), eps))
            pairs += hypergeometric_weight(n, size, size)
            return from_ball(hit / pairs).within(0, None).readable().lower
        except NonFiniteError:
            return Fraction(0)


def sharp_lower(
    n: int, size: int, dim: int, eps: ExactNumber, norm: ExactNumber
) -> Fraction:
    """Lower bound of the success probability by der:sharp-moment.

    Arguments, errors and rigour as for `crude_lower`; 0 unless ``dim < size < n``.
    """
    n, size, dim, eps, norm = _question(n, size, dim, eps, norm, "der:sharp-moment")
    if not dim < size < n:
        return Fraction(0)
    certificate = WeightedCertificate(
        n=n, size=size, dim=dim, eps=eps, norm=norm, scale=Fraction(0)
    )
    with working_precision(_BITS):
        try:
            one = [to_ball(0)] * size + [to_ball(1)]
            hit = scale_integral(one, Box.on_axis(dim, norm, eps))
            log_kappa = (2 * to_ball(eps) ** 2 / (4 * to_ball(1).atan())).log()
            log_hit = hit.log() - to_ball(Fraction(dim, 2)) * log_kappa
            bound = (2 * log_hit - certificate.second().log()).exp()
            return from_ball(bound).within(0, None).readable().lower
        except NonFiniteError:
            return Fraction(0)


def _question(
    n: int, size: int, dim: int, eps: ExactNumber, norm: ExactNumber, statement: str
) -> tuple[int, int, int, Fraction, Fraction]:
    """The arguments, if they make sense."""
    n = sample_count(n, statement)
    return (
        n,
        subset_size(size, n, least=1),
        dimension(dim, statement),
        accuracy(eps, statement),
        radius(norm, statement, "norm"),
    )
