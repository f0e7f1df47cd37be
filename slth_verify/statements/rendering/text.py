"""LaTeX, MathML, terminal text and plain data of a statement."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import sympy as sp

from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Hypothesis
from slth_verify.statements.rendering.mathml import mathml
from slth_verify.statements.writing.symbols import LATEX_NAMES, UNICODE_NAMES

#: Version of the layout that `statement_json` writes.
JSON_VERSION = 1


def latex(expression: Any) -> str:
    """LaTeX of an expression, with the project's names for symbols."""
    names = {
        symbol: LATEX_NAMES[symbol.name]
        for symbol in expression.atoms(sp.Symbol)
        if symbol.name in LATEX_NAMES
    }
    return str(sp.latex(expression, symbol_names=names))


def text(expression: Any, width: int = 84) -> str:
    """Unicode pretty-printing; wider than ``width``, it is wrapped source text."""
    shown = _displayed(expression)
    drawn = str(sp.pretty(shown, use_unicode=True, wrap_line=False))
    if max(len(line) for line in drawn.splitlines()) <= width:
        return drawn
    source = _signed(str(shown)).replace("**", "^").replace("_oo", "_∞")
    return "\n".join(wrap(source, width, break_long_words=False))


def _displayed(expression: Any) -> Any:
    names = {
        symbol: symbol.func(UNICODE_NAMES[symbol.name], **symbol.assumptions0)
        for symbol in expression.atoms(sp.Symbol)
        if symbol.name in UNICODE_NAMES
    }
    return expression.xreplace(names)


def statement_latex(statement: StatementData) -> str:
    """LaTeX of a statement: hypotheses, then the conclusion, in one aligned block."""
    lines = [
        rf"&\text{{({item.name})}}\quad {latex(item.relation)}"
        for item in statement.hypotheses
    ]
    lines += [latex_line("where", item) for item in statement.definitions]
    lines.append(latex_line("then", statement.conclusion))
    body = " \\\\\n".join(lines)
    return "\\begin{aligned}\n" + body + "\n\\end{aligned}"


def latex_line(word: str, expression: Any) -> str:
    """One line of the aligned block of `statement_latex`."""
    return rf"&\text{{{word}}}\quad {latex(expression)}"


def statement_mathml(statement: StatementData) -> str:
    """MathML of a statement: one table row per hypothesis, then the conclusion."""
    rows = [(item.name, item.relation) for item in statement.hypotheses]
    rows += [("where", item) for item in statement.definitions]
    rows.append(("then", statement.conclusion))
    cells = "".join(
        f"<mtr><mtd><mtext>{name}</mtext></mtd><mtd>{mathml(relation)}</mtd></mtr>"
        for name, relation in rows
    )
    return (
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">'
        f"<mtable>{cells}</mtable></math>"
    )


def statement_json(statement: StatementData) -> dict[str, Any]:
    """All fields as plain data; formulas as SymPy source, LaTeX and text."""
    return {
        "version": JSON_VERSION,
        "id": statement.id,
        "title": statement.title,
        "kind": statement.kind.value,
        "source": {
            "paper": statement.source.paper,
            "version": statement.source.version,
            "item": statement.source.item,
        },
        "provenance": statement.provenance.value,
        "provenance_of": {
            name: source.value for name, source in statement.provenance_of
        },
        "direction": statement.direction.value,
        "summary": statement.summary,
        "symbols": [
            {
                "name": variable.name,
                "domain": str(variable.domain),
                "meaning": variable.meaning,
                "default": None if variable.default is None else str(variable.default),
            }
            for variable in statement.symbols
        ],
        "hypotheses": [condition_json(item) for item in statement.hypotheses],
        "definitions": [formula(item) for item in statement.definitions],
        "conclusion": formula(statement.conclusion),
        "claims": [
            {
                "name": claim.name,
                "subject": str(claim.subject),
                "direction": claim.direction.value,
                "meaning": claim.meaning,
                "quantity": None if claim.quantity is None else claim.quantity.value,
                "event": None if claim.event is None else formula(claim.event),
                "monotone": dict(claim.monotone),
                "conditions": [condition_json(item) for item in claim.conditions],
                **formula(claim.relation()),
            }
            for claim in statement.claims
        ],
        "failure_probability": None
        if statement.failure_probability is None
        else formula(statement.failure_probability),
        "notes": list(statement.notes),
        "uses": list(statement.uses),
        "supersedes": statement.supersedes,
    }


def condition_json(item: Hypothesis) -> dict[str, str]:
    """A hypothesis as plain data."""
    return {"name": item.name, "meaning": item.meaning, **formula(item.relation)}


def formula(expression: Any) -> dict[str, str]:
    """A formula as SymPy source text, LaTeX, and Unicode text."""
    return {
        "sympy": sp.srepr(expression),
        "latex": latex(expression),
        "text": text(expression),
    }


def as_text(statement: StatementData) -> str:
    """A statement for the terminal: symbols, hypotheses, conclusion, source, notes."""
    heading = f"{statement.id}  {statement.title}"
    parts = [
        heading,
        "=" * len(heading),
        f"{statement.kind.value} · {statement.origin} · {statement.direction.value}",
        f"{statement.source.paper} ({statement.source.version}), "
        f"{statement.source.item}",
        "",
        statement.summary,
        "",
        "Symbols",
        *(f"  {v.name}: {v.meaning}" for v in statement.symbols),
        "",
        "Hypotheses",
    ]
    for item in statement.hypotheses:
        parts += [f"  [{item.name}] {item.meaning}", _indented(item.relation)]
    if statement.definitions:
        parts += ["", "Where", *(_indented(item) for item in statement.definitions)]
    parts += ["", "Then", _indented(statement.conclusion)]
    for claim in statement.claims:
        head = f"  [{claim.name}] {claim.meaning} ({claim.direction.value})"
        parts += ["", head, _indented(claim.relation())]
        for item in claim.conditions:
            parts += [f"    if [{item.name}] {item.meaning}", _indented(item.relation)]
    if statement.notes:
        parts += ["", "Notes", *(f"  - {note}" for note in statement.notes)]
    return _signed("\n".join(parts)) + "\n"


def _signed(written: str) -> str:
    """The same signs in words and formulas."""
    return written.replace("<=", "≤").replace(">=", "≥")


def _indented(expression: Any) -> str:
    return "\n".join("      " + line for line in text(expression).splitlines())
