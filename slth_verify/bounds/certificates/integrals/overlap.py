r"""Two k-subsets with a given overlap, in product coordinates.

Of n samples, j lie in both subsets, k - j in each alone, n - 2k + j in neither. Their
shares of the total squared scale are Dirichlet, and with D the share of the symmetric
difference, p the part of the rest that is common, y the part of the difference that
belongs to the first subset,

.. math::
    D \sim B(k-j, \tfrac{n-2k+2j}{2}), \quad p \sim B(\tfrac j2, \tfrac{n-2k+j}{2}),
    \quad y \sim B(\tfrac{k-j}{2}, \tfrac{k-j}{2})

are independent. Write D' = 1 - D and so on, w = y y', c = 4 lambda. Then

.. math::
    e_2 - c e_3 = D \beta, \qquad \beta = K (D'p + D w) + c D'^2 p^2, \quad K = 1-c+cD,
    \qquad (1-\alpha)(1-\alpha') = (D'p')^2 + D D'p' + D^2 w.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.errors import InvalidParameterError

#: Exponents of D, D', p, p', y y' in the monomials of beta, and whether the
#: coefficient is c or 1 - c.
BRACKET = (
    ((0, 1, 1, 0, 0), False),
    ((1, 0, 0, 0, 1), False),
    ((1, 1, 1, 0, 0), True),
    ((0, 2, 2, 0, 0), True),
    ((2, 0, 0, 0, 1), True),
)


@dataclass(frozen=True, slots=True)
class Overlap:
    """The integrand of one term of the second moment.

    Attributes:
        n: Number of samples.
        size: Size k of both subsets.
        shared: Overlap j, ``max(0, 2k - n) <= j < k``.
        dim: Dimension m.
        tilt: The number c = 4 lambda, in ``[0, 1)``.
        weight: Exponent x of the weight ``(1 - alpha)^{-x}``, twice an integer over 2.
    """

    n: int
    size: int
    shared: int
    dim: int
    tilt: Fraction
    weight: Fraction

    def __post_init__(self) -> None:
        if not max(0, 2 * self.size - self.n) <= self.shared < self.size < self.n:
            raise InvalidParameterError(
                f"n={self.n}, size={self.size}, shared={self.shared}: "
                "max(0, 2 size - n) <= shared < size < n was required "
                "(der:weighted-moment). Use another overlap."
            )
        if not 0 <= self.tilt < 1 or self.weight < 0 or (2 * self.weight) % 1:
            raise InvalidParameterError(
                f"tilt={self.tilt}, weight={self.weight}: 0 <= 4 lambda < 1 and a "
                "weight in {0, 1/2, 1, ...} were required (der:weighted-moment)."
            )

    @property
    def half_dim(self) -> Fraction:
        """The exponent s = m / 2."""
        return Fraction(self.dim, 2)

    @property
    def difference(self) -> tuple[Fraction, Fraction]:
        """Parameters of D; the second is 0 if D = 1."""
        alone = self.size - self.shared
        return Fraction(alone), Fraction(self.n - 2 * alone, 2)

    @property
    def common(self) -> tuple[Fraction, Fraction]:
        """Parameters of p; the first is 0 if p = 0, the second if p = 1."""
        outside = self.n - 2 * self.size + self.shared
        return Fraction(self.shared, 2), Fraction(outside, 2)

    @property
    def split(self) -> Fraction:
        """Both parameters of y."""
        return Fraction(self.size - self.shared, 2)

    @property
    def has_difference(self) -> bool:
        """Whether D varies."""
        return self.difference[1] > 0

    @property
    def has_common(self) -> bool:
        """Whether p varies. If not, p is 1 or 0, according to whether j > 0."""
        return min(self.common) > 0 and self.has_difference
