"""``slth-verify certify``: the same class for every image near given ones."""

from __future__ import annotations

import click

from slth_verify.cli._output import progress
from slth_verify.cli.arguments.types import SECONDS, integer
from slth_verify.cli.comparing.figures import report_as_json, report_lines
from slth_verify.cli.printing import Form, formatted, print_answer
from slth_verify.numbers import exact_number
from slth_verify.verdict import exit_code


@click.command()
@click.argument("ticket", type=click.Path(exists=True, dir_okay=False))
@click.argument("target", type=click.Path(exists=True, dir_okay=False))
@click.argument("images", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--radius",
    default="0",
    show_default=True,
    help="Every entry of an image may change by so much, exact: 1/255.",
)
@click.option(
    "--scale",
    default="1",
    show_default=True,
    help="Entries of IMAGES are multiplied by it, exact: 1/255 for grey levels.",
)
@click.option(
    "--splits",
    type=integer(0, 1 << 16),
    help="Cut so many parts of a ball that is left open in two; some tenths of a "
    "second each.",
)
@click.option(
    "--split-limit",
    type=SECONDS,
    help="Seconds that cuts of one ball may take; without --splits as many are made.",
)
@click.option("--workers", type=integer(1, 1 << 12), help="Processes.")
@formatted
def command(
    ticket: str,
    target: str,
    images: str,
    radius: str,
    scale: str,
    splits: int | None,
    split_limit: float | None,
    workers: int | None,
    form: Form,
) -> int:
    """Prove that TICKET classifies like TARGET, for every image near those of IMAGES.

    IMAGES is a .npy file, or a .safetensors file with a tensor "images", of shape
    (count, ...), as the network reads them. The class is the largest output; of output
    maps, the largest mean. A refuted image comes with another one, in --json, that the
    two networks put into different classes.
    """
    import slth_verify as sv
    from slth_verify.comparison import read_images

    batch = read_images(images, exact_number(scale, "--scale"))
    with progress() as advance:
        report = sv.certify(
            ticket,
            target,
            batch,
            radius,
            splits=splits,
            split_limit=split_limit,
            workers=workers,
            progress=lambda done, total: advance("images", done, total),
        )
    print_answer(
        form,
        "certify",
        lambda: report_as_json(report),
        lambda: "\n".join(report_lines(report)),
    )
    return exit_code(report.verdict)
