"""How results show themselves: one line in a terminal, a small table in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction
from html import escape

from slth_verify.numbers import rough
from slth_verify.text import printable

#: Characters of a line, and of one value in a table.
_LINE, _VALUE = 160, 400
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
        return f"<{type(self).__name__} {printable(self._line(), _LINE)}>"

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


def brief(number: Fraction) -> str:
    """An exact number as it is where that is short, else about it."""
    text = str(number) if number.denominator.bit_length() < _BITS else ""
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
