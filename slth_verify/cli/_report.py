"""``slth-verify report``: the main job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slth_verify.cli._journal import kept_journal
from slth_verify.cli._output import note, progress
from slth_verify.cli._types import integer
from slth_verify.files import write_atomically
from slth_verify.text import printable
from slth_verify.verdict import exit_code

if TYPE_CHECKING:
    from slth_verify.graph import TargetCNN
    from slth_verify.report import Profile


@click.command()
@click.option(
    "--profile",
    default="quick",
    show_default=True,
    help="quick, full, or a TOML file with a profile's fields.",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Report on this target instead of the profile's; may be given again.",
)
@click.option(
    "--eps",
    help="Admissible sup error of every --target: 1/100, or 2% of the certified range "
    "of its outputs, the default.",
)
@click.option(
    "--output",
    default="reports",
    show_default=True,
    type=click.Path(file_okay=False),
    help="Folder for slth-report.html, slth-report.json and the tickets.",
)
@click.option(
    "--seed",
    type=integer(0),
    default="1",
    show_default=True,
    help="Seed of everything random.",
)
@click.option(
    "--from",
    "recorded",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Make slth-suite.html of what pytest --slth-report wrote; nothing is run.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the JSON document.")
def command(
    profile: str,
    targets: tuple[str, ...],
    eps: str | None,
    output: str,
    seed: int,
    recorded: str | None,
    as_json: bool,
) -> int:
    """Prune random networks for real targets, check the tickets, and report.

    Writes one offline HTML file and the same as JSON.
    """
    if recorded is not None:
        return _of_suite(recorded, Path(output), bool(targets or eps), as_json)
    from slth_verify.graph import TargetCNN
    from slth_verify.report import load_profile, run_report, to_document

    chosen, folder = load_profile(profile), Path(output)
    networks = tuple(TargetCNN.from_file(path) for path in targets)
    question = _question(chosen, networks, eps, seed)
    with (
        kept_journal(question, folder / "slth-report") as journal,
        progress() as advance,
    ):
        report = run_report(
            chosen,
            folder,
            seed=seed,
            targets=networks,
            eps=eps,
            journal=journal,
            progress=advance,
        )
    if as_json:
        click.echo(json.dumps(to_document(report), indent=2, allow_nan=False))
    else:
        click.echo(report.verdict.name)
        for case in report.cases:
            click.echo(f"  {case.verdict.name:12} {printable(case.name)}")
        note(f"written: {printable(str(folder / 'slth-report.html'))}")
    return exit_code(report.verdict)


def _of_suite(recorded: str, folder: Path, asked: bool, as_json: bool) -> int:
    """Render what a suite of tests recorded; the exit code is the suite's."""
    from slth_verify.report import render_suite
    from slth_verify.suite import passes, read_suite
    from slth_verify.suite.outcomes import CONTRADICTED

    if asked:
        raise click.UsageError("--from runs nothing: leave out --target and --eps.")
    document = read_suite(recorded)
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "slth-suite.html"
    write_atomically(page, render_suite(document))
    verdict = document["verdict"]
    if as_json:
        click.echo(json.dumps(document, indent=2, allow_nan=False))
    else:
        click.echo(verdict)
    note(f"written: {printable(str(page))}")
    allowed = document["options"].get("allow_inconclusive") is True
    if passes([verdict], allow_inconclusive=allowed):
        return 0
    return 1 if verdict in CONTRADICTED else 3


def _question(
    profile: Profile,
    networks: tuple[TargetCNN, ...],
    eps: str | None,
    seed: int,
) -> str:
    """Everything that decides what the report searches."""
    return f"report {profile} {[network.sha256 for network in networks]} {eps} {seed}"
