"""Mutation testing of the checker and of the recheck path: what no test notices.

``python -m benchmarks.coverage.mutants --scope rechecking --save`` draws mutants of
the files that decide and runs, for each, the tests of its room; with ``--tests FILE``
those alone that reach its line, where ``FILE`` is the JSON report of coverage.py with
contexts that ``tox -e branches`` leaves, those that reach least first. What survives
is explained in ``benchmarks/support/mutation/survivors.toml``; with ``--save`` one
that is not is an error. Mutants that were tried stand in ``--journal``; a run that
was stopped goes on from there. Both name a mutant by the text of its line, so that
moved lines keep theirs.
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

from benchmarks.support.common import publish_with
from benchmarks.support.mutation.mutants import Mutant, mutants_of
from benchmarks.support.mutation.trials import (
    SURVIVED,
    UNLOADED,
    prepare,
    try_mutant,
    warm,
)

_ROOT = Path(__file__).resolve().parents[2]
_EXPLAINED = Path(__file__).parent / "support" / "mutation" / "survivors.toml"

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
        ("forms/*.py",), ("tests/forms", "tests/ticket"), (*_BELOW, "slth_verify.graph")
    ),
}

#: Tests of one mutant, quickest first, and seconds of the processor for all of them.
_MOST_TESTS, _SECONDS = 40, 60.0

_NOT_EXPLAINED = "not explained"


def run(options: argparse.Namespace) -> tuple[dict[str, Any], ...]:
    """Try the mutants of the sample that were not tried yet, and add up the scopes."""
    os.environ.setdefault("CI", "1")  # the same cases on every run
    reached = _reached(Path(options.tests)) if options.tests else {}
    journal = Path(options.journal)
    done = _read(journal)
    sample = _sample(options.scope, options.sample, options.seed)
    prepare(_SCOPES[options.scope].below)
    os.chdir(_ROOT)
    start = time.monotonic()
    cold = True
    for key, path, source, mutant in sorted(sample, key=lambda one: one[3].inside):
        if key in done or time.monotonic() - start > options.seconds:
            continue
        if options.functions and not mutant.inside:
            continue
        if mutant.inside and cold:
            warm(_near("", options.scope))
            cold = False
        name = ".".join(Path(path).with_suffix("").parts).removesuffix(".__init__")
        tests = _tests(mutant, reached.get(path, {})) or _near(path, options.scope)
        begun = time.monotonic()
        wrong = mutant.source(source)
        told = try_mutant(name, _ROOT / path, wrong, tests, _SECONDS)
        done[key] = [told, round(time.monotonic() - begun, 1), len(tests)]
        with journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps([key, done[key]]) + "\n")
        print(key, *done[key], flush=True)
    explained = tomllib.loads(_EXPLAINED.read_text(encoding="utf-8"))
    scopes = {name: _sum(_every(name), done, explained) for name in _SCOPES}
    open_ones = [
        key
        for found in scopes.values()
        for key, why in found["survivors"].items()
        if why == _NOT_EXPLAINED
    ]
    if open_ones and options.save:
        raise AssertionError("survivors without a reason:\n" + "\n".join(open_ones))
    return {"seed": options.seed, "scopes": scopes}, {}


def _sum(
    every: list[tuple[str, str, str, Mutant]],
    done: dict[str, Any],
    explained: dict[str, str],
) -> dict[str, Any]:
    """The figures of one scope; of what was tried, only what still is a mutant."""
    tried = {key: done[key][0] for key, *_ in every if key in done}
    survivors = sorted(
        key for key, told in tried.items() if told in (SURVIVED, UNLOADED)
    )
    return {
        "mutants": len(every),
        "tried": len(tried),
        "outcomes": dict(Counter(tried.values())),
        "survivors": {key: explained.get(key, _NOT_EXPLAINED) for key in survivors},
    }


def _reached(report: Path) -> dict[str, dict[int, list[str]]]:
    """For each file and line the tests that reach it; for line 0 those of any line."""
    document = json.loads(report.read_text(encoding="utf-8"))
    found: dict[str, dict[int, set[str]]] = {}
    reach: Counter[str] = Counter()
    for path, about in document["files"].items():
        lines = {
            int(line): {_node(name) for name in names} - {""}
            for line, names in about.get("contexts", {}).items()
        }
        for tests in lines.values():
            reach.update(tests)
        lines[0] = set().union(*lines.values())
        found[path] = lines
    return {
        path: {
            line: sorted(tests, key=lambda test: (reach[test], test))[:_MOST_TESTS]
            for line, tests in lines.items()
        }
        for path, lines in found.items()
    }


def _node(context: str) -> str:
    """The node id of a test whose name a context is."""
    module, _, function = context.rpartition(".")
    path = Path(*module.split(".")) if module else Path("nowhere")
    path = path.with_suffix(".py")
    return f"{path}::{function}" if (_ROOT / path).exists() else ""


def _tests(mutant: Mutant, lines: dict[int, list[str]]) -> list[str]:
    """Tests that reach a mutant; of what runs at import, those of the file."""
    return lines.get(mutant.line) or lines.get(mutant.statement) or lines.get(0, [])


def _near(path: str, scope: str) -> list[str]:
    """The scope's files of tests, those with the module's name first."""
    found: list[Path] = []
    for place in (_ROOT / name for name in _SCOPES[scope].tests):
        found += sorted(place.rglob("test_*.py")) if place.is_dir() else [place]
    stem = Path(path).stem.strip("_")
    found.sort(key=lambda file: stem not in file.name)
    return [str(file.relative_to(_ROOT)) for file in found]


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
        for path in sorted((_ROOT / "slth_verify").glob(pattern)):
            source = path.read_text(encoding="utf-8")
            place = path.relative_to(_ROOT)
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
            "seconds": (1e9, "then no new mutant"),
            "journal": (
                str(Path(tempfile.gettempdir(), "mutants.jsonl")),
                "mutants that were tried",
            ),
        },
        run,
        ("hypothesis",),
    )
