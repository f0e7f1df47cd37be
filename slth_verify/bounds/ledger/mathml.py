"""A derivation as presentation MathML: statements, parameters and enclosures.

The formulas are those of the statement objects, so a derivation shows what is claimed
in exactly the words in which it is proved and documented.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from slth_verify.bounds.ledger.steps import Json, Step

#: Names of parameters that mathematics writes otherwise.
_NAMES = {
    "delta": "δ",
    "dim": "m",
    "eps": "ε",
    "kappa": "κ",
    "lambda": "λ",
    "size": "k",
    "tau": "τ",
    "weight": "x",
}

_INDEXED = re.compile(r"([A-Za-z])(\d+)")
_FRACTION = re.compile(r"(-?\d+)/(\d+)")
_INTERVAL = re.compile(r"\[([^,\[\]]+), ([^,\[\]]+)\]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")

Values = Iterable[tuple[str, Json]]


def document(rows: Iterable[str]) -> str:
    """One ``math`` element with a row of a table for each formula."""
    cells = "".join(f"<mtr><mtd>{row}</mtd></mtr>" for row in rows)
    return (
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">'
        f'<mtable columnalign="left">{cells}</mtable></math>'
    )


def words(text: str) -> str:
    """Plain words."""
    return f"<mtext>{escape(text, quote=False)}</mtext>"


def equations(values: Values) -> str:
    """Named numbers, one after the other."""
    comma = '<mo separator="true">,</mo><mspace width="0.5em"/>'
    return f"<mrow>{comma.join(_equation(*value) for value in values)}</mrow>"


def step_rows(steps: Sequence[Step], prefix: str = "") -> list[str]:
    """Each step: what it says, its statement at the first mention, and its numbers."""
    from slth_verify.statements import statement

    rows: list[str] = []
    shown: set[str] = set()
    for number, step in enumerate(steps, start=1):
        claim = statement(step.statement)
        rows.append(words(f"{prefix}{number}. {claim.title} ({claim.id}): {step.text}"))
        if claim.id not in shown:
            rows.append(_inner(claim.mathml()))
            shown.add(claim.id)
        if step.values:
            rows.append(equations(step.values))
    return rows


def _inner(math: str) -> str:
    """What is inside a ``math`` element."""
    body = math[math.index(">") + 1 : math.rindex("</math>")]
    return f"<mrow>{body}</mrow>"


def _equation(name: str, value: Json) -> str:
    return f"<mrow>{_name(name)}<mo>=</mo>{_value(str(value))}</mrow>"


def _name(name: str) -> str:
    """A letter, a letter with an index, or words."""
    shown = _NAMES.get(name, name)
    if len(shown) == 1:
        return f"<mi>{escape(shown, quote=False)}</mi>"
    if match := _INDEXED.fullmatch(shown):
        letter, index = match.groups()
        return f"<msub><mi>{letter}</mi><mn>{index}</mn></msub>"
    return words(shown.replace("_", " "))


def _value(text: str) -> str:
    """A fraction, an interval, a number, or anything else as text."""
    if match := _FRACTION.fullmatch(text):
        top, bottom = match.groups()
        return f"<mfrac>{_number(top)}<mn>{bottom}</mn></mfrac>"
    if match := _INTERVAL.fullmatch(text):
        low, high = (_number(end) for end in match.groups())
        comma = '<mo separator="true">,</mo>'
        return f"<mrow><mo>[</mo>{low}{comma}{high}<mo>]</mo></mrow>"
    return _number(text)


def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        return words(text)
    sign = "<mo>-</mo>" if text.startswith("-") else ""
    return f"<mrow>{sign}<mn>{text.removeprefix('-')}</mn></mrow>"
