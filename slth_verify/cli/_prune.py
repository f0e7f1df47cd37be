"""``slth-verify prune``: find a ticket."""

from __future__ import annotations

import warnings
from fractions import Fraction

import click

from slth_verify.cli._output import note, print_json, progress
from slth_verify.cli._scale import scale_as_json, scale_lines


@click.command()
@click.argument("target", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--eps",
    required=True,
    help="Admissible sup error, exact: 0.01, 1/100, or 2% of the certified range of "
    "the target's outputs.",
)
@click.option("--seed", type=int, required=True, help="Seed of the random network.")
@click.option(
    "--widths",
    help="n_1,n_2,...: half the filters per input channel; default: estimated.",
)
@click.option(
    "--output", required=True, type=click.Path(dir_okay=False), help="Ticket file."
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds per subset-sum problem.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes; default: all cores for large networks. The ticket is the same.",
)
@click.option(
    "--resume",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Keep finished subset sums in FILE; a killed run resumes from it.",
)
@click.option("--device", help="Torch device for the search, such as cuda.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    target: str,
    eps: str,
    seed: int,
    widths: str | None,
    output: str,
    time_limit: float,
    workers: int | None,
    resume: str | None,
    device: str | None,
    as_json: bool,
) -> int:
    """Prune the random network of a seed until it computes TARGET within eps.

    Exit code 3 means that no ticket was found, never that there is none.
    """
    import slth_verify as sv
    from slth_verify.errors import TrivialClaimWarning
    from slth_verify.ticket import output_range

    network = sv.TargetCNN.from_file(target)
    chosen = _widths(widths) if widths else sv.suggested_widths(network, eps)
    if not as_json:
        note(f"random network: seed {seed}, widths {', '.join(map(str, chosen))}")
    with progress() as advance, warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always", TrivialClaimWarning)
        ticket = sv.prune(
            network,
            sv.RandomCNN(seed=seed, widths=chosen),
            eps=eps,
            time_limit=time_limit,
            workers=workers,
            journal=resume,
            progress=lambda done, total: advance("subset sums", done, total),
            device=device,
        )
    ticket.save(output)
    for remark in remarks:
        note(str(remark.message))
    scale = output_range(network), Fraction(ticket.certified_error)
    kept = [len(layer.filters) for layer in ticket.layers]
    if as_json:
        print_json(
            "prune",
            ticket=output,
            eps=str(ticket.eps),
            certified_error=ticket.certified_error,
            seed=seed,
            widths=list(chosen),
            kept=kept,
            **scale_as_json(*scale),
        )
    else:
        click.echo(
            f"{output}: {' + '.join(map(str, kept))} filters kept, certified error "
            f"{ticket.certified_error}. Check it: slth-verify check {output} {target}"
        )
        for line in scale_lines(*scale):
            click.echo(f"  {line}")
    return 0


def _widths(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(float(part)) for part in text.split(","))
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(
            f"widths={text!r}: whole numbers separated by commas are required, one per "
            "layer, such as 100000,2e6.",
            param_hint="--widths",
        ) from error
