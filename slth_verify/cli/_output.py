"""What commands say beside their answers, on stderr, and streams that break."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TextIO

import click

from slth_verify.cli.printing.plain_progress import Advance, plain_progress
from slth_verify.errors import InvalidParameterError
from slth_verify.files import require_writable
from slth_verify.text import printable


def note(text: str) -> None:
    """Print a remark to stderr; where nobody reads it, it is lost."""
    try:
        click.echo(text, err=True)
    except OSError:
        stop_writing(sys.stderr)


def try_output(
    output: str, inputs: Mapping[str, str | None], option: str = "--output"
) -> None:
    """Refuse, before the work, what could not be written after it.

    Args:
        output: The file to write.
        inputs: Files that it must not replace, by the names of their options.
        option: Its own name.

    Raises:
        UnusableFileError: It cannot be written.
        InvalidParameterError: It is one of the inputs, or ``-``, which names the
            standard output elsewhere.
    """
    if output == "-":
        raise InvalidParameterError(
            f"{option}='-': a file is required, since nothing is written to the "
            "standard output. Give a name; ./- is a file of this one."
        )
    require_writable(output)
    for name, path in inputs.items():
        if path is not None and os.path.realpath(path) == os.path.realpath(output):
            raise InvalidParameterError(
                f"{option}='{printable(output)}' is the file of {name}, which would be "
                "replaced. Give another."
            )


def settle_streams() -> None:
    """Let nothing that is printed fail for its letters, whatever the encoding."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def stop_writing(stream: TextIO | None) -> None:
    """Drop what a stream still holds: nobody can read it, and the exit would try."""
    with suppress(AttributeError, OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # type: ignore[union-attr]
        os.close(nowhere)


@contextmanager
def progress(*, remaining: bool = False) -> Iterator[Advance]:
    """A progress display on stderr; a plain line now and then if it is no terminal.

    Args:
        remaining: Whether it also says how long the rest will take at this pace.
    """
    if not on_terminal():
        with plain_progress(note, remaining=remaining) as advance:
            yield advance
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        *([TextColumn("left:"), TimeRemainingColumn()] if remaining else []),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield advance


@contextmanager
def busy(text: str) -> Iterator[None]:
    """A spinner on stderr for work of unknown length, or a plain line now and then."""
    if not on_terminal():
        with progress() as advance:
            advance(text, 0, 0)
            yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


def on_terminal() -> bool:
    """Whether somebody looks at stderr."""
    return sys.stderr is not None and sys.stderr.isatty()
