"""What others are known to reach, where their unnamed constants are taken for 1."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from slth_verify.report.model.law_figures import KnownReach, KnownWidth
from slth_verify.report.model.parts import Formula
from slth_verify.report.model.quantity import heuristic
from slth_verify.statements import latex, mathml, statement

_MATHML = "http://www.w3.org/1998/Math/MathML"
_LOG2_WIDEST = 1000.0


def known_reach(
    dimensions: Sequence[int], accuracy: Fraction
) -> tuple[KnownReach, ...]:
    """Widths at which two results about signed sums would reach an accuracy.

    Args:
        dimensions: m, each at least 1.
        accuracy: Largest entry of the sum, between 0 and 1.

    Returns:
        The optimum and the reach of an algorithm in polynomial time.

    Rigor:
        Heuristic: both results are asymptotic with constants that nobody names, which
        are taken for 1 here, and about vectors with independent entries.

    Source:
        rel:balancing-optimum, rel:balancing-algorithm.
    """
    rows: tuple[tuple[str, str, str, Callable[[int, float], float]], ...] = (
        ("rel:balancing-optimum", "upper", "C = 1", optimal_width),
        ("rel:balancing-algorithm", "reach", "c = 1", algorithm_width),
    )
    return tuple(
        KnownReach(
            identifier,
            assumed,
            _formula(identifier, clause),
            tuple(
                KnownWidth(m, heuristic(width(m, float(accuracy)), "n"))
                for m in dimensions
            ),
        )
        for identifier, clause, assumed, width in rows
    )


def optimal_width(dimension: int, accuracy: float) -> float:
    """The larger n with ``sqrt(n) 2^(-n/m)`` equal to the accuracy.

    Args:
        dimension: m, at least 1.
        accuracy: Between 0 and 1/2, so that the power has won over the root.
    """
    low, high = float(dimension), _LOG2_WIDEST * dimension
    for _ in range(200):
        middle = (low + high) / 2
        if math.log2(middle) / 2 - middle / dimension > math.log2(accuracy):
            low = middle
        else:
            high = middle
    return high


def algorithm_width(dimension: int, accuracy: float) -> float:
    """The n with ``exp(-log(n)^2 / m)`` equal to the accuracy."""
    root = math.sqrt(dimension * math.log(1 / accuracy))
    return math.exp(root) if root < math.log(2) * _LOG2_WIDEST else math.inf


def _formula(identifier: str, clause: str) -> Formula:
    claim = statement(identifier)
    (chosen,) = (found for found in claim.claims if found.name == clause)
    relation = chosen.relation()
    markup = f'<math xmlns="{_MATHML}">{mathml(relation)}</math>'
    return Formula(markup, latex(relation), claim.id, claim.provenance.value)
