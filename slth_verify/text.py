"""Text that comes from files, made safe for a terminal, a page or a log."""

from __future__ import annotations

import shlex
import unicodedata

#: Control, format (bidirectional marks among them), surrogate, private, unassigned
#: characters; line and paragraph separators.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(text: str, most: int = 1_000) -> str:
    r"""The text with everything escaped that could steer a terminal or reorder a line.

    Args:
        text: Anything that a file, an argument or another program said.
        most: Longer texts are cut after so many characters, and say so.

    Returns:
        One line; ``"\x1b[2J"`` becomes the six visible characters ``\x1b[2J``, a
        newline ``\n``, a bidirectional mark ``\u202e``.

    Examples:
        >>> printable("name\x1b[2J")
        'name\\x1b[2J'
    """
    cut = "" if len(text) <= most else f"... ({len(text)} characters)"
    return "".join(map(_visible, text[:most])) + cut


def shell_word(path: str) -> str:
    """A path as a command that is printed names it, to be copied into a shell.

    Examples:
        >>> shell_word("a b.ticket"), shell_word("-x.ticket"), shell_word("a.ticket")
        ("'a b.ticket'", './-x.ticket', 'a.ticket')
    """
    shown = printable(path, len(path))
    if shown != path:  # no shell reads it back
        return shown
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


def reason_of(error: BaseException, most: int = 200) -> str:
    """What kind of error it is and what it says, in one line that is safe to print."""
    return printable(f"{type(error).__name__}: {error}", most)


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 layer``, ``2 layers``.

    Examples:
        >>> counted(1, "layer"), counted(0, "layer")
        ('1 layer', '0 layers')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE:
        return character
    return character.encode("unicode_escape").decode("ascii")
