"""``slth-verify sweep``: many runs from one plan, and tables and a page of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slth_verify.cli._groups import WholeSummaries
from slth_verify.cli._output import note, progress, try_output
from slth_verify.cli.arguments.types import integer
from slth_verify.cli.printing import Form, formatted, print_answer
from slth_verify.errors import SlthVerifyError
from slth_verify.text import counted, printable

if TYPE_CHECKING:
    from slth_verify.sweep import Forecast, Plan

_STORE = click.Path(exists=True, dir_okay=False)
_MOST, _SHOWN = 500, 20  # sentences of an answer, and on a terminal


class _Plans(WholeSummaries):
    """A group of which the first word may be a plan, which is run."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, "-h", "--help"}:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Plans)
def command() -> None:
    """Many runs from one plan, a row each, resumed when killed.

    \b
    slth-verify sweep PLAN.toml --dry-run       count the runs
    slth-verify sweep PLAN.toml                 run those that have no row yet
    slth-verify sweep PLAN.toml --scheduler tcp://host:8786
    slth-verify sweep export PLAN.sqlite --output table.csv
    slth-verify sweep report PLAN.sqlite --output sweep.html

    docs/sweeps.md says what a plan holds.
    """


@command.command()
@click.argument("plan", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--store",
    type=click.Path(dir_okay=False),
    help="SQLite file of the rows; default: PLAN with the ending .sqlite.",
)
@click.option("--workers", type=integer(1, 1 << 12), help="Processes; default: all.")
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run on the workers of this Dask scheduler, tcp://host:port (extra dask).",
)
@click.option("--resume", is_flag=True, help="Only go on; the store must be there.")
@click.option("--retry", is_flag=True, help="Run again what ended without a result.")
@click.option("--dry-run", is_flag=True, help="Count runs, guess their time, no more.")
@formatted
def run(
    plan: str,
    store: str | None,
    workers: int | None,
    scheduler: str | None,
    resume: bool,
    retry: bool,
    dry_run: bool,
    form: Form,
) -> int:
    """Run what has no row yet.

    Exit code 3 if a run ended without a result or rows contradict one another, 1 if a
    ticket was refuted. Runs that have a row are believed, not proved again.
    """
    from slth_verify.errors import UnusableFileError
    from slth_verify.sweep import Store, forecast, load_plan, run_sweep

    chosen = load_plan(plan)
    path = Path(store) if store else Path(plan).with_suffix(".sqlite")
    if resume and not path.exists():
        raise UnusableFileError(
            f"store={printable(str(path))} is not there: --resume goes on with one. "
            "Leave the option out, or name the store."
        )
    if dry_run:
        if path.exists():
            with Store(path) as there:
                _print_forecast(forecast(chosen, there), form)
        else:
            _print_forecast(forecast(chosen, None), form)
        return 0
    with _resumable(chosen, path), progress(remaining=True) as advance:
        found = run_sweep(
            chosen,
            path,
            workers=workers,
            scheduler=scheduler,
            retry=retry,
            progress=lambda done, total: advance("runs", done, total),
        )
    ends = ", ".join(f"{n} {end}" for end, n in sorted(found.outcomes.items()))
    read = sum(found.outcomes.values()) - found.ran
    print_answer(
        form,
        "sweep",
        lambda: {
            "store": str(path),
            "outcomes": found.outcomes,
            "refuted": found.refuted,
            "ran": found.ran,
            "read": read,
            "contradictory": found.contradictory,
            "contradictions": found.contradictions[:_MOST],
        },
        lambda: "\n".join(
            [
                f"{printable(str(path))}: {ends}; {found.ran} ran now{_read(read)}",
                *_contradictory(found.contradictory, found.contradictions),
            ]
        ),
    )
    left = set(found.outcomes) - {"done"}
    return _code(found.refuted, found.contradictory or len(left))


@command.command()
@click.argument("store", type=_STORE)
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False),
    help="The table; its ending says which kind.",
)
def export(store: str, output: str) -> int:
    """Write the rows as a table, .csv or .parquet (extra parquet).

    Every row is written as it is stored. Exit code 3 if rows contradict one another, 1
    if a ticket was refuted.
    """
    from slth_verify.sweep import Store
    from slth_verify.sweep.document import to_document
    from slth_verify.sweep.export import export as write

    try_output(output, {"STORE": store})
    with Store(store) as there:
        rows = list(there.rows())
    write(rows, output)
    code = _judged(to_document(Path(store).stem, rows))
    note(f"written: {printable(output)}, {counted(len(rows), 'row')}")
    return code


@command.command()
@click.argument("store", type=_STORE)
@click.option(
    "--output", required=True, type=click.Path(dir_okay=False), help="HTML file."
)
def report(store: str, output: str) -> int:
    """Write one offline page: laws, curves of success, widths, tickets.

    It shows what the rows say; nothing is proved again. Exit code 3 if rows contradict
    one another, 1 if a ticket was refuted.
    """
    from slth_verify.files import write_atomically
    from slth_verify.report.page.sweeps import render_sweep
    from slth_verify.sweep import Store
    from slth_verify.sweep.document import to_document

    try_output(output, {"STORE": store})
    with Store(store) as there:
        document = to_document(Path(store).stem, there.rows())
    write_atomically(output, render_sweep(document))
    code = _judged(document)
    note(f"written: {printable(output)}")
    return code


def _judged(document: dict[str, Any]) -> int:
    """Say which rows cannot be believed; the exit code."""
    said = [found["reason"] for found in document["contradictions"]]
    for line in _contradictory(document["contradictory"], said):
        note(line)
    return _code(document["refuted"], document["contradictory"])


@contextmanager
def _resumable(plan: Plan, path: Path) -> Iterator[None]:
    """Where a sweep is ended, say what is kept, and how it goes on."""
    from slth_verify.sweep import Store, forecast

    try:
        yield
    except BaseException:  # a signal, a full disk, a scheduler that stays away
        with suppress(SlthVerifyError), Store(path) as store:
            known = forecast(plan, store)
            if 0 < known.finished < known.runs:
                note(
                    f"slth-verify: {known.finished} of {counted(known.runs, 'run')} "
                    f"have a row in {printable(str(path))}; the same command goes on "
                    "from there"
                )
        raise


def _print_forecast(found: Forecast, form: Form) -> None:
    kinds = ", ".join(f"{count} {kind}" for kind, count in found.kinds.items())
    print_answer(
        form,
        "sweep",
        lambda: {
            "runs": found.runs,
            "kinds": found.kinds,
            "finished": found.finished,
            "seconds": round(found.seconds, 1),
        },
        lambda: (
            f"{counted(found.runs, 'run')} ({kinds}), {found.finished} of them "
            f"finished; roughly {found.seconds:.0f} s of one core for the rest"
        ),
    )


def _read(count: int) -> str:
    """What is to be said of runs that had a row."""
    return f", {count} read from the store and not proved again" if count else ""


def _contradictory(count: int, sentences: Sequence[str]) -> Iterator[str]:
    """Lines about rows that cannot be true."""
    if not count:
        return
    yield (
        f"INCONCLUSIVE: {counted(count, 'row')} of the store cannot be believed "
        "(docs/sweeps.md)"
    )
    yield from (f"  {printable(said)}" for said in sentences[:_SHOWN])
    if (more := len(sentences) - _SHOWN) > 0:
        yield f"  and {counted(more, 'more contradiction')}"


def _code(refuted: int, open_: int) -> int:
    if refuted:
        return 1
    return 3 if open_ else 0
