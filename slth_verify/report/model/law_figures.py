"""The law of the search as a report shows it: frozen data."""

from __future__ import annotations

from dataclasses import dataclass

from slth_verify.report.model.parts import Formula
from slth_verify.report.model.quantity import Figure, Quantity


@dataclass(frozen=True, slots=True)
class LawPoint:
    """One search of the sweep.

    Attributes:
        dimension: m.
        width: n, columns that the search could use.
        residual: Largest error of an entry that it reached.
    """

    dimension: int
    width: int
    residual: float


@dataclass(frozen=True, slots=True)
class LawRow:
    """Widths of one dimension at the accuracy of the law's table.

    Attributes:
        dimension: m.
        necessary: A width below which no subset exists with the probability.
        certified: A width at which one exists with the probability.
        found: A width at which the searches found one, by the law.
    """

    dimension: int
    necessary: Figure
    certified: Figure
    found: Figure


@dataclass(frozen=True, slots=True)
class KnownWidth:
    """One width of a known result.

    Attributes:
        dimension: m.
        width: n, heuristic: with the assumed constants.
    """

    dimension: int
    width: Figure


@dataclass(frozen=True, slots=True)
class KnownReach:
    """What a result of others would reach if its unnamed constants were known.

    Attributes:
        statement: Its id.
        assumed: What its constants are taken for, such as ``"c = 1"``.
        formula: What it claims, with its constants as symbols.
        widths: Dimension by dimension, at the accuracy of the law's table.
    """

    statement: str
    assumed: str
    formula: Formula
    widths: tuple[KnownWidth, ...]


@dataclass(frozen=True, slots=True)
class LawFigures:
    """``n = C m^1.5 / delta``, fitted to a sweep of searches.

    Attributes:
        constant: Geometric mean of the searches' C.
        worst: Largest C; widths are planned with it.
        dim_exponent: Exponent of m when it is fitted too.
        accuracy_exponent: Exponent of 1/delta likewise.
        accuracy: delta of the rows.
        probability: Of the necessary and certified widths.
        rows: Dimension by dimension.
        points: Every search.
        seconds: Wall time of the sweep.
        known: Results of others, at the same accuracy.
    """

    constant: Quantity
    worst: Quantity
    dim_exponent: Quantity
    accuracy_exponent: Quantity
    accuracy: Quantity
    probability: Quantity
    rows: tuple[LawRow, ...]
    points: tuple[LawPoint, ...]
    seconds: float
    known: tuple[KnownReach, ...] = ()
