"""The option ``--annotations``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click

from slth_verify.suite.annotations import SERVICES, Annotation, annotation_lines


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
