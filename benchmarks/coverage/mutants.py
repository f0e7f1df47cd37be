"""Mutation testing of the checker and of the recheck path: what no test notices.

``python -m benchmarks.coverage.mutants --scope rechecking --save`` draws mutants of
the files that decide and runs, for each, the tests of its room; with ``--tests FILE``
those alone that reach its line, where ``FILE`` is the JSON report of coverage.py with
contexts that ``tox -e branches`` leaves. What survives is explained in
``benchmarks/support/mutation/survivors.toml``, or is an error. Mutants that were
tried stand in ``--journal``; a run that was stopped goes on from there.
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
from benchmarks.support.mutation.trials import SURVIVED, UNLOADED, prepare, try_mutant

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


def run(options: argparse.Namespace) -> tuple[dict[str, Any], ...]:
    """Try the mutants of the sample that were not tried yet."""
    os.environ.setdefault("CI", "1")  # the same cases on every run
    reached = _reached(Path(options.tests)) if options.tests else {}
    sample = _sample(options.scope, options.sample, options.seed)
    journal = Path(options.journal)
    done = _read(journal)
    prepare(_SCOPES[options.scope].below)
    os.chdir(_ROOT)
    start = time.monotonic()
    for path, source, mutant in sample:
        key = f"{path}:{mutant.line}:{mutant.column}: {mutant.change}"
        if key in done or time.monotonic() - start > options.seconds:
            continue
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
    survivors = sorted(
        key for key, (told, *_) in done.items() if told in (SURVIVED, UNLOADED)
    )
    figures = {
        "seed": options.seed,
        "mutants tried": len(done),
        "outcomes": dict(Counter(told for told, *_ in done.values())),
        "survivors": {key: explained.get(key, "not explained") for key in survivors},
    }
    return figures, {}


def _reached(report: Path) -> dict[str, dict[int, list[str]]]:
    """For each file and line the tests that reach it; for line 0 those of any line."""
    document = json.loads(report.read_text(encoding="utf-8"))
    found: dict[str, dict[int, list[str]]] = {}
    for path, about in document["files"].items():
        lines = {
            int(line): {_node(name) for name in names} - {""}
            for line, names in about.get("contexts", {}).items()
        }
        lines[0] = set().union(*lines.values())
        found[path] = {line: _ordered(path, tests) for line, tests in lines.items()}
    return found


def _ordered(path: str, tests: set[str]) -> list[str]:
    """Those of the file that has the module's name first; not too many."""
    stem = Path(path).stem.strip("_")
    return sorted(tests, key=lambda test: (stem not in test, test))[:_MOST_TESTS]


def _node(context: str) -> str:
    """The node id of a test whose name a context is."""
    module, _, function = context.rpartition(".")
    path = Path(*module.split(".")).with_suffix(".py")
    return f"{path}::{function}" if module and (_ROOT / path).exists() else ""


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


def _sample(scope: str, size: int, seed: int) -> list[tuple[str, str, Mutant]]:
    """So many mutants of all, with their files and these files' sources."""
    every = [
        (str(path.relative_to(_ROOT)), source, mutant)
        for pattern in _SCOPES[scope].files
        for path in sorted((_ROOT / "slth_verify").glob(pattern))
        for source in [path.read_text(encoding="utf-8")]
        for mutant in mutants_of(source)
    ]
    random.Random(seed).shuffle(every)
    print(f"{size} of {len(every)} mutants", flush=True)
    return every[:size]


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
            "seconds": (1e9, "then no new mutant"),
            "journal": (
                str(Path(tempfile.gettempdir(), "mutants.jsonl")),
                "mutants that were tried",
            ),
        },
        run,
        ("hypothesis",),
    )
