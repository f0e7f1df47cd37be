"""The folder of a report: its files' names, and whether it can hold them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slth_verify.errors import UnusableFileError
from slth_verify.text import printable

HTML_NAME, JSON_NAME = "slth-report.html", "slth-report.json"
PROFILE_NAME = "slth-profile.toml"
#: Folder of tickets and targets inside the output folder.
TICKETS = "tickets"


def try_folder(output: Path) -> None:
    """Refuse a folder that could not hold a report; nothing is made.

    Raises:
        UnusableFileError: If it can neither be written nor made, or a name is taken.
    """
    with _in_words(output):
        _try(output if output.exists() else output.parent)
        for name in (PROFILE_NAME, JSON_NAME, HTML_NAME):
            if (output / name).exists() and not (output / name).is_file():
                raise OSError(f"{name} in it is no regular file")


def prepare_folder(output: Path) -> None:
    """Make the report's own folders and try them, before anything is computed.

    Raises:
        UnusableFileError: As `try_folder`.
    """
    try_folder(output)
    with _in_words(output):
        for folder in (output, output / TICKETS):
            folder.mkdir(exist_ok=True)
            _try(folder)


def _try(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder):
        pass


@contextmanager
def _in_words(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnusableFileError(
            f"output='{printable(str(output))}' cannot hold a report: "
            f"{error.strerror or error}. A report needs a writable folder, or a name "
            "for a new one in an existing folder. Give another."
        ) from error
