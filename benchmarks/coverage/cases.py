"""How many cases the properties generate under a profile, and what became of them.

``python -m benchmarks.coverage.cases --profile slth-nightly --save`` runs
``properties/`` test by test, each in a process of its own, and writes
``reports/benchmarks/cases_nightly.json`` as soon as one is done. What is done is not
run again, so a run that was stopped goes on where it was. After ``--seconds S`` no
new test is begun. ``--shard 1/3`` takes every third test, with a file of its own
among the temporary ones, and ``--add FILE...`` puts such files together. Delete the
file to begin anew. With ``--examples N`` the profile has N examples, for tests that
there is no night for; the figures name them.

Counted are the cases that Hypothesis drew and a property decided, each on its own;
see ``conftest.py``. ``--simultaneous`` runs all of them in one command, as CI does.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.support import fewer_examples
from benchmarks.support.common import RESULTS, machine

_ROOT = Path(__file__).resolve().parents[2]
_NIGHTLY = ("-m", "nightly or not nightly")
_GENERATED = "generated_cases"


def main() -> None:
    """Run what is missing, and print the figures."""
    options = _options()
    saved = RESULTS / f"cases_{options.profile.removeprefix('slth-')}.json"
    if options.shard != (1, 1):
        saved = Path(tempfile.gettempdir(), f"{saved.stem}_{options.shard[0]}.json")
    done: dict[str, Any] = {}
    for path in (saved, *options.add):
        if path.exists():
            done |= json.loads(path.read_text())["tests"]
    names = [] if options.add else list(_names(options))
    start = time.monotonic()
    for name in names:
        if name not in done and time.monotonic() - start < options.seconds:
            done |= _run(name, options)
            _keep(saved, options, done)
    _keep(saved, options, done)
    print(json.dumps(_document(options, done)["figures"], indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage.cases")
    parser.add_argument("--profile", default="slth-ci", help="Hypothesis profile")
    parser.add_argument("--save", action="store_true", help="keep the figures")
    parser.add_argument("--seconds", type=float, default=1e6, help="then no new test")
    parser.add_argument("--shard", type=_shard, default=(1, 1), help="such as 1/3")
    parser.add_argument("--examples", type=int, default=0, help="not the profile's")
    parser.add_argument("--add", nargs="*", type=Path, default=[], help="files")
    parser.add_argument(
        "--simultaneous", action="store_true", help="all in one run, on two cores"
    )
    return parser.parse_args()


def _shard(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not 1 <= int(number) <= int(of):
        raise argparse.ArgumentTypeError(f"{text} is no shard such as 1/3")
    return int(number), int(of)


def _names(options: argparse.Namespace) -> Iterator[str]:
    """The tests of the shard; or all of them at once."""
    if options.simultaneous:
        yield "properties"
        return
    listed = _pytest(options, "--collect-only", "properties").stdout
    names = [line for line in listed.splitlines() if "::" in line]
    number, of = options.shard
    yield from names[number - 1 :: of]


def _pytest(
    options: argparse.Namespace, *arguments: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [f"--hypothesis-profile={options.profile}"]
    command += _NIGHTLY * ("nightly" in options.profile)
    environment = dict(os.environ)
    if options.examples:
        command += ["-p", fewer_examples.__name__]
        environment[fewer_examples.VARIABLE] = str(options.examples)
    return subprocess.run(
        [*command, *arguments],
        cwd=_ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )


def _run(name: str, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """What one test, or all of them, generated."""
    both = ("-n", "2") * options.simultaneous
    start, before = time.monotonic(), _processor()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "out.xml")
        _pytest(options, f"--junitxml={report}", *both, name)
        cases = list(ElementTree.parse(report).iter("testcase"))
    wall = round(time.monotonic() - start, 1)
    print(f"{name}: {sum(map(_generated, cases))} cases, {wall} s", flush=True)
    found = {}
    for case in cases:
        whole = f"{case.get('classname', '').rpartition('.')[2]}.py::{case.get('name')}"
        wrong = [x for kind in ("failure", "error") for x in case.iter(kind)]
        found[name if len(cases) == 1 else f"properties/{whole}"] = {
            "cases": _generated(case),
            "seconds": round(float(case.get("time", 0)), 1),
            "outcome": "FAILED" if wrong else "passed",
            **({"examples": options.examples} if options.examples else {}),
        }
    if options.simultaneous:
        options.wall, options.processor = wall, round(_processor() - before, 1)
    return found


def _processor() -> float:
    """Seconds of the processors in processes that were begun here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _generated(case: ElementTree.Element) -> int:
    values = [
        x.get("value") for x in case.iter("property") if x.get("name") == _GENERATED
    ]
    return sum(int(value or 0) for value in values)


def _keep(saved: Path, options: argparse.Namespace, done: dict[str, Any]) -> None:
    if options.save:
        saved.write_text(json.dumps(_document(options, done), indent=1) + "\n")


def _document(options: argparse.Namespace, done: dict[str, Any]) -> dict[str, Any]:
    figures = {
        "profile": options.profile,
        "cases": sum(of["cases"] for of in done.values()),
        "tests": len(done),
        "seconds of tests": round(sum(of["seconds"] for of in done.values()), 1),
        "failed": sorted(x for x, of in done.items() if of["outcome"] != "passed"),
        "with another number of examples": sum("examples" in x for x in done.values()),
    }
    if options.simultaneous:
        figures["seconds of the run"] = getattr(options, "wall", None)
        figures["seconds of the processors"] = getattr(options, "processor", None)
    packages = ("slth-verify", "hypothesis", "numpy", "python-flint")
    return {
        "name": "cases",
        "machine": machine(),
        "versions": {package: version(package) for package in packages},
        "figures": figures,
        "tests": done,
    }


if __name__ == "__main__":
    main()
