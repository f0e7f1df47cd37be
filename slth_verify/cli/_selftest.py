"""``slth-verify selftest``: whether the installed package still notices lies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from slth_verify.cli._output import progress
from slth_verify.cli.printing import Form, formatted, print_answer
from slth_verify.files import require_writable
from slth_verify.text import printable

if TYPE_CHECKING:
    from slth_verify.selftest import Part, SelftestResult


@click.command()
@click.option("--quick", is_flag=True, help="One lie for each check, and few cases.")
@click.option(
    "--observe",
    type=click.Path(dir_okay=False),
    help="Append each drawn case to this file, as JSON lines that dashboards read.",
)
@formatted
def command(quick: bool, form: Form, observe: str | None) -> int:
    """Try the installed package: its environment, its properties, and planted lies.

    The exit code is 0 if every lie was caught, no property was contradicted and nothing
    wrong was seen here and now; that proves nothing about other mistakes.
    """
    if observe is not None:
        require_writable(observe)
    from slth_verify.selftest import run_selftest

    with progress() as advance:
        result = run_selftest(quick=quick, progress=advance, observations=observe)
    print_answer(
        form,
        "selftest",
        lambda: {
            "verdict": result.outcome,
            "parts": [_plain(part) for part in result.parts],
            "not_looked_at": list(result.not_looked_at),
        },
        lambda: "\n".join(_lines(result)),
    )
    return result.exit_code


def _plain(part: Part) -> dict[str, object]:
    return {
        "group": part.group,
        "name": part.name,
        "statement": part.statement,
        "verdict": part.verdict.name,
        "reason": printable(part.reason),
        "ratio": None if part.ratio is None else float(part.ratio),
        "seconds": round(part.seconds, 3),
    }


def _lines(result: SelftestResult) -> Iterator[str]:
    yield result.outcome
    wide = max(len(part.name) for part in result.parts)
    for part in result.parts:
        told = ": ".join(filter(None, (part.statement, part.reason)))
        if part.ratio is not None:
            told = f"{told}, worst ratio {float(part.ratio):.6g}"
        line = f"{part.verdict.name:12} {part.group:11} {part.name:{wide}}  {told}"
        yield f"  {printable(line)}"
    caught = [part for part in result.parts if part.group == "lie"]
    found = sum(part.verdict.name == "VERIFIED" for part in caught)
    yield f"{found} of {len(caught)} lies caught"
    for text in result.not_looked_at:
        yield f"not looked at: {text}"
