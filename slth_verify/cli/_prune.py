"""``slth-verify prune``: find a ticket."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction
from pathlib import Path

import click

from slth_verify.cli._journal import kept_journal
from slth_verify.cli._output import note, print_json, progress, try_output
from slth_verify.cli._scale import scale_as_json, scale_lines
from slth_verify.cli._types import SECONDS, integer, integers
from slth_verify.deadline import ends_within, now
from slth_verify.limits import SEEDS, WIDTH
from slth_verify.text import printable

#: Times the limit, until the whole command, set-up included, has certified its answer.
_REPORTED = 1.1


@click.command()
@click.argument("target", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--eps",
    required=True,
    help="Admissible sup error, exact: 0.01, 1/100, or 2% of the certified range of "
    "the target's outputs.",
)
@click.option(
    "--seed",
    type=integer(0, SEEDS - 1),
    required=True,
    help="Seed of the random network.",
)
@click.option(
    "--widths",
    type=integers(1, WIDTH),
    help="n_1,n_2,...: half the filters per input channel; default: estimated.",
)
@click.option(
    "--output", required=True, type=click.Path(dir_okay=False), help="Ticket file."
)
@click.option(
    "--time-limit",
    type=SECONDS,
    help="Seconds for the whole command; default: no limit.",
)
@click.option(
    "--memory-limit",
    type=click.FloatRange(min=1),
    help="MiB for the lists of each process, beside its pool; default: 1 GiB.",
)
@click.option(
    "--workers",
    type=integer(1, 1 << 12),
    help="Processes; default: all cores for large networks. The ticket is the same.",
)
@click.option(
    "--resume",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Keep finished subset sums in FILE, also after success. Default: in the cache "
    "until the ticket is written; a run that was ended resumes.",
)
@click.option("--device", help="Torch device for the search, such as cuda.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    target: str,
    eps: str,
    seed: int,
    widths: tuple[int, ...] | None,
    output: str,
    time_limit: float | None,
    memory_limit: float | None,
    workers: int | None,
    resume: str | None,
    device: str | None,
    as_json: bool,
) -> int:
    """Prune the random network of a seed until it computes TARGET within eps.

    Exit code 3 means that no ticket was found, never that there is none.
    """
    begun = now()
    try_output(output, {"TARGET": target, "--resume": resume})
    import slth_verify as sv
    from slth_verify.errors import TrivialClaimWarning
    from slth_verify.ticket import output_range

    network = sv.TargetCNN.from_file(target)
    chosen = sv.suggested_widths(network, eps) if widths is None else widths
    if not as_json:
        note(f"random network: seed {seed}, widths {', '.join(map(str, chosen))}")
    question = f"{network.sha256} {eps} {seed} {chosen}"
    kept = kept_journal(question, Path(output), resume)
    limits = ends_within(_REPORTED * (time_limit or math.inf) - (now() - begun))
    with (
        limits,
        kept as journal,
        progress() as advance,
        warnings.catch_warnings(record=True) as remarks,
    ):
        warnings.simplefilter("always", TrivialClaimWarning)
        ticket = sv.prune(
            network,
            sv.RandomCNN(seed=seed, widths=chosen),
            eps=eps,
            time_limit=time_limit,
            memory_limit=None if memory_limit is None else int(memory_limit * 2**20),
            workers=workers,
            journal=journal,
            progress=lambda done, total: advance("subset sums", done, total),
            device=device,
        )
        ticket.save(output)
    for remark in remarks:
        note(str(remark.message))
    scale = output_range(network), Fraction(ticket.certified_error)
    filters = [len(layer.filters) for layer in ticket.layers]
    if as_json:
        print_json(
            "prune",
            ticket=output,
            eps=str(ticket.eps),
            certified_error=ticket.certified_error,
            seed=seed,
            widths=list(chosen),
            kept=filters,
            **scale_as_json(*scale),
        )
    else:
        click.echo(
            f"{printable(output)}: {' + '.join(map(str, filters))} filters kept, "
            f"certified error {ticket.certified_error}. Check it: slth-verify check "
            f"{printable(output)} {printable(target)}"
        )
        for line in scale_lines(*scale):
            click.echo(f"  {line}")
    return 0
