"""``slth-verify instance``: two networks as an instance for other verifiers."""

from __future__ import annotations

import os
from pathlib import Path

import click

from slth_verify.cli._output import try_output
from slth_verify.cli.arguments.targets import read_any
from slth_verify.cli.arguments.types import EXACT
from slth_verify.cli.printing import Form, formatted, print_answer
from slth_verify.files import INSTANCE
from slth_verify.text import printable


@click.command()
@click.argument("one", metavar="F", type=click.Path(exists=True, dir_okay=False))
@click.argument("other", metavar="G", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--eps", type=EXACT, required=True, help="The error to exclude, exact: 0.01."
)
@click.option(
    "--output",
    required=True,
    type=click.Path(exists=True, file_okay=False),
    help="An existing folder.",
)
@click.option(
    "--box",
    metavar="LOW,HIGH",
    help="Where inputs of .onnx and .pt2 files lie, exact: 0,1.",
)
@formatted
def command(
    one: str, other: str, eps: str, output: str, box: str | None, form: Form
) -> int:
    """Write networks F and G for other verifiers: ONNX files and a VNN-LIB property.

    The property describes violations: "unsat" means that no output of G differs from
    F's by eps, for any image of F's box. G may have other layers than F, as a collapsed
    network has. Weights are rounded to float32, so this is about nearby networks.
    """
    for name in INSTANCE:
        try_output(os.path.join(output, name), {"F": one, "G": other})
    f, g = (read_any(path, box) for path in (one, other))
    from slth_verify.network.onnx_graphs import write_instance

    paths = write_instance(f, g, eps, Path(output))
    print_answer(
        form,
        "instance",
        lambda: {"files": [str(path) for path in paths]},
        lambda: "\n".join(printable(str(path)) for path in paths),
    )
    return 0
