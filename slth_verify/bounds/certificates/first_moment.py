r"""How many subsets are expected to hit: success probabilities from above.

Statement: a union bound over all subsets,

.. math:: P(\text{some subset sum within } \varepsilon \text{ of } z)
    \le \sum_{k=0}^{n} \binom{n}{k} p_k(z, \varepsilon).

The right side grows with n. Of all targets with norm at most r, in the one-norm or in
the Euclidean norm, ``r e_1`` gives the smallest value and so the strongest bound.
"""

from __future__ import annotations

from slth_verify.bounds._inputs import accuracy, dimension, radius, sample_count
from slth_verify.bounds.certificates.hits import expected_hits
from slth_verify.bounds.certificates.integrals.scale_integral import Box
from slth_verify.enclosure import Enclosure, ExactNumber

STATEMENT = "der:first-moment"

#: Working precision, if no other is asked for.
BITS = 128


def first_moment(
    n: int,
    dim: int,
    eps: ExactNumber,
    target_norm: ExactNumber = 1,
    *,
    bits: int = BITS,
) -> Enclosure:
    """Enclosure of the expected number of subsets that hit ``target_norm * e_1``.

    Args:
        n: Number of samples.
        dim: Dimension m of the vectors.
        eps: Accuracy in the maximum norm, positive.
        target_norm: Norm r of the target.
        bits: Working precision.

    Rigor:
        Enclosed. The upper end bounds the success probability from above, for the
        target ``r e_1`` and hence for "all targets of norm at most r".

    Cost:
        0.2 s at m = 150, n = 1800.

    Source: der:first-moment.
    """
    width, norm = accuracy(eps, STATEMENT), radius(target_norm, STATEMENT)
    box = Box.on_axis(dimension(dim, STATEMENT), norm, width)
    return expected_hits(sample_count(n, STATEMENT), box, bits)
