"""The law of the search: how wide a pool must be for a solver to find a subset."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from slth_verify.errors import InvalidParameterError


@dataclass(frozen=True, slots=True)
class SearchPoint:
    """One search that ended with its best residual.

    Attributes:
        dim: Dimension m >= 1.
        width: Number n >= 1 of columns u V that the search could use.
        residual: Largest absolute coordinate reached, positive; the target has
            ``||z||_1 = 1``.
    """

    dim: int
    width: int
    residual: float

    def __post_init__(self) -> None:
        sound = self.dim >= 1 and self.width >= 1 and 0.0 < self.residual < math.inf
        if not sound:
            raise InvalidParameterError(
                f"dim={self.dim}, width={self.width}, residual={self.residual}: a point"
                " of the search law needs m >= 1, n >= 1 and a positive finite residual"
                " (thm:mrss-nsn). Leave failed searches out."
            )

    @property
    def constant(self) -> float:
        """C of ``n = C m^1.5 / delta``."""
        return float(self.residual * self.width / self.dim**1.5)


@dataclass(frozen=True, slots=True)
class SearchLaw:
    """``n = C m^1.5 / delta``, fitted to searches; statistical, no bound.

    Attributes:
        constant: Geometric mean of the points' C.
        worst: Largest C of a point: plan with it.
        dim_exponent: Exponent of m if it is fitted too; 1.5 if the law is right.
        accuracy_exponent: Exponent of 1/delta if it is fitted too; 1 likewise.
        points: Number of points.
    """

    constant: float
    worst: float
    dim_exponent: float
    accuracy_exponent: float
    points: int

    def width(self, dim: int, delta: float) -> int:
        """Columns at which every search of the sweep would have reached ``delta``."""
        wanted: float = self.worst * dim**1.5 / delta
        return math.ceil(wanted)


def _exponents(points: Sequence[SearchPoint]) -> tuple[float, float]:
    """Least squares in rationals: no order of sums, nor of memory, changes a digit."""
    rows = [
        [Fraction(math.log(p.dim)), Fraction(-math.log(p.residual)), Fraction(1)]
        for p in points
    ]
    wanted = [Fraction(math.log(p.width)) for p in points]
    normal = [
        [sum(row[i] * row[j] for row in rows) for j in range(3)]
        + [sum(row[i] * y for row, y in zip(rows, wanted, strict=True))]
        for i in range(3)
    ]
    for i in range(3):  # positive definite: pivots are positive as they come
        for j in range(3):
            if j != i:
                factor = normal[j][i] / Fraction(normal[i][i])
                normal[j] = [
                    a - factor * b for a, b in zip(normal[j], normal[i], strict=True)
                ]
    dim, accuracy, _ = (float(normal[i][3] / normal[i][i]) for i in range(3))
    return dim, accuracy


def fit_search_law(points: Iterable[SearchPoint]) -> SearchLaw:
    """Fits the law to searches, and its exponents by least squares of the logarithms.

    Statistical: a description of these searches, not a statement about existence.

    Args:
        points: Of at least two dimensions and at least two widths each for the
            exponents to be determined.

    Raises:
        InvalidParameterError: The points do not determine the exponents.
    """
    known = list(points)
    logs = np.log([(p.dim, p.residual, p.width) for p in known]).reshape(-1, 3)
    design = np.column_stack([logs[:, 0], -logs[:, 1], np.ones(len(known))])
    if np.linalg.matrix_rank(design) < 3:
        raise InvalidParameterError(
            f"points={len(known)}: they must have several dimensions and several "
            "widths, or no exponent is determined (thm:mrss-nsn). Sweep both."
        )
    dim, accuracy = _exponents(known)
    constants = [point.constant for point in known]
    return SearchLaw(
        constant=math.exp(math.fsum(map(math.log, constants)) / len(constants)),
        worst=max(constants),
        dim_exponent=dim,
        accuracy_exponent=accuracy,
        points=len(known),
    )
