"""A derivation: the steps that lead to a bound, and what they take for granted."""

from __future__ import annotations

from dataclasses import dataclass

from slth_verify.showing import OneLine

#: A value as it is written into JSON: exact rationals are strings "p/q".
Json = str | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Step(OneLine):
    """One line of a derivation.

    Attributes:
        statement: Identifier of the statement that is used.
        text: What it gives here, in one sentence.
        values: The numbers, by name; enclosures as ``[lower, upper]``.
    """

    statement: str
    text: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that an answer takes for granted.

    Attributes:
        name: Short permanent name.
        text: The condition in words.
    """

    name: str
    text: str


def step_document(step: Step) -> dict[str, object]:
    """The JSON object of a step; no values, no key."""
    document: dict[str, object] = {"statement": step.statement, "text": step.text}
    return document | ({"values": dict(step.values)} if step.values else {})


def step_line(step: Step) -> str:
    """A step as one line of plain text."""
    values = ", ".join(f"{name}={value}" for name, value in step.values)
    return f"{step.statement}: {step.text}" + (f" ({values})" if values else "")
