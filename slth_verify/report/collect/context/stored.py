"""Shipped answers of bounds, of which a report proves some again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from slth_verify.bounds import BoundResult, Step, recheck
from slth_verify.enclosure import Enclosure
from slth_verify.report.shipped import stored_answers
from slth_verify.verdict import Direction, Evidence, Verdict

_SIDES = {"upper": Direction.UPPER, "lower": Direction.LOWER, "both": Direction.BOTH}


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A shipped answer.

    Attributes:
        document: As `BoundResult.to_json` wrote it.
        again: Whether it was proved again just now.
    """

    document: Mapping[str, Any]
    again: bool

    @property
    def asks_probability(self) -> bool:
        """Whether it bounds a probability; else a width."""
        return "prob" not in self.document["inputs"]

    def result(self) -> BoundResult:
        """The answer as an evaluator gave it."""
        found = self.document
        ends = found["probability"]
        return BoundResult(
            statement=found["statement"],
            kind=found["kind"],
            inputs=tuple(
                (name, value)
                for name, value in found["inputs"].items()
                if value is not None
            ),
            n=found["n"],
            size=found.get("size"),
            probability=Enclosure(Fraction(ends["lower"]), Fraction(ends["upper"])),
            direction=_SIDES[found["direction"]],
            evidence=Evidence(found["evidence"]),
            ledger=tuple(
                Step(
                    statement=step["statement"],
                    text=step["text"],
                    values=tuple(step.get("values", {}).items()),
                )
                for step in found["ledger"]
            ),
        )


def proved(start: int, stop: int) -> tuple[bool, ...]:
    """Whether the shipped answers of these places are proved again.

    Args:
        start: The first place.
        stop: The one after the last.
    """
    return tuple(
        recheck(document).verdict is Verdict.VERIFIED
        for document in stored_answers()[start:stop]
    )


def answers(again: Sequence[bool]) -> tuple[StoredAnswer, ...]:
    """The shipped answers, in their order.

    Args:
        again: Whether they are proved again, as `proved` says; from the first one on,
            as far as they were looked at.

    Returns:
        All of them, but those that could not be proved again.

    Rigor:
        Enclosed where it says so; what was not looked at was proved when it was
        shipped.
    """
    return tuple(
        StoredAnswer(document, number < len(again))
        for number, document in enumerate(stored_answers())
        if number >= len(again) or again[number]
    )
