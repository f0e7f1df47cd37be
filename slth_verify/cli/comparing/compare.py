"""``slth-verify compare``: how far two networks of one architecture are apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from slth_verify.cli._output import progress
from slth_verify.cli._scale import decimal, plain
from slth_verify.cli.arguments.targets import read_any
from slth_verify.cli.arguments.types import SECONDS, accuracy, integer
from slth_verify.cli.comparing.figures import (
    bracket_as_json,
    bracket_line,
    report_as_json,
    report_lines,
)
from slth_verify.cli.printing import Form, formatted, print_answer
from slth_verify.limits import SEEDS
from slth_verify.numbers import exact_number
from slth_verify.text import printable
from slth_verify.verdict import exit_code, overall

if TYPE_CHECKING:
    from slth_verify.comparison import CompareResult, LocalReport


@click.command()
@click.argument("one", metavar="A", type=click.Path(exists=True, dir_okay=False))
@click.argument("other", metavar="B", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--eps",
    type=accuracy(zero=True),
    help="Bound to decide, exact: 0.01, or 2% of A's range.",
)
@click.option(
    "--top1",
    metavar="IMAGES",
    type=click.Path(exists=True, dir_okay=False),
    help="Also decide whether both have one class, near each of these images.",
)
@click.option("--radius", default="0", show_default=True, help="For --top1; exact.")
@click.option(
    "--scale", default="1", show_default=True, help="Of the images' entries; exact."
)
@click.option(
    "--box",
    metavar="LOW,HIGH",
    help="Where inputs of .onnx and .pt2 files lie, exact: 0,1.",
)
@click.option(
    "--seed",
    type=integer(0, SEEDS - 1),
    default="0",
    show_default=True,
    help="Of the search for a bad image.",
)
@click.option(
    "--splits",
    type=integer(0, 1 << 16),
    help="Cut so many parts of the box in two for a sharper bound; for few inputs.",
)
@click.option(
    "--split-limit",
    type=SECONDS,
    help="Seconds that cuts may take; without --splits as many are made.",
)
@formatted
def command(
    one: str,
    other: str,
    eps: str | None,
    top1: str | None,
    radius: str,
    scale: str,
    box: str | None,
    seed: int,
    splits: int | None,
    split_limit: float | None,
    form: Form,
) -> int:
    """Bound how far networks A and B are apart, for every input of A's box.

    B is a quantised, pruned, folded or retrained copy of A: nodes must match one by
    one, only weights may differ. Files are read as `prune` reads them. Without --eps
    the difference is only measured: the exit code is 0 if a bound was found, else 3.
    """
    import slth_verify as sv

    f, g = (read_any(path, box) for path in (one, other))
    result = sv.compare(
        f, g, eps=eps, seed=seed, splits=splits, split_limit=split_limit
    )
    verdicts = [] if eps is None else [result.verdict]
    local = None
    if top1 is not None:
        local = _near(f, g, top1, radius, scale)
        verdicts.append(local.verdict)
    print_answer(
        form,
        "compare",
        lambda: {
            **_as_json(result),
            **({} if local is None else {"top1": report_as_json(local)}),
        },
        lambda: "\n".join(_lines(result, local)),
    )
    if not verdicts:
        return 0 if result.error_upper_bound is not None else 3
    return exit_code(overall(tuple(verdicts)))


def _near(f: Any, g: Any, images: str, radius: str, scale: str) -> LocalReport:
    from slth_verify.comparison import certify_pair, read_images

    batch = read_images(images, exact_number(scale, "--scale"))
    with progress() as advance:
        return certify_pair(
            f, g, batch, radius, progress=lambda i, n: advance("images", i, n)
        )


def _as_json(result: CompareResult) -> dict[str, Any]:
    return {
        "verdict": None if result.eps is None else result.verdict.name,
        "reason": result.reason,
        "eps": None if result.eps is None else str(result.eps),
        **bracket_as_json(result.attack, result.error_upper_bound),
        "per_stage": [
            {
                "stage": stage.name,
                "difference": None
                if stage.difference is None
                else decimal(stage.difference, 18, up=True),
            }
            for stage in result.per_stage
        ],
    }


def _lines(result: CompareResult, local: LocalReport | None) -> Iterator[str]:
    if result.eps is not None:
        asked = plain(result.eps, 9)
        yield f"{result.verdict.name}: within {asked}: {result.reason}"
    yield bracket_line(result.attack, result.error_upper_bound)
    for stage in result.per_stage:
        size = "unknown" if stage.difference is None else plain(stage.difference, 6)
        yield f"  {printable(stage.name)}: differs by at most {size}"
    if local is not None:
        yield from report_lines(local)
