"""``slth-verify bounds recheck``: a stored answer, proved again without any search."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from slth_verify.cli._output import print_json


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def recheck(file: Path, as_json: bool) -> int:
    """Prove an answer again from its JSON alone, as bounds ... --json printed it.

    Of several kinds side by side, the paper's form is passed over: its constant has no
    value.
    """
    from slth_verify.bounds import recheck as check_again
    from slth_verify.verdict import exit_code, overall

    findings = [check_again(answer) for answer in _answers(file)]
    verdict = overall(tuple(finding.verdict for finding in findings))
    if as_json:
        shown = [
            {"claim": one.claim, "verdict": one.verdict.value, "reason": one.reason}
            for one in findings
        ]
        print_json("bounds", verdict=verdict.value, findings=shown)
    else:
        for one in findings:
            click.echo(f"{one.verdict.value}  {one.claim}\n  {one.reason}")
    return exit_code(verdict)


def _answers(file: Path) -> list[Any]:
    """The answers in a file: one, or those of several kinds but the paper's."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise click.UsageError(
            f"{file}: a JSON document of 'slth-verify bounds ... --json' was required; "
            f"it cannot be read: {error}. Store the answer again."
        ) from error
    several = document.get("results") if isinstance(document, dict) else None
    if not isinstance(several, list):
        return [document]
    paper = [x for x in several if isinstance(x, dict) and x.get("kind") == "paper"]
    return [x for x in several if x not in paper] or [document]
