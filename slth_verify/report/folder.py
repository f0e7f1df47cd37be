"""The folder of a report: its files' names, and whether it can hold them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from slth_verify.errors import UnusableFileError
from slth_verify.text import printable

HTML_NAME, JSON_NAME = "slth-report.html", "slth-report.json"
PROFILE_NAME = "slth-profile.toml"
#: Folder of tickets and targets inside the output folder.
TICKETS = "tickets"


def prepare_folder(output: Path) -> None:
    """Make the report's own folders and try them, before anything is computed.

    Raises:
        UnusableFileError: If they cannot be made or written, or a name is taken.
    """
    try:
        for folder in (output, output / TICKETS):
            folder.mkdir(exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        for name in (PROFILE_NAME, JSON_NAME, HTML_NAME):
            if (output / name).exists() and not (output / name).is_file():
                raise OSError(f"{name} in it is no regular file")
    except OSError as error:
        raise UnusableFileError(
            f"output='{printable(str(output))}' cannot hold a report: "
            f"{error.strerror or error}. A report needs a writable folder, or a name "
            "for a new one in an existing folder. Give another."
        ) from error
