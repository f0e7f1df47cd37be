"""``slth-verify prune``: find a ticket."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slth_verify.cli._journal import kept_journal, try_journal
from slth_verify.cli._output import note, progress, try_output
from slth_verify.cli._scale import spread_as_json, spread_lines
from slth_verify.cli.arguments.targets import imported_target, read_target
from slth_verify.cli.arguments.types import (
    DEVICE,
    MEBIBYTES,
    SECONDS,
    accuracy,
    integer,
    integers,
)
from slth_verify.cli.printing import Form, formatted, print_answer
from slth_verify.deadline import ends_within, now
from slth_verify.limits import SEEDS, WIDTH
from slth_verify.text import printable, shell_word

if TYPE_CHECKING:
    from slth_verify.ticket import OutputSpread, Ticket

#: Times the limit, until the whole command, set-up included, has certified its answer.
_REPORTED = 1.1


@click.command()
@click.argument("target", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--eps",
    type=accuracy(),
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
    "--budget",
    type=integer(1),
    help="Half-filters that the estimated widths may add up to, over all input "
    "channels; more are refused.",
)
@click.option(
    "--with-weights",
    is_flag=True,
    help="Store the weights of kept filters too; check derives them from the seed "
    "anyway.",
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
    type=MEBIBYTES,
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
    help="Keep finished subset sums in FILE, which is made if it is missing, also "
    "after success. Default: in the cache until the ticket is written; a run that was "
    "ended resumes.",
)
@click.option(
    "--device", type=DEVICE, help="Torch device for the search, such as cuda."
)
@click.option(
    "--box",
    metavar="LOW,HIGH",
    help="Where inputs of an .onnx or .pt2 TARGET lie, exact: 0,1. Other files say it "
    "themselves.",
)
@click.option(
    "--save-target",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Where such a TARGET is written as a target file, for check; default: beside "
    "the ticket.",
)
@formatted
def command(
    target: str,
    eps: str,
    seed: int,
    widths: tuple[int, ...] | None,
    budget: int | None,
    with_weights: bool,
    output: str,
    time_limit: float | None,
    memory_limit: int | None,
    workers: int | None,
    resume: str | None,
    device: str | None,
    box: str | None,
    save_target: str | None,
    form: Form,
) -> int:
    """Prune the random network of a seed until it computes TARGET within eps.

    TARGET is a .safetensors file that TargetCNN.save wrote, an .onnx file (extra onnx),
    or a .pt2 file of torch.export. From a trained torch module to a checked ticket:

    \b
      target = sv.TargetCNN.from_torch(module, input_shape=(1, 28, 28), box=(0, 1))
      target.save("net.safetensors")
      slth-verify prune net.safetensors --eps 2% --seed 1 --output net.ticket
      slth-verify check net.ticket net.safetensors

    Exit code 3 means that no ticket was found, never that there is none.
    """
    begun = now()
    beside = imported_target(target, output, save_target)
    inputs = {"TARGET": target, "--resume": resume}
    try_output(output, {**inputs, "--save-target": beside})
    if beside is not None:
        try_output(beside, inputs, "--save-target")
    try_journal(resume)
    import slth_verify as sv
    from slth_verify.errors import TrivialClaimWarning
    from slth_verify.graph.stages import require_stages

    network = read_target(target, box)
    require_stages(network, widths)
    chosen = widths or sv.suggested_widths(network, eps, budget=budget)
    if form == "table":
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
            memory_limit=memory_limit,
            workers=workers,
            journal=journal,
            progress=lambda done, total: advance("subset sums", done, total),
            device=device,
        )
        if with_weights:
            ticket = sv.ticket.with_weights(ticket, network)
        if beside is not None:
            network.save(beside)
        ticket.save(output)
    for remark in remarks:
        note(str(remark.message))
    outputs = sv.ticket.output_spread(network)
    print_answer(
        form,
        "prune",
        lambda: {
            "ticket": output,
            **({} if beside is None else {"target": beside}),
            "eps": str(ticket.eps),
            "certified_error": ticket.certified_error,
            "seed": seed,
            "widths": list(chosen),
            "kept": list(ticket.kept),
            "target_range": spread_as_json(outputs),
        },
        lambda: _lines(ticket, output, beside or target, outputs),
    )
    return 0


def _lines(ticket: Ticket, output: str, target: str, outputs: OutputSpread) -> str:
    first = (
        f"{printable(output)}: {' + '.join(map(str, ticket.kept))} filters kept, "
        f"certified error {ticket.certified_error} by intervals alone; check may prove "
        f"less: slth-verify check {shell_word(output)} {shell_word(target)}"
    )
    spread = spread_lines(outputs, Fraction(ticket.certified_error))
    return "\n".join([first, *(f"  {line}" for line in spread)])
