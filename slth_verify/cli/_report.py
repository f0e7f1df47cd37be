"""``slth-verify report``: the main job."""

from __future__ import annotations

import json
from pathlib import Path

import click

from slth_verify.cli._output import note, progress
from slth_verify.text import printable
from slth_verify.verdict import exit_code


@click.command()
@click.option(
    "--profile",
    default="quick",
    show_default=True,
    help="quick, full, or a TOML file with a profile's fields.",
)
@click.option(
    "--output",
    default="reports",
    show_default=True,
    type=click.Path(file_okay=False),
    help="Folder for slth-report.html, slth-report.json and the tickets.",
)
@click.option("--seed", default=1, show_default=True, help="Seed of everything random.")
@click.option("--json", "as_json", is_flag=True, help="Print the JSON document.")
def command(profile: str, output: str, seed: int, as_json: bool) -> int:
    """Prune random networks for real targets, check the tickets, and report.

    Writes one offline HTML file and the same as JSON.
    """
    from slth_verify.report import load_profile, run_report, to_document

    with progress() as advance:
        report = run_report(
            load_profile(profile), Path(output), seed=seed, progress=advance
        )
    if as_json:
        click.echo(json.dumps(to_document(report), indent=2, allow_nan=False))
    else:
        click.echo(report.verdict.name)
        for case in report.cases:
            click.echo(f"  {case.verdict.name:12} {printable(case.name)}")
        note(f"written: {Path(output) / 'slth-report.html'}")
    return exit_code(report.verdict)
