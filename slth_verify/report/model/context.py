"""What a report shows beside its cases: frozen data."""

from __future__ import annotations

from dataclasses import dataclass

from slth_verify.report.model.quantity import Figure, Quantity


@dataclass(frozen=True, slots=True)
class SuccessPoint:
    """The success probability with one number of samples.

    Attributes:
        samples: n.
        lower: It is at least so large, proved.
        upper: It is at most so large, proved.
        again: Whether both were proved again for this report.
        hits: Simulated samples with a subset that hits.
        trials: Simulated samples; 0 for none.
        interval: Exact binomial interval of the simulation (Clopper and Pearson).
    """

    samples: int
    lower: Figure
    upper: Figure
    again: bool
    hits: int
    trials: int
    interval: Figure


@dataclass(frozen=True, slots=True)
class SuccessCurve:
    """The success probability against the number of samples, for the worst target.

    Attributes:
        dimension: m.
        accuracy: Largest error of an entry.
        confidence: Of the intervals, each by itself.
        points: By number of samples, increasing.
    """

    dimension: int
    accuracy: Quantity
    confidence: Quantity
    points: tuple[SuccessPoint, ...]


@dataclass(frozen=True, slots=True)
class WidthPoint:
    """Widths of one question of the explorer, for the worst target of norm 1.

    Attributes:
        dimension: m.
        accuracy: Largest error of an entry, exact.
        probability: Of success, exact.
        necessary: Fewer samples are not enough.
        certified: So many are.
        found: At so many a search finds a subset, by the law of this report.
        again: Whether the proved ones were proved again for this report.
    """

    dimension: int
    accuracy: str
    probability: str
    necessary: Figure
    certified: Figure
    found: Figure
    again: bool


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a number was proved.

    Attributes:
        title: What was asked and answered, in words.
        statement: Id of the statement that carries it.
        mathml: The derivation, step by step.
        command: What derives it anew.
    """

    title: str
    statement: str
    mathml: str
    command: str


@dataclass(frozen=True, slots=True)
class AttackRow:
    """How hard a statement is attacked by the tests of this package.

    Attributes:
        statement: Its id.
        properties: Files of tests of what it claims.
        checks: Checks of `slth_verify.conformance` among them.
        lies: Files of planted lies that the tests must catch.
        planted: Wrong implementations that are shipped for its checks.
        ratio: Largest observed over allowed that was seen, in words; may be empty.
        missing: What is not attacked; empty if nothing is known to be missing.
    """

    statement: str
    properties: tuple[str, ...]
    checks: tuple[str, ...]
    lies: tuple[str, ...]
    planted: int
    ratio: str
    missing: str


@dataclass(frozen=True, slots=True)
class BenchmarkRatio:
    """How a measured figure compares with that of something else.

    Attributes:
        benchmark: Name of the benchmark.
        what: What was measured.
        peer: What it is compared with.
        better: So many times better than the peer; below 1 it is worse.
        machine: Where it was measured.
    """

    benchmark: str
    what: str
    peer: str
    better: Quantity
    machine: str


@dataclass(frozen=True, slots=True)
class Context:
    """Everything beside the cases.

    Attributes:
        success: A curve, or None if the profile asks for none.
        explorer: Widths of a grid of questions; empty if the shipped ones are damaged.
        derivations: How some of these numbers are proved.
        attacks: Statement by statement.
        benchmarks: From the results that ship with the package.
    """

    success: SuccessCurve | None
    explorer: tuple[WidthPoint, ...]
    derivations: tuple[Derivation, ...]
    attacks: tuple[AttackRow, ...]
    benchmarks: tuple[BenchmarkRatio, ...]
