"""``slth-verify report``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from slth_verify.cli._journal import kept_journal
from slth_verify.cli._output import note, progress
from slth_verify.cli.arguments.types import accuracy, integer
from slth_verify.cli.printing import Form, annotation_option, formatted
from slth_verify.cli.reporting.changes import code_of, read_older, with_changes
from slth_verify.cli.reporting.recorded import of_recorded
from slth_verify.cli.reporting.shown import show_report
from slth_verify.text import printable
from slth_verify.verdict import Verdict, exit_code

if TYPE_CHECKING:
    from slth_verify.graph import TargetCNN
    from slth_verify.report import Profile, Report

#: What the second process of a report works with.
_SECOND_IMPORTS = "slth_verify.report.collect.context.gathered"


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
    type=accuracy(),
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
    help="Make the page of what pytest --slth-report or an earlier report wrote; "
    "nothing is run.",
)
@click.option(
    "--compare",
    "older",
    metavar="OLD.json",
    type=click.Path(exists=True, dir_okay=False),
    help="Also say what is worse, better or different since this document; with --from "
    "nothing is run.",
)
@click.option(
    "--fail-on-worse",
    is_flag=True,
    help="With --compare: exit code 5 if a verdict or a figure is worse; times never "
    "count.",
)
@annotation_option
@formatted
def command(
    profile: str,
    targets: tuple[str, ...],
    eps: str | None,
    output: str,
    seed: int,
    recorded: str | None,
    older: str | None,
    fail_on_worse: bool,
    annotations: str | None,
    form: Form,
) -> int:
    """Prune random networks for real targets, check the tickets, and report.

    Writes one offline HTML file and the same as JSON.
    """
    if fail_on_worse and older is None:
        raise click.UsageError("--fail-on-worse says nothing without --compare.")
    before, folder = read_older(older), Path(output)
    if recorded is not None:
        if targets or eps:
            raise click.UsageError("--from runs nothing: leave out --target and --eps.")
        return of_recorded(
            recorded, before, folder, form, annotations, fail_on_worse=fail_on_worse
        )
    report = _made(profile, targets, eps, folder, seed)
    from slth_verify.report import to_document, write_document
    from slth_verify.report.model.contradictions import believed_verdict

    document = with_changes(to_document(report), before)
    if before is not None:
        write_document(document, folder, just_proved=True)
    show_report(document, form, annotations)
    if form == "table":
        note(f"written: {printable(str(folder / 'slth-report.html'))}")
    code = exit_code(Verdict(believed_verdict(document)))
    return code_of(code, document, fail_on_worse=fail_on_worse)


def _made(
    profile: str, targets: tuple[str, ...], eps: str | None, folder: Path, seed: int
) -> Report:
    """The report, made now and written; what is wrong is refused before it begins."""
    from slth_verify.report.folder import try_folder

    try_folder(folder)
    from slth_verify.processes.background import Background
    from slth_verify.report import load_profile

    chosen = load_profile(profile)
    if eps is not None and not targets:
        raise click.UsageError(
            "--eps is for --target: the profile names the accuracy of its own."
        )
    networks = _read(targets)
    with Background() as second:
        second.prepare(_SECOND_IMPORTS)
        from slth_verify.report import run_report

        question = _question(chosen, networks, eps, seed)
        with (
            kept_journal(question, folder / "slth-report") as journal,
            progress() as advance,
        ):
            return run_report(
                chosen,
                folder,
                seed=seed,
                targets=networks,
                eps=eps,
                journal=journal,
                progress=advance,
                second=second,
            )


def _read(targets: tuple[str, ...]) -> tuple[TargetCNN, ...]:
    if not targets:
        return ()
    from slth_verify.graph import TargetCNN

    return tuple(TargetCNN.from_file(path) for path in targets)


def _question(
    profile: Profile,
    networks: tuple[TargetCNN, ...],
    eps: str | None,
    seed: int,
) -> str:
    """Everything that decides what the report searches."""
    return f"report {profile} {[network.sha256 for network in networks]} {eps} {seed}"
