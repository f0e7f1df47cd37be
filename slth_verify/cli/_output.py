"""What commands print: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import click

#: Version of the JSON documents that ``--json`` prints.
SCHEMA_VERSION = 1


def print_json(command: str, **content: Any) -> None:
    """Print one JSON document."""
    document = {"schema_version": SCHEMA_VERSION, "command": command, **content}
    click.echo(json.dumps(document, indent=2, allow_nan=False))


def print_answers(
    results: Sequence[dict[str, Any]], lines: Sequence[str], *, as_json: bool
) -> None:
    """Print answers of one kind, or of several side by side, as JSON or as text."""
    if as_json:
        whole = results[0] if len(results) == 1 else {"results": list(results)}
        click.echo(json.dumps(whole, indent=2, allow_nan=False))
    else:
        click.echo("\n".join(lines))


def note(text: str) -> None:
    """Print a remark to stderr."""
    click.echo(text, err=True)


class Advance(Protocol):
    """Called as ``advance(stage, done, total)``."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


@contextmanager
def progress() -> Iterator[Advance]:
    """A progress display on stderr; silent when stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
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
    """A spinner on stderr for work of unknown length; silent without a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield
