"""Mutation testing of the checker and of the recheck path: what no test notices.

``python -m benchmarks.coverage.mutants --scope rechecking --save`` draws mutants of
the files that decide and runs, for each, the tests of its room; with ``--tests FILE``
those alone that reach its line, where ``FILE`` is the JSON report of coverage.py with
contexts that ``tox -e branches`` leaves, those that reach least first. What survives
is explained in ``benchmarks/support/mutation/survivors.toml``; with ``--save`` one
that is not is an error. Mutants that were tried stand in ``--journal``; a run that
was stopped goes on from there. Both name a mutant by the text of its line, so that
moved lines keep theirs. What was published before and the journal does not know is
kept, and counted as of runs before; ``--again`` tries unexplained survivors once more,
after tests were added (``--more "tests/x/test_y.py ..."``).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.support.common import RESULTS, publish_with
from benchmarks.support.mutation.figures import figures, open_ones
from benchmarks.support.mutation.mutants import Mutant, mutants_of
from benchmarks.support.mutation.reach import GIVEN, ROOT, drawn_tests, reached
from benchmarks.support.mutation.trials import (
    SURVIVED,
    UNLOADED,
    prepare,
    try_mutant,
    warm,
)

_PUBLISHED = RESULTS / "mutants.json"
_EXPLAINED = ROOT / "benchmarks" / "support" / "mutation" / "survivors.toml"

_BELOW = ("slth_verify.enclosure", "slth_verify.statements")


class _Scope(NamedTuple):
    """Files that decide.

    Attributes:
        files: Patterns below ``slth_verify``.
        tests: Folders and files of tests, for lines of which no report tells.
        below: Rooms that are loaded before, as nothing in them is changed.
    """

    files: tuple[str, ...]
    tests: tuple[str, ...]
    below: tuple[str, ...]


_SCOPES: dict[str, _Scope] = {
    "rechecking": _Scope(
        ("bounds/rechecking/*.py",),
        ("tests/bounds/rechecking", "tests/bounds/network/test_network_recheck.py"),
        (*_BELOW, "slth_verify.subset_sum"),
    ),
    "certificates": _Scope(
        ("bounds/certificates/**/*.py",),
        ("tests/bounds/certificates", "tests/bounds/rechecking"),
        (*_BELOW, "slth_verify.subset_sum"),
    ),
    "ticket": _Scope(
        ("ticket/*.py", "ticket/graphs/*.py"),
        ("tests/ticket", "tests/meta/test_lies_checker.py"),
        (*_BELOW, "slth_verify.graph"),
    ),
    "forms": _Scope(
        ("forms/**/*.py",),
        ("tests/forms", "tests/ticket"),
        (*_BELOW, "slth_verify.graph"),
    ),
}

#: Seconds of the processor for all tests of one mutant.
_SECONDS = 60.0


def run(options: argparse.Namespace) -> tuple[dict[str, Any], ...]:
    """Try the mutants of the sample that were not tried yet, and add up the scopes."""
    os.environ.setdefault("CI", "1")  # the same cases on every run
    reaching = reached(Path(options.tests)) if options.tests else {}
    journal = Path(options.journal)
    done = _read(journal)
    sample = _sample(options.scope, options.sample, options.seed)
    explained = tomllib.loads(_EXPLAINED.read_text(encoding="utf-8"))
    if options.again:
        lives = {key for key, told in done.items() if told[0] in (SURVIVED, UNLOADED)}
        every = _every(options.scope)
        sample = [one for one in every if one[0] in lives and one[0] not in explained]
    prepare(_SCOPES[options.scope].below)
    os.chdir(ROOT)
    start = time.monotonic()
    cold = True
    for key, path, source, mutant in sorted(sample, key=lambda one: one[3].inside):
        old = key in done and not options.again
        if old or time.monotonic() - start > options.seconds:
            continue
        if options.functions and not mutant.inside:
            continue
        if mutant.inside and cold:
            warm(_near("", options.scope))
            cold = False
        name = ".".join(Path(path).with_suffix("").parts).removesuffix(".__init__")
        tests = _tests(mutant, reaching.get(path, {})) or _near(path, options.scope)
        if GIVEN in tests:
            others = [test for test in tests if test != GIVEN]
            tests = [*others, *drawn_tests(_near(path, options.scope))]
        tests = [*options.more.split(), *tests]
        begun = time.monotonic()
        wrong = mutant.source(source)
        told = try_mutant(name, ROOT / path, wrong, tests, _SECONDS)
        done[key] = [told, round(time.monotonic() - begun, 1), len(tests)]
        with journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps([key, done[key]]) + "\n")
        print(key, *done[key], flush=True)
    told, before = {key: value[0] for key, value in done.items()}, _published()
    scopes = {
        name: figures(
            [key for key, *_ in _every(name)], told, explained, before.get(name, {})
        )
        for name in _SCOPES
    }
    left = [key for found in scopes.values() for key in open_ones(found)]
    if left and options.save:
        raise AssertionError("survivors without a reason:\n" + "\n".join(left))
    return {"seed": options.seed, "scopes": scopes}, {}


def _published() -> dict[str, Any]:
    """The figures of each scope that stand."""
    if not _PUBLISHED.exists():
        return {}
    document = json.loads(_PUBLISHED.read_text(encoding="utf-8"))
    return dict(document["figures"]["scopes"])


def _tests(mutant: Mutant, lines: dict[int, list[str]]) -> list[str]:
    """Tests that reach a mutant; of what runs at import, those of the file."""
    return lines.get(mutant.line) or lines.get(mutant.statement) or lines.get(0, [])


def _near(path: str, scope: str) -> list[str]:
    """The scope's files of tests, those with the module's name first."""
    found: list[Path] = []
    for place in (ROOT / name for name in _SCOPES[scope].tests):
        found += sorted(place.rglob("test_*.py")) if place.is_dir() else [place]
    stem = Path(path).stem.strip("_")
    found.sort(key=lambda file: stem not in file.name)
    return [str(file.relative_to(ROOT)) for file in found]


def _sample(scope: str, size: int, seed: int) -> list[tuple[str, str, str, Mutant]]:
    """So many mutants of all, with their names, files and these files' sources."""
    every = _every(scope)
    random.Random(seed).shuffle(every)
    print(f"{min(size, len(every))} of {len(every)} mutants", flush=True)
    return every[:size]


def _every(scope: str) -> list[tuple[str, str, str, Mutant]]:
    """All mutants of a scope, in order."""
    found, names = [], Counter[str]()
    for pattern in _SCOPES[scope].files:
        for path in sorted((ROOT / "slth_verify").glob(pattern)):
            source = path.read_text(encoding="utf-8")
            place = path.relative_to(ROOT)
            for mutant in mutants_of(source):
                name = _named(place, source, mutant)
                names[name] += 1
                again = f" #{names[name]}" if names[name] > 1 else ""
                found.append((name + again, str(place), source, mutant))
    return found


def _named(path: Path, source: str, mutant: Mutant) -> str:
    """File, text of the line, column in this text, and change."""
    line = source.splitlines()[mutant.line - 1]
    column = mutant.column - len(line) + len(line.lstrip())
    return f"{path}: {line.strip()} [{column}]: {mutant.change}"


def _read(journal: Path) -> dict[str, Any]:
    if not journal.exists():
        return {}
    return dict(json.loads(line) for line in journal.read_text().splitlines())


if __name__ == "__main__":
    publish_with(
        "mutants",
        {
            "tests": ("", "coverage.py's JSON report, with contexts"),
            "scope": ("rechecking", f"one of {', '.join(_SCOPES)}"),
            "sample": (300, "mutants"),
            "seed": (1, "seed of the sample"),
            "functions": (False, "only mutants of functions, which take less"),
            "again": (False, "try unexplained survivors once more, no others"),
            "more": ("", "further tests, which run first"),
            "seconds": (1e9, "then no new mutant"),
            "journal": (
                str(Path(tempfile.gettempdir(), "mutants.jsonl")),
                "mutants that were tried",
            ),
        },
        run,
        ("hypothesis",),
    )
