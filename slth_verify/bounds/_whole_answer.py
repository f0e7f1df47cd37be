"""How answers about a whole network are written: their JSON, text and MathML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from slth_verify.bounds._result import Answer, completed
from slth_verify.bounds.ledger import mathml as ml
from slth_verify.bounds.ledger.steps import Condition, Step, step_document, step_line


class WholeAnswer(Answer, Protocol):
    """An answer with an entry for each part of a network."""

    @property
    def filters(self) -> int: ...
    @property
    def hypotheses(self) -> tuple[Condition, ...]: ...
    @property
    def ledger(self) -> tuple[Step, ...]: ...


def document_of(
    answer: WholeAnswer, name: str, parts: Sequence[dict[str, object]]
) -> dict[str, object]:
    """The JSON object, with the parts under their name; no empty values."""
    document: dict[str, object] = {
        "statement": answer.statement,
        "kind": answer.kind,
        "inputs": dict(answer.inputs),
        name: [*parts],
        "filters": answer.filters,
        "probability": None,
        "direction": str(answer.direction),
        "evidence": answer.evidence.value,
        "hypotheses": [
            {"name": item.name, "text": item.text} for item in answer.hypotheses
        ],
        "ledger": [step_document(step) for step in answer.ledger],
    }
    return completed(document, answer.probability)


def text_of(answer: WholeAnswer, parts: Sequence[str], result: str) -> str:
    """The derivation as plain text: the question, lines of the parts, the result."""
    question = ", ".join(f"{name}={value}" for name, value in answer.inputs)
    return "\n".join(
        [
            f"{answer.statement} ({answer.kind}, {answer.direction}): {question}",
            *parts,
            *(f"  given [{item.name}]: {item.text}" for item in answer.hypotheses),
            *(f"  {step_line(step)}" for step in answer.ledger),
            f"  {_result_of(answer, result)}",
        ]
    )


def mathml_of(answer: WholeAnswer, parts: Sequence[str], result: str) -> str:
    """The same as one element of presentation MathML, well-formed XML."""
    head = f"{answer.statement} ({answer.kind}, {answer.direction})"
    rows = [ml.words(head), ml.equations(answer.inputs)]
    rows += [ml.words(f"given: {item.text}") for item in answer.hypotheses]
    rows += [*parts, *ml.step_rows(answer.ledger)]
    return ml.document([*rows, ml.words(_result_of(answer, result))])


def _result_of(answer: WholeAnswer, result: str) -> str:
    """The last line: numbers, probability and evidence."""
    total = f"result: {result}"
    if answer.probability is not None:
        total += f", probability in {answer.probability}"
    return f"{total} [{answer.evidence.value}]"
