"""How results show themselves: one line in a terminal, a small table in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, fields
from enum import Enum
from fractions import Fraction
from html import escape
from typing import Any, cast

from slth_verify.numbers import rough
from slth_verify.text import printable

#: Characters of a line, of one value in a table, and of a field in a line.
_LINE, _VALUE, _FIELD = 160, 400, 50
#: Entries of a tuple in a line.
_ENTRIES = 4
#: Rows of a table.
_ROWS = 50
#: Of a number that is written out.
_DIGITS, _BITS = 16, 64
#: What means something to LaTeX, as what means itself.
_LATEX = str.maketrans(
    {letter: f"\\{letter}" for letter in "{}$&#%_"}
    | {
        "\\": r"\textbackslash{}",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
    }
)


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown of a thing.

    Attributes:
        line: In a few words, after the name of its class.
        rows: Names and values of a table.
        latex: Makes a displayed formula, without delimiters; None for none.
        mathml: Makes the same, or a derivation, as MathML; None for none.
    """

    line: str
    rows: tuple[tuple[str, object], ...] = ()
    latex: Callable[[], str] | None = None
    mathml: Callable[[], str] | None = None


class Shown:
    """A thing that says in a line what it is, and shows more in a notebook.

    A dataclass that derives from it is made with ``repr=False``.
    """

    __slots__ = ()

    def _card(self) -> Card:
        """What to show."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return _line(self, self._line())

    def _line(self) -> str:
        try:
            return self._card().line
        except Exception as error:  # nobody can debug what cannot be printed
            return f"that cannot be shown ({type(error).__name__})"

    def _repr_mimebundle_(
        self,
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
    ) -> dict[str, str]:
        """Plain text, HTML and LaTeX, for notebooks and what is exported from them.

        Args:
            include: MIME types to give; None for all.
            exclude: MIME types to leave out.
        """
        bundle = {"text/plain": repr(self)}
        card = self._card()
        bundle["text/html"] = _table(type(self).__name__, card)
        formula = None if card.latex is None else card.latex()
        bundle["text/latex"] = (
            _tabular(type(self).__name__, card)
            if formula is None
            else f"$\\displaystyle {formula}$"
        )
        return {
            kind: content
            for kind, content in bundle.items()
            if (include is None or kind in include) and kind not in (exclude or ())
        }


class OneLine:
    """A dataclass that names its fields in a line, however much is in them.

    Arrays are shown by dtype and shape, what is in other objects not at all, and what
    is as by default is left out. A class that derives from it is made with
    ``repr=False``.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        own = [field for field in fields(cast(Any, self)) if field.repr]
        values = [(x.name, getattr(self, x.name, None), x.default) for x in own]
        line = ", ".join(
            f"{name}={_field(value)}"
            for name, value, default in values
            if not _is_default(value, default)
        )
        return _line(self, line)


def _line(thing: object, text: str) -> str:
    shown = printable(text, _LINE)
    if len(shown) > _VALUE // 2:  # most of it was escaped
        shown = f"{shown[:_LINE]}..."
    return f"<{type(thing).__name__} {shown}>"


def _is_default(value: object, default: object) -> bool:
    if default is MISSING or type(value) is not type(default):
        return False
    return value is default or (
        isinstance(value, bool | int | str | tuple | Fraction) and value == default
    )


def _field(value: Any) -> str:
    """A field in a few words, whatever it is."""
    if isinstance(value, bool | float | None):
        return str(value)
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, int | Fraction):
        return brief(Fraction(value))
    if isinstance(value, str):
        return repr(value if len(value) <= _FIELD else f"{value[:_FIELD]}...")
    if isinstance(value, bytes | Mapping):
        return f"{len(value)} {'bytes' if isinstance(value, bytes) else 'in all'}"
    if isinstance(value, tuple | list):
        return _entries(value)
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"{value.dtype} {tuple(value.shape)}"
    if hasattr(value, "free_symbols"):
        return str(value)[:_LINE]
    if isinstance(value, Shown | OneLine):
        return repr(value)
    return type(value).__name__


def _entries(values: Collection[Any]) -> str:
    first = [
        type(value).__name__ if isinstance(value, Shown | OneLine) else _field(value)
        for value, _ in zip(values, range(_ENTRIES), strict=False)
    ]
    if len(values) > len(first):
        return f"({', '.join(first)}, ... {len(values)} in all)"
    return f"({', '.join(first)}{',' if len(first) == 1 else ''})"


def brief(number: Fraction) -> str:
    """An exact number as it is where that is short, else about it."""
    bits = max(number.numerator.bit_length(), number.denominator.bit_length())
    text = str(number) if bits < _BITS else ""
    return text if 0 < len(text) <= _DIGITS else f"about {rough(number)}"


def _table(name: str, card: Card) -> str:
    rows = "".join(
        f"<tr><th>{_safe(label)}</th><td>{_safe(str(value))}</td></tr>"
        for label, value in card.rows[:_ROWS]
    )
    if (more := len(card.rows) - _ROWS) > 0:
        rows += f"<tr><th>and {more} more</th><td></td></tr>"
    caption = f"<caption>{_safe(name)} {_safe(card.line)}</caption>"
    if card.mathml is None:
        return f"<table>{caption}{rows}</table>"
    formula = f"<details><summary>In formulas</summary>{card.mathml()}</details>"
    return f"<table>{caption}{rows}</table>{formula}"


def _tabular(name: str, card: Card) -> str:
    """The table for documents; notebooks prefer the HTML."""
    lines = [
        f"{_quoted(label)} & {_quoted(str(value))} \\\\"
        for label, value in card.rows[:_ROWS]
    ]
    if (more := len(card.rows) - _ROWS) > 0:
        lines.append(f"and {more} more & \\\\")
    head = f"\\multicolumn{{2}}{{l}}{{{_quoted(f'{name} {card.line}')}}} \\\\ \\hline"
    body = "\n".join([head, *lines])
    return f"\\begin{{tabular}}{{ll}}\n{body}\n\\end{{tabular}}"


def _quoted(text: str) -> str:
    """A text of LaTeX in which nothing is a command."""
    return printable(text, _VALUE).translate(_LATEX)


def _safe(text: str) -> str:
    return escape(printable(text, _VALUE))
