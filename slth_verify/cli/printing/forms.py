"""Answers for people, for programs, or for the page of a CI job."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from itertools import pairwise
from typing import Any, Literal, cast, get_args

import click

from slth_verify.cli.printing.markdown import markdown

#: For people, for programs, for the page of a CI job.
Form = Literal["table", "json", "markdown"]

#: Version of the JSON documents that ``--format json`` prints.
SCHEMA_VERSION = 1

_Command = Callable[..., int]


def formatted(function: _Command) -> _Command:
    """Give a command ``--format``, and ``--json`` for short; it gets a ``form``."""

    @wraps(function)
    def called(
        *arguments: Any, form: Form | None, as_json: bool, **options: Any
    ) -> int:
        if as_json and form not in (None, "json"):
            raise click.UsageError(
                f"--json is --format json: leave out --format {form}."
            )
        chosen = "json" if as_json else form or "table"
        return function(*arguments, form=chosen, **options)

    with_json = click.option(
        "--json", "as_json", is_flag=True, help="The same as --format json."
    )(called)
    return click.option(
        "--format",
        "form",
        type=click.Choice(get_args(Form)),
        help="For people (the default), one JSON document, or Markdown, as for "
        '>> "$GITHUB_STEP_SUMMARY".',
    )(with_json)


def print_answer(
    form: Form,
    command: str,
    content: Callable[[], Mapping[str, Any]],
    lines: Callable[[], str],
    summary: Callable[[], Mapping[str, Any]] | None = None,
    *,
    own_schema: bool = False,
) -> None:
    """Print what a command found.

    Args:
        form: How.
        command: Its name.
        content: Members of the JSON document.
        lines: The same in words.
        summary: What Markdown says of it, where that is not all of the document.
        own_schema: Whether ``content`` is a document with a schema of its own.
    """
    if form == "json" and own_schema:
        click.echo(json.dumps(content(), indent=2, allow_nan=False))
    elif form == "json":
        _print_json({"command": command, **content()})
    elif form == "markdown":
        click.echo(markdown(command, (summary or content)()), nl=False)
    else:
        click.echo(lines())


def print_answers(
    form: Form, command: str, results: Sequence[dict[str, Any]], lines: Sequence[str]
) -> None:
    """Print answers of one kind, or of several side by side."""
    whole = results[0] if len(results) == 1 else {"results": list(results)}
    if form == "json":
        _print_json({"command": command, **whole})
    elif form == "markdown":
        parts = [markdown(f"{command} {result['kind']}", result) for result in results]
        click.echo("\n".join(parts), nl=False)
    else:
        click.echo("\n".join(lines))


def print_failure(
    form: Form, command: str, message: str, verdict: str = "INCONCLUSIVE"
) -> None:
    """Say on stdout why there is no answer, where a program or a page waits for it."""
    if form != "table":
        content = {"verdict": verdict, "error": message}
        print_answer(form, command, lambda: content, lambda: message)


def asked_form(arguments: Sequence[str]) -> Form:
    """The form that a command line asks for, even one that cannot be understood."""
    if "--json" in arguments:
        return "json"
    for word, following in pairwise([*arguments, ""]):
        named = following if word == "--format" else word.removeprefix("--format=")
        if word.startswith("--format") and named in get_args(Form):
            return cast(Form, named)
    return "table"


def _print_json(content: Mapping[str, Any]) -> None:
    document = {"schema_version": SCHEMA_VERSION, **content}
    click.echo(json.dumps(document, indent=2, allow_nan=False))
