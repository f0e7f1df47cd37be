"""One file is given to one reader, and what becomes of it."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.support.fuzzing.forms import Form
from slth_verify.errors import SlthVerifyError
from slth_verify.text import printable

#: What became of a file.
REFUSED, TRUE, UNCOMPARED = "refused", "accepted and true", "accepted, not compared"

#: Characters of a refusal that somebody can still read.
_MOST_TOLD = 20_000


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A reader of files, and how it is judged.

    Attributes:
        name: As the figures call it.
        file: Name of the file, whose suffix may count.
        make: Files that are accepted, to start from.
        form: How such a file is taken apart.
        read: The reader.
        is_true: Whether what was accepted is so, decided without the reader's code;
            None where that cannot be decided. Takes the file's bytes and what was read.
        refusals: What the reader may raise.
        reads_elsewhere: Whether a file may name another file that is read as well.
        inner: Makes a file of bytes that stand deep in it, where a check sum of the
            file would refuse every change of its bytes.
        outer: The bytes of a genuine file for `inner`.
        seconds: Of the processor that one file may take.
    """

    name: str
    file: str
    make: Callable[[], tuple[bytes, ...]]
    form: Form
    read: Callable[[Path], Any]
    is_true: Callable[[bytes, Any], bool | None]
    refusals: tuple[type[Exception], ...] = (SlthVerifyError,)
    reads_elsewhere: bool = False
    inner: Callable[[bytes], bytes] | None = None
    outer: Callable[[bytes], bytes] | None = None
    seconds: float = 5.0

    @cached_property
    def genuine(self) -> tuple[bytes, ...]:
        """Files that are accepted."""
        return self.make()

    @cached_property
    def seeds(self) -> tuple[bytes, ...]:
        """What bytes are changed of."""
        if self.outer is None:
            return self.genuine
        return tuple(map(self.outer, self.genuine))

    def file_of(self, changed: bytes) -> bytes:
        """The file of changed bytes."""
        return changed if self.inner is None else self.inner(changed)


@dataclass
class Findings:
    """What became of the files of one reader.

    Attributes:
        outcomes: Number of files by what became of them.
        faults: What must not be: the kind, and the file in hexadecimal.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)

    def judge(self, reader: Reader, content: bytes, path: Path) -> None:
        """Give a file to the reader, and count what becomes of it."""
        outcome = judged(reader, content, path)
        self.outcomes[outcome] += 1
        if outcome not in (REFUSED, TRUE, UNCOMPARED):
            self.faults.setdefault(outcome, content.hex())


def judged(reader: Reader, content: bytes, path: Path) -> str:
    """What becomes of a file: `REFUSED`, `TRUE`, `UNCOMPARED`, or what is wrong."""
    path.write_bytes(content)
    try:
        value = reader.read(path)
    except reader.refusals as error:
        return _told(str(error))
    except Exception as error:  # what a fuzzer is looking for
        return f"crash: {_place_of(error)}"
    try:
        answer = reader.is_true(content, value)
    except Exception as error:  # an oracle that cannot read it contradicts the reader
        return f"wrongly accepted: the oracle fails with {_place_of(error)}"
    if answer is None:
        return UNCOMPARED
    return TRUE if answer else "wrongly accepted"


def _told(message: str) -> str:
    """Whether a refusal can be shown to people."""
    if not message:
        return "a refusal without words"
    if len(message) > _MOST_TOLD:
        return "a refusal that is too long"
    lines = message.replace("\n", " ")
    if printable(lines, _MOST_TOLD) != lines:
        return "a refusal that steers a terminal"
    return REFUSED


def _place_of(error: Exception) -> str:
    """The kind of an exception and the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "slth_verify" in frame.filename]
    last = (ours or frames)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    return f"{type(error).__name__} at {where}: {printable(str(error), 120)}"
