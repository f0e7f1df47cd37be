"""What an evaluator answers: a number, its direction, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from slth_verify.bounds.ledger import mathml as ml
from slth_verify.bounds.ledger.steps import Json, Step, step_document, step_line
from slth_verify.enclosure import Enclosure
from slth_verify.showing import Card, Shown
from slth_verify.verdict import Direction, Evidence, NoTruthValue

#: "certified": enough, with proof; "necessary": not enough below, with proof;
#: "paper-form": the form of the paper's bound, with its unnamed constant and, but for
#: Theorem 1, with reconstructed exponents.
Kind = Literal["certified", "necessary", "paper-form"]


def completed(
    document: dict[str, object], probability: Enclosure | None
) -> dict[str, object]:
    """The object with its probability, rounded outwards, and without empty values."""
    if probability is not None:
        lower, upper = probability.decimal()
        document["probability"] = {"lower": lower, "upper": upper}
    return {key: value for key, value in document.items() if value is not None}


class Answer(Protocol):
    """What answers to all kinds of questions have in common."""

    @property
    def statement(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def inputs(self) -> tuple[tuple[str, Json], ...]: ...
    @property
    def probability(self) -> Enclosure | None: ...
    @property
    def direction(self) -> Direction: ...
    @property
    def evidence(self) -> Evidence: ...
    def to_mathml(self) -> str: ...


def answer_card(
    answer: Answer, result: str, more: tuple[tuple[str, object], ...] = ()
) -> Card:
    """What is shown of an answer.

    Args:
        answer: The answer.
        result: Its numbers, in a few words.
        more: Further names and values of its table; None is left out.
    """
    question = ", ".join(f"{name}={value}" for name, value in answer.inputs)
    rows = (
        ("question", question),
        ("result", result),
        ("statement", answer.statement),
        ("safe side", answer.direction),
        ("evidence", answer.evidence.value),
        *((name, value) for name, value in more if value is not None),
    )
    line = f"{answer.statement} {answer.kind}: {result} for {question}"
    return Card(line, rows, mathml=answer.to_mathml)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BoundResult(NoTruthValue, Shown):
    """A bound with its provenance.

    Attributes:
        statement: Identifier of the statement that carries the bound.
        kind: ``certified`` or ``necessary``.
        inputs: The question, by name.
        n: Width (number of samples, or of filters per input channel), if any.
        size: Size k of the subsets that the certificate counts, if any.
        probability: Enclosure of the probability that the bound speaks of.
        direction: Whether the number bounds from above, from below, or both.
        evidence: How the number is known.
        ledger: The derivation, step by step.
    """

    statement: str
    kind: Kind
    inputs: tuple[tuple[str, Json], ...]
    n: int | None = None
    size: int | None = None
    probability: Enclosure | None = None
    direction: Direction
    evidence: Evidence
    ledger: tuple[Step, ...]

    def to_json(self) -> dict[str, object]:
        """The JSON object of the ``bounds`` commands; keys without value left out.

        Probabilities are decimal strings, rounded outwards.
        """
        document: dict[str, object] = {
            "statement": self.statement,
            "kind": self.kind,
            "inputs": dict(self.inputs),
            "n": self.n,
            "size": self.size,
            "probability": None,  # its place
            "direction": str(self.direction),
            "evidence": self.evidence.value,
            "ledger": [step_document(step) for step in self.ledger],
        }
        return completed(document, self.probability)

    def to_text(self) -> str:
        """The derivation as plain text, one step per line."""
        question = ", ".join(f"{name}={value}" for name, value in self.inputs)
        lines = [f"{self.statement} ({self.kind}, {self.direction}): {question}"]
        lines += [
            f"  {number}. {step_line(step)}"
            for number, step in enumerate(self.ledger, start=1)
        ]
        lines.append(f"  result: {self._result()} [{self.evidence.value}]")
        return "\n".join(lines)

    def to_mathml(self) -> str:
        """The derivation as one element of presentation MathML, well-formed XML.

        Every statement is shown as its object renders it, at its first mention.
        """
        head = f"{self.statement} ({self.kind}, {self.direction})"
        rows = [ml.words(head), ml.equations(self.inputs)]
        rows += ml.step_rows(self.ledger)
        rows.append(ml.words(f"result: {self._result()} [{self.evidence.value}]"))
        return ml.document(rows)

    def _card(self) -> Card:
        return answer_card(self, self._result(), (("size", self.size),))

    def _result(self) -> str:
        parts = []
        if self.n is not None:
            parts.append(f"n={self.n}")
        if self.size is not None:
            parts.append(f"size={self.size}")
        if self.probability is not None:
            parts.append(f"probability in {self.probability}")
        return ", ".join(parts) or "no number"
