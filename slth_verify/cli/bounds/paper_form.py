"""The form of a bound of the paper, with what of it is the paper's and what is ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from slth_verify.statements import Statement

PAPER_FORM = "paper-form"
KINDS = (PAPER_FORM, "certified", "necessary", "all")
KIND = (
    "A form in the paper's constant C, enough with proof, needed with proof, or all "
    "three."
)

#: What ``paper-form`` was called before; scripts may still say so.
_FORMER = "paper"


class KindChoice(click.Choice[str]):
    """The kinds of answers; the former name of ``paper-form`` is still understood."""

    def __init__(self) -> None:
        super().__init__(KINDS)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The kind of one option."""
        return super().convert(PAPER_FORM if value == _FORMER else value, param, ctx)


def paper_form(
    theorem: Statement, inputs: Mapping[str, Any], **content: Any
) -> dict[str, Any]:
    """The JSON object of a form of the paper.

    Args:
        theorem: Statement that has it.
        inputs: The question, by name.
        content: The expression, the layers, or the reason why it says nothing.

    Rigor:
        Symbolic: an expression in the unnamed constant C, and with the exponents that
        are listed, which are ours. It is no number and no claim of the paper's.
    """
    exponents = {
        variable.name: str(variable.default)
        for variable in theorem.symbols
        if variable.name.startswith("a_") and variable.default is not None
    }
    clauses = {name: source.value for name, source in theorem.provenance_of}
    document: dict[str, Any] = {
        "statement": theorem.id,
        "kind": PAPER_FORM,
        "inputs": dict(inputs),
        **content,
        "direction": "upper",
        "evidence": "symbolic",
        "provenance": theorem.provenance.value,
    }
    if clauses:
        document["provenance_of"] = clauses
    if exponents:
        document["exponents"] = exponents
    return document


def paper_line(document: Mapping[str, Any], said: str) -> str:
    """One line for the terminal; ``said`` is the expression with its subject."""
    ours = "reconstructed exponents"
    if "exponents" not in document:
        ours = "last clause completed by us"
    return f"{PAPER_FORM} {said}  ({ours}, constant C not named)"
