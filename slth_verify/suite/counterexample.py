"""A counterexample as one word, to be copied from a log and shown again."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slth_verify._version import __version__
from slth_verify.errors import InvalidParameterError
from slth_verify.files import parse_json
from slth_verify.numbers import shown
from slth_verify.showing import OneLine

#: What the words begin with: name and version of the format.
PREFIX = "slth1."
#: Characters of one text, fewer where a word would be too long; and bytes of one word
#: when it is unpacked.
_TEXT, _SHORT_TEXT = 20_000, 4_000
_UNPACKED = 1 << 18

_FIELDS = frozenset(
    {"statement", "claim", "reason", "check", "options", "draw", "version"}
)
_TEXTS = ("statement", "claim", "reason", "check", "version")


@dataclass(frozen=True, slots=True, repr=False)
class Counterexample(OneLine):
    """Something that contradicts a claim.

    Attributes:
        claim: What was contradicted.
        reason: How, with the case.
        statement: Id of the statement, or "".
        check: Name of the check of `slth_verify.conformance` that found it, or "".
        options: Its options, as plain data.
        draw: Version of Hypothesis and its own name of the case; both empty if the case
            was not drawn, or cannot be drawn again.
        version: Version of this package that found it.
    """

    claim: str
    reason: str
    statement: str = ""
    check: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    draw: tuple[str, str] = ("", "")
    version: str = __version__

    @property
    def word(self) -> str:
        """All of it in one word of letters, digits, ``.``, ``-`` and ``_``.

        What is too long to be read again is left out: first how the case is drawn, then
        the ends of the texts.
        """
        content = self._content(_TEXT, {})
        for most in (_TEXT, _SHORT_TEXT):
            if len(content) > _UNPACKED:
                content = self._content(most, {"options": {}, "draw": ["", ""]})
        packed = zlib.compress(content, 9)
        return PREFIX + base64.urlsafe_b64encode(packed).decode().rstrip("=")

    def _content(self, most: int, instead: Mapping[str, Any]) -> bytes:
        texts = {name: _encodable(getattr(self, name))[:most] for name in _TEXTS}
        own = {"options": dict(self.options), "draw": list(self.draw)}
        return json.dumps({**texts, **own, **instead}).encode()

    @property
    def command(self) -> str:
        """The command that shows it."""
        return f"slth-verify replay {self.word}"

    @classmethod
    def from_word(cls, word: str) -> Counterexample:
        """Read what `word` wrote.

        Raises:
            InvalidParameterError: If it is no such word.
        """
        try:
            if not word.startswith(PREFIX):
                raise ValueError(f"it does not begin with {PREFIX!r}")
            body = word.removeprefix(PREFIX)
            packed = base64.b64decode(
                body + "=" * (-len(body) % 4), altchars=b"-_", validate=True
            )
            return cls._from_plain(parse_json(_unpacked(packed)))
        except (ValueError, binascii.Error, zlib.error) as error:
            raise InvalidParameterError(
                f"blob={shown(word)} is no counterexample: {error}. Copy the whole "
                "word that a failure printed, or give a file."
            ) from error

    @classmethod
    def _from_plain(cls, value: Any) -> Counterexample:
        if not isinstance(value, dict) or set(value) != _FIELDS:
            raise ValueError("its fields are not those of a counterexample")
        draw, options = value["draw"], value["options"]
        texts = [value[name] for name in _TEXTS]
        if (
            not isinstance(draw, list)
            or len(draw) != 2
            or not isinstance(options, dict)
        ):
            raise ValueError("its case is malformed")
        if not all(isinstance(text, str) for text in (*texts, *draw)):
            raise ValueError("a text is no text")
        return cls(**(value | {"draw": (draw[0], draw[1])}))


def _encodable(text: str) -> str:
    """The text with lone surrogates, which no document may hold, written out."""
    return text.encode(errors="backslashreplace").decode()


def _unpacked(packed: bytes) -> bytes:
    """What was compressed; a word that grows without bound is refused."""
    stream = zlib.decompressobj()
    content = stream.decompress(packed, _UNPACKED)
    if not stream.eof or stream.unused_data:
        raise ValueError("it is cut short, or too large")
    return content
