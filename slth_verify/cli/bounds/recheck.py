"""``slth-verify bounds recheck``: a stored answer, proved again without any search."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slth_verify.cli.arguments.types import MEBIBYTES, SECONDS
from slth_verify.cli.printing import Form, formatted, print_answer
from slth_verify.text import printable

if TYPE_CHECKING:
    from slth_verify.verdict import Finding

#: Answers of one file.
_MOST_ANSWERS = 100


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--time-limit",
    type=SECONDS,
    default=60,
    show_default=True,
    help="Seconds for all answers together; beyond them nothing is verified.",
)
@click.option(
    "--memory-limit",
    type=MEBIBYTES,
    default=1024,
    show_default=True,
    help="MiB for all answers together.",
)
@formatted
def recheck(file: Path, time_limit: float, memory_limit: int, form: Form) -> int:
    """Prove an answer again from the JSON that bounds --json printed, and no more.

    Of several kinds side by side, the paper's form is passed over: its constant has no
    value.
    """
    from slth_verify.verdict import exit_code, overall

    findings = _findings(_answers(file), time_limit, memory_limit)
    verdict = overall(tuple(finding.verdict for finding in findings))
    shown = [
        {"claim": one.claim, "verdict": one.verdict.value, "reason": one.reason}
        for one in findings
    ]
    print_answer(
        form,
        "bounds",
        lambda: {"verdict": verdict.value, "findings": shown},
        lambda: "\n".join(
            f"{one.verdict.value}  {printable(one.claim)}\n  {printable(one.reason)}"
            for one in findings
        ),
    )
    return exit_code(verdict)


def _findings(answers: list[Any], seconds: float, memory: int) -> list[Finding]:
    """What is proved of every answer, within the limits."""
    from slth_verify.bounds.rechecking import recheck_all
    from slth_verify.processes.bounded import LimitReachedError, run_bounded
    from slth_verify.verdict import Finding, Verdict

    try:
        return run_bounded(recheck_all, answers, seconds=seconds, memory=memory)
    except LimitReachedError as error:
        reason = f"{error}; see --time-limit and --memory-limit"
        return [Finding("nothing was proved", Verdict.INCONCLUSIVE, reason)]


def _answers(file: Path) -> list[Any]:
    """The answers in a file: one, or those of several kinds but the paper's."""
    from slth_verify.errors import UnusableFileError
    from slth_verify.files import read_json
    from slth_verify.numbers import shown

    document = read_json(file)
    several = document.get("results") if isinstance(document, dict) else None
    if not isinstance(several, list):
        return [document]
    if len(several) > _MOST_ANSWERS or not set(document) <= {
        "results",
        "schema_version",
        "command",
    }:
        raise UnusableFileError(
            f"path={shown(str(file))}: 'results' alone, with at most {_MOST_ANSWERS} "
            "answers, was required. Store the answers of 'slth-verify bounds' again."
        )
    forms = ("paper-form", "paper")  # the second is its former name
    paper = [x for x in several if isinstance(x, dict) and x.get("kind") in forms]
    return [x for x in several if x not in paper] or [document]
