"""The option ``--annotations``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from slth_verify.suite.annotations import (
    PASSING,
    SERVICES,
    Annotation,
    annotation_lines,
)

if TYPE_CHECKING:
    from slth_verify.verdict import Finding


def annotation_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option ``--annotations``."""
    return click.option(
        "--annotations",
        type=click.Choice(SERVICES),
        help="Also mark what is not verified, for this service, on stderr.",
    )(function)


def annotate(service: str | None, found: Iterable[Annotation]) -> None:
    """Print marks to stderr, which services read as they read stdout."""
    if service is None:
        return
    for line in annotation_lines(found):
        click.echo(line, err=True)


def finding_marks(ledger: Iterable[Finding], ticket: str) -> Iterator[Annotation]:
    """A mark beside the ticket for every finding of ``check`` that is not verified."""
    for finding in ledger:
        name = finding.verdict.name
        if name not in PASSING:
            told = f"{finding.claim}: {finding.reason}"
            yield Annotation(name, f"{name}: slth-verify check", told, file=ticket)
