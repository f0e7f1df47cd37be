"""``slth-verify replay``: counterexamples that a suite found, without the suite."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from slth_verify.cli.printing import Form, formatted, print_answer
from slth_verify.errors import InvalidParameterError, UnusableFileError
from slth_verify.text import printable, reason_of, shell_word
from slth_verify.verdict import Statistical, Verdict

if TYPE_CHECKING:
    from slth_verify.conformance import CheckOutcome
    from slth_verify.suite import Counterexample

_LONG = 20_000


@click.command()
@click.argument("found", metavar="BLOB-OR-FILE")
@click.option(
    "--run",
    "named",
    metavar="MODULE:NAME",
    help="Try it again on this implementation, or for the formulas of a statement on "
    "slth_verify:statement; the module is imported, so it must be one that you trust.",
)
@formatted
def command(found: str, named: str | None, form: Form) -> int:
    """Show a counterexample: the word that a failure printed, or a file with some.

    The file is what pytest --slth-report wrote, or holds one word. Nothing is run
    without --run; with it the exit code is 1 if a case refutes the implementation
    again, and 3 if none does: also where a statistical test rejects it (REJECTED), at
    the level that is printed, which is strong evidence and no proof. Of a file, what no
    check found is left out.
    """
    items = _items(found)
    findings = [] if named is None else _all_again(items, _imported(named))
    print_answer(
        form,
        "replay",
        lambda: {
            "counterexamples": [_plain(item) for item in items],
            "again": [
                None if f is None else [f.verdict.name, f.reason] for f in findings
            ],
        },
        lambda: "\n".join(_lines(items, findings, named, found)),
    )
    tried = [finding.verdict for finding in findings if finding is not None]
    if not tried:
        return 0
    return 1 if Verdict.REFUTED in tried else 3


def _lines(
    items: Sequence[Counterexample],
    findings: Sequence[CheckOutcome | None],
    named: str | None,
    found: str,
) -> Iterator[str]:
    yield "\n\n".join(map(_text, items)) or "no counterexamples"
    if named is None:
        if any(item.check for item in items):
            name = shell_word(found) if os.path.exists(found) else "WORD"
            yield (
                "\nTried again on your implementation by\n"
                f"  slth-verify replay {name} --run MODULE:NAME"
            )
        return
    for item, finding in zip(items, findings, strict=True):
        if finding is None:
            yield (
                f"\nnot tried again: {printable(item.claim)}\n  no check of "
                "slth_verify.conformance found it; run the test that did"
            )
            continue
        yield f"\nagain on {printable(named)}: {finding.verdict.name}"
        if finding.verdict is Statistical.REJECTED:
            yield "  by a statistical test, at the level below; this is no proof"
        yield f"  {printable(finding.reason, _LONG)}"


def _items(found: str) -> Sequence[Counterexample]:
    """The counterexamples in a word, a file with one word, or a suite's document."""
    from slth_verify.files import read_regular
    from slth_verify.suite import Counterexample, read_suite
    from slth_verify.suite.counterexample import PREFIX

    if not os.path.exists(found):
        if not found.startswith(PREFIX):
            raise UnusableFileError(
                f"path='{printable(found, 200)}': there is no such file, and a word "
                f"that a failure printed begins with {PREFIX!r}. Give "
                "the file that pytest --slth-report wrote, or the whole word."
            )
        return [Counterexample.from_word(found)]
    text = read_regular(found).decode("utf-8", "replace").strip()
    if not text.startswith("{"):
        return [Counterexample.from_word(text)]
    document = read_suite(found)
    records = [record for test in document["tests"] for record in test["records"]]
    words = [record["replay"] for record in records if record["kind"] == "verdict"]
    return [Counterexample.from_word(word) for word in words if word is not None]


def _imported(named: str) -> Any:
    """What ``MODULE:NAME`` names, in the current folder or installed."""
    module, colon, name = named.partition(":")
    if not module or not colon or not name:
        raise InvalidParameterError(
            f"--run={printable(named)!r}: MODULE:NAME was required. Give for example "
            "my_package.search:solve."
        )
    sys.path.insert(0, os.getcwd())
    try:
        value: Any = import_module(module)
        for part in name.split("."):
            value = getattr(value, part)
    except (ImportError, AttributeError) as error:
        raise InvalidParameterError(
            f"--run={printable(named)!r} cannot be imported: {reason_of(error)}. Give "
            "what `python -c 'from MODULE import NAME'` finds here."
        ) from error
    finally:
        sys.path.remove(os.getcwd())
    return value


def _all_again(
    items: Sequence[Counterexample], implementation: Any
) -> list[CheckOutcome | None]:
    """What each comes to now; None for those that no check found.

    Raises:
        InvalidParameterError: If there are some, and none can be tried.
    """
    from slth_verify.conformance import can_run_again, run_again

    chosen = [can_run_again(item) for item in items]
    if items and not any(chosen):
        run_again(items[0], implementation)  # which refuses it in words
    return [
        run_again(item, implementation) if runs else None
        for item, runs in zip(items, chosen, strict=True)
    ]


def _plain(item: Counterexample) -> dict[str, Any]:
    """A counterexample for JSON readers."""
    return {
        "statement": item.statement,
        "claim": item.claim,
        "reason": item.reason,
        "check": item.check,
        "options": dict(item.options),
        "drawn_by_hypothesis": item.draw[0],
        "version": item.version,
        "word": item.word,
    }


def _text(item: Counterexample) -> str:
    lines = [
        f"{printable(item.statement) or 'no statement'}: contradicted",
        f"  claim    {printable(item.claim, _LONG)}",
        f"  because  {printable(item.reason, _LONG)}",
    ]
    if item.check:
        drawn = f", drawn by Hypothesis {item.draw[0]}" if item.draw[0] else ""
        options = ", ".join(f"{key}={value}" for key, value in item.options.items())
        lines.append(f"  found by {printable(f'{item.check}({options}){drawn}')}")
    lines.append(f"  with     slth-verify {printable(item.version)}")
    return "\n".join(lines)
