"""``slth-verify attack``: a lower bound of the true error."""

from __future__ import annotations

import click

from slth_verify.cli._scale import plain
from slth_verify.cli.arguments.types import integer
from slth_verify.cli.comparing.figures import attack_as_json
from slth_verify.cli.printing import Form, formatted, print_answer
from slth_verify.limits import SEEDS


@click.command()
@click.argument("ticket", type=click.Path(exists=True, dir_okay=False))
@click.argument("target", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--seed",
    type=integer(0, SEEDS - 1),
    default="0",
    show_default=True,
    help="Seed of the search; another one may find more.",
)
@formatted
def command(ticket: str, target: str, seed: int, form: Form) -> int:
    """Search the image at which TICKET differs most from TARGET.

    The difference is evaluated exactly, so it is a proved lower bound of the error;
    `check --bracket` prints it beside the certified upper bound.
    """
    import slth_verify as sv

    found = sv.attack(ticket, target, seed=seed)
    entry = ", ".join(map(str, found.entry))
    print_answer(
        form,
        "attack",
        lambda: attack_as_json(found),
        lambda: (
            f"sup ||f - g||_max >= {plain(found.difference, 12, up=False)}  (output "
            f"entry {entry}; seed {found.seed}). --json prints the image."
        ),
    )
    return 0
