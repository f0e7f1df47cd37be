"""All that a report shows beside its cases."""

from __future__ import annotations

from slth_verify.report.collect.context.again import Again
from slth_verify.report.collect.context.derivations import derivations
from slth_verify.report.collect.context.explorer import width_points
from slth_verify.report.model.context import (
    AttackRow,
    BenchmarkRatio,
    Context,
)
from slth_verify.report.model.law_figures import LawFigures
from slth_verify.report.model.quantity import Quantity
from slth_verify.report.shipped import benchmark_ratios, planted_counts
from slth_verify.suite import attacks
from slth_verify.verdict import Direction, Evidence


def context(again: Again, law: LawFigures | None) -> Context:
    """Collect it.

    Args:
        again: What is simulated and proved; what is not ended is waited for.
        law: Of the report.
    """
    stored, curve = again.told()
    return Context(
        curve,
        width_points(stored, law),
        derivations(stored),
        attack_rows(),
        ratios(),
    )


def attack_rows() -> tuple[AttackRow, ...]:
    """The table of attacks, in the order of the statements."""
    planted = planted_counts()
    return tuple(
        AttackRow(
            row.statement,
            row.properties,
            row.checks,
            row.lies,
            planted.get(row.statement, 0),
            row.ratio,
            row.missing,
        )
        for row in attacks().values()
    )


def ratios() -> tuple[BenchmarkRatio, ...]:
    """The comparisons that ship with the package."""
    return tuple(
        BenchmarkRatio(
            row["benchmark"],
            row["what"],
            row["peer"],
            Quantity(
                repr(row["better"]),
                repr(row["better"]),
                Evidence.HEURISTIC,
                Direction.NONE,
                "times better",
            ),
            row["machine"],
        )
        for row in benchmark_ratios()
    )
