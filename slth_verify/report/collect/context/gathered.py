"""All that a report shows beside its cases."""

from __future__ import annotations

from dataclasses import dataclass

from slth_verify.report.collect.context.derivations import derivations
from slth_verify.report.collect.context.explorer import width_points
from slth_verify.report.collect.context.stored import StoredAnswer, answers
from slth_verify.report.collect.context.success import success_curve
from slth_verify.report.model.context import (
    AttackRow,
    BenchmarkRatio,
    Context,
    SuccessCurve,
)
from slth_verify.report.model.law_figures import LawFigures
from slth_verify.report.model.profile import Profile
from slth_verify.report.model.quantity import Quantity
from slth_verify.report.shipped import benchmark_ratios, planted_counts
from slth_verify.suite import attacks
from slth_verify.verdict import Direction, Evidence


@dataclass(frozen=True, slots=True)
class Again:
    """What is simulated and proved again for a report.

    Attributes:
        stored: The shipped answers, some of them proved again.
        curve: Success against the number of samples.
    """

    stored: tuple[StoredAnswer, ...]
    curve: SuccessCurve | None

    @classmethod
    def of(cls, profile: Profile, seed: int) -> Again:
        """Simulate and prove.

        Args:
            profile: How much of it.
            seed: Of the report.

        Cost:
            About 2 s for the profile ``quick``.
        """
        stored = tuple(answers(profile.stored_answers))
        return cls(stored, success_curve(stored, profile.success_trials, seed))


def context(again: Again, law: LawFigures | None) -> Context:
    """Collect it.

    Args:
        again: What was simulated and proved.
        law: Of the report.
    """
    return Context(
        again.curve,
        width_points(again.stored, law),
        derivations(again.stored),
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
