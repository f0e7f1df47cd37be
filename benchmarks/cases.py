"""How many cases the properties generate under a profile, and what became of them.

``python -m benchmarks.cases --profile slth-ci --save`` runs ``properties/`` file by
file; after ``--seconds S`` it stops, and keeps what was counted of the present one.
With ``--save`` each file's figures are written to ``reports/benchmarks/
cases_PROFILE.json`` as soon as it is done, and files that were done are not run again:
a run that was stopped goes on where it was. Delete the file to begin anew.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.support.common import RESULTS, machine

_ROOT = Path(__file__).resolve().parents[1]
_STOPPED = "stopped"
_OUTCOMES = {None: _STOPPED, 0: "passed", 1: "FAILED", 5: "no tests"}


def main() -> None:
    """Run what is missing, and print the figures."""
    options = _options()
    saved = RESULTS / f"cases_{options.profile.removeprefix('slth-')}.json"
    done = json.loads(saved.read_text())["files"] if _goes_on(options, saved) else {}
    start = time.monotonic()
    for path in options.files or sorted((_ROOT / "properties").glob("test_*.py")):
        name = path.name
        left = options.seconds - (time.monotonic() - start)
        if left <= 0 or done.get(name, {"outcome": _STOPPED})["outcome"] != _STOPPED:
            continue
        done[name] = _counted(path, options, left)
        print(f"{name}: {done[name]['cases']} cases, {done[name]['seconds']} s")
        if options.save:
            saved.write_text(json.dumps(_document(options, done), indent=2) + "\n")
    print(json.dumps(_document(options, done)["figures"]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cases")
    parser.add_argument("--profile", default="slth-ci", help="Hypothesis profile")
    parser.add_argument("--save", action="store_true", help="keep the figures")
    parser.add_argument("--seconds", type=float, default=1e9, help="then no new file")
    parser.add_argument("files", nargs="*", type=Path, help="files of properties")
    return parser.parse_args()


def _goes_on(options: argparse.Namespace, saved: Path) -> bool:
    return bool(options.save and saved.exists())


def _counted(path: Path, options: argparse.Namespace, left: float) -> dict[str, Any]:
    """One file in a process of its own, for so many seconds at most."""
    counted = "benchmarks.support.counting"
    command = [sys.executable, "-m", "pytest", "-q", "-p", counted]
    command += [f"--hypothesis-profile={options.profile}", "-p", "no:cacheprovider"]
    command += ["-m", "nightly or not nightly"] * ("nightly" in options.profile)
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder, "counts.json")
        environment = {**os.environ, "SLTH_COUNTS": str(counts)}
        start = time.monotonic()
        counts.write_text(json.dumps({"tests": {}, "exit": None}))
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                [*command, str(path)],
                cwd=_ROOT,
                env=environment,
                stdout=subprocess.DEVNULL,
                timeout=left,
            )
        found = json.loads(counts.read_text())
    tests = {name.partition("::")[2]: of for name, of in found["tests"].items()}
    return {
        "outcome": _OUTCOMES.get(found["exit"], f"exit {found['exit']}"),
        "cases": sum(test["cases"] for test in tests.values()),
        "seconds": round(time.monotonic() - start, 1),
        "tests": tests,
    }


def _document(options: argparse.Namespace, done: dict[str, Any]) -> dict[str, Any]:
    figures = {
        "profile": options.profile,
        "cases": sum(of["cases"] for of in done.values()),
        "seconds": round(sum(of["seconds"] for of in done.values()), 1),
        "files": len(done),
        "files of properties": len(list((_ROOT / "properties").glob("test_*.py"))),
        "stopped": sorted(x for x, of in done.items() if of["outcome"] == _STOPPED),
        "failed": sorted(
            x for x, of in done.items() if of["outcome"] not in ("passed", _STOPPED)
        ),
    }
    packages = ("slth-verify", "hypothesis", "numpy", "python-flint")
    return {
        "name": "cases",
        "machine": machine(),
        "versions": {package: version(package) for package in packages},
        "figures": figures,
        "files": done,
    }


if __name__ == "__main__":
    main()
