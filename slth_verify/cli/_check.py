"""``slth-verify check``: the independent checker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from slth_verify.cli._findings import exact_or_rounded_down, finding_lines, ledger_json
from slth_verify.cli._scale import decimal, plain, spread_as_json, spread_lines
from slth_verify.cli.arguments.targets import box_of_text
from slth_verify.cli.arguments.types import MEBIBYTES, SECONDS, accuracy
from slth_verify.cli.comparing.figures import bracket_as_json, bracket_line
from slth_verify.cli.printing import (
    Form,
    annotate,
    annotation_option,
    finding_marks,
    formatted,
    print_answer,
)
from slth_verify.errors import InvalidTicketError
from slth_verify.numbers import rough
from slth_verify.text import printable
from slth_verify.verdict import exit_code

if TYPE_CHECKING:
    from slth_verify.ticket import CheckResult


@click.command()
@click.argument("ticket", type=click.Path(exists=True, dir_okay=False))
@click.argument("target", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--eps",
    type=accuracy(zero=True),
    help="Bound to check instead of the ticket's own: 1/100, or 2% of the certified "
    "range of the target's outputs.",
)
@click.option(
    "--box",
    metavar="LOW,HIGH",
    help="Prove the bound for images of this box instead of the target's own.",
)
@click.option(
    "--cross-check/--no-cross-check",
    default=True,
    show_default=True,
    help="Evaluate the bound in mpmath too.",
)
@click.option(
    "--time-limit",
    type=SECONDS,
    help="Seconds; beyond them nothing is verified. Without one, a check that would "
    "take minutes is not begun.",
)
@click.option(
    "--bracket",
    is_flag=True,
    help="Also attack the ticket: print the error from below and above.",
)
@click.option(
    "--memory-limit",
    type=MEBIBYTES,
    help="MiB; beyond them nothing is verified, either.",
)
@annotation_option
@formatted
def command(
    ticket: str,
    target: str,
    eps: str | None,
    box: str | None,
    cross_check: bool,
    time_limit: float | None,
    memory_limit: int | None,
    bracket: bool,
    annotations: str | None,
    form: Form,
) -> int:
    """Prove TICKET for TARGET, for every image of a box, or refute it.

    The weights are derived again from the seed and decided in ball arithmetic, the
    error is exact. Nothing that the search said is believed. A claim that constants
    meet as well is VACUOUS. The box is TARGET's own, or that of --box.
    """
    if box is not None and bracket:
        raise click.UsageError(
            "--bracket attacks over the target's own box. Leave --box out, or it."
        )
    given = None if box is None else box_of_text(box, "use check(box=...) in Python")
    from slth_verify.comparison import attack
    from slth_verify.ticket import check

    result = check(
        ticket,
        target,
        eps=eps,
        box=given,
        cross_check=cross_check,
        time_limit=time_limit,
        memory_limit=memory_limit,
    )
    certified = result.error_upper_bound
    found = None
    if bracket and certified is not None:
        with suppress(InvalidTicketError):  # the ledger says what is wrong with it
            found = attack(ticket, target)
    bracketed = [] if found is None else [bracket_line(found, certified)]
    print_answer(
        form,
        "check",
        lambda: {
            **result_as_json(result),
            **({} if found is None else {"bracket": bracket_as_json(found, certified)}),
        },
        lambda: "\n".join([*_lines(result), *bracketed]),
    )
    annotate(annotations, finding_marks(result.ledger, ticket))
    return exit_code(result.verdict)


def result_as_json(result: CheckResult) -> dict[str, Any]:
    """A check result with exact numbers as strings."""
    content: dict[str, Any] = {
        "verdict": result.verdict.name,
        "eps": None if result.eps is None else str(result.eps),
        "trivial": result.trivial,
        "box": None if result.box is None else [[*map(str, x)] for x in result.box],
        "ledger": ledger_json(result.ledger),
        "per_stage": [
            {
                "stage": stage.name,
                "kept": stage.kept,
                "own_error": rough(stage.own_error),
                "carried_error": rough(stage.carried_error),
                "error": rough(stage.error),
                "lower": rough(stage.lower),
                "upper": rough(stage.upper),
            }
            for stage in result.per_stage
        ],
    }
    if result.error_upper_bound is not None:
        content["error_upper_bound"] = {
            "upper": decimal(result.error_upper_bound, 18, up=True),
            "evidence": "exact, rounded up",
            "direction": "upper bound",
        }
    if result.error_by_intervals is not None:
        by_intervals = decimal(result.error_by_intervals, 18, up=True)
        content["error_by_intervals"] = by_intervals
    if result.outputs is not None:
        content["target_range"] = spread_as_json(result.outputs)
    if result.witness is not None:
        content["witness"] = {
            "image": [str(entry) for entry in result.witness.image],
            "shape": list(result.witness.shape),
            "entry": list(result.witness.entry),
            **exact_or_rounded_down(result.witness.difference),
        }
    return content


def _lines(result: CheckResult) -> Iterator[str]:
    """The verdict, the error and where it comes from, every finding."""
    yield result.verdict.name
    error, outputs = result.error_upper_bound, result.outputs
    if error is not None and outputs is not None and result.eps is not None:
        where = "the target's box" if result.box is None else "the given box"
        yield (
            f"sup ||f - g||_max <= {plain(error, 9)}  (claimed {plain(result.eps, 9)}; "
            f"every image of {where})"
        )
        for line in spread_lines(outputs, error):
            yield f"  {line}"
    if result.per_stage:
        yield "  stage by stage, by intervals alone:"
    for stage in result.per_stage:
        yield (
            f"    {printable(stage.name)}: {stage.kept} filters kept, error "
            f"{rough(stage.error)} (own {rough(stage.own_error)}, carried "
            f"{rough(stage.carried_error)})"
        )
    yield from finding_lines(result.ledger)
