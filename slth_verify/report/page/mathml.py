"""MathML from a document, admitted to the page only after a look at every element."""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser

from markupsafe import Markup, escape

from slth_verify.text import printable

_ELEMENT_NAMES = (
    "menclose mfenced mfrac mi mn mo mover mpadded mroot mrow mspace msqrt mstyle msub "
    "msubsup msup mtable mtd mtext mtr munder munderover math"
)
_ATTRIBUTE_NAMES = (
    "accent accentunder close columnalign display displaystyle fence form largeop "
    "linethickness lspace mathvariant movablelimits open rspace separator stretchy"
)
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
#: Function application, multiplication, separation and addition without a glyph.
_OPERATORS = "\u2061\u2062\u2063\u2064"
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())


@lru_cache(maxsize=256)  # pages of one process have most formulas in common
def safe_mathml(text: str) -> Markup:
    """MathML with presentation elements and harmless attributes only.

    Args:
        text: Presentation MathML, also with bare ``<`` signs in it.

    Returns:
        The same formula; anything else in it became text or vanished.
    """
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return Markup("".join(reader.parts) + reader.closing())


class _Reader(HTMLParser):
    """Writes known elements again and escapes all text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ELEMENTS:
            return
        kept = "".join(
            f' {name}="{escape(_visible(value or ""))}"'
            for name, value in attrs
            if name in _ATTRIBUTES
        )
        self.parts.append(f"<{tag}{kept}>")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open:
                last = self._open.pop()
                self.parts.append(f"</{last}>")
                if last == tag:
                    return

    def handle_data(self, data: str) -> None:
        self.parts.append(str(escape(_visible(data))))

    def closing(self) -> str:
        """End tags of what is still open."""
        return "".join(f"</{tag}>" for tag in reversed(self._open))


def _visible(text: str) -> str:
    """`printable`, but for MathML's invisible operators; lines are no matter here."""
    return "".join(
        part if part in _OPERATORS else printable(part, len(part))
        for part in re.split(f"([{_OPERATORS}])", re.sub(r"\s", " ", text))
    )
