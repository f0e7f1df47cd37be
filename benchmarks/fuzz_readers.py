"""Fuzzing every reader of outside files: none crashes, hangs, or accepts what is false.

``python -m benchmarks.fuzz_readers --save`` gives each reader 100,000 files and writes
``reports/benchmarks/fuzz_readers.json``. Hypothesis changes a quarter of them where it
hurts, atheris the bytes of the others; where atheris is not installed bytes are changed
blindly, and the figures say so. What is accepted is decided once more without the
reader's code. Rounds of some thousand files run in processes of their own; those
that are done stand in ``--journal``, and a run that was stopped goes on from there.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.support.common import publish_with
from benchmarks.support.fuzzing import NAMES

_ROOT = Path(__file__).resolve().parents[1]
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
_ALLOWED = {"refused", "accepted and true", "accepted, not compared"}
#: Bytes that one reader may need on top of its genuine files.
_MOST_MEMORY = 1 << 30
_BY_BYTES = "bytes" if find_spec("atheris") else "blind"


def run(options: argparse.Namespace) -> tuple[dict[str, Any], ...]:
    """Run the rounds that are missing, and add all up."""
    journal = Path(options.journal)
    done, left = _read(journal), options.rounds or -1
    for name in [options.reader] if options.reader else NAMES:
        shares = {"structure": options.inputs // 4}
        shares[_BY_BYTES] = options.inputs - shares["structure"]
        for how, wanted in shares.items():
            while (
                left and (lacking := wanted - _given(done, name, how, options.seed)) > 0
            ):
                number = len(_rounds(done, name, how, options.seed))
                key = f"{name}/{how}/{options.seed}/{number}"
                left -= 1
                size = min(options.round, lacking)
                done[key] = _round(name, how, 1000 * options.seed + number, size)
                with journal.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([key, done[key]]) + "\n")
                print(
                    key,
                    {k: v for k, v in done[key].items() if k != "faults"},
                    flush=True,
                )
                for fault, content in done[key]["faults"].items():
                    print(f"  {fault}: {content[:400]}", flush=True)
    figures = {name: _sum(done, name) for name in NAMES if _sum(done, name)["inputs"]}
    wrong = {
        name: found["faults"] for name, found in figures.items() if found["faults"]
    }
    if wrong and options.save:
        raise AssertionError(f"faults: {json.dumps(wrong, indent=1)}")
    return {"seed": options.seed, "readers": figures}, {}


def _rounds(done: dict[str, Any], name: str, how: str, seed: int) -> list[Any]:
    begin = f"{name}/{how}/{seed}/"
    return [value for key, value in done.items() if key.startswith(begin)]


def _given(done: dict[str, Any], name: str, how: str, seed: int) -> int:
    """Files of the rounds that are done; one that was ended counts as a whole."""
    return sum(value["size"] for value in _rounds(done, name, how, seed))


def _read(journal: Path) -> dict[str, Any]:
    if not journal.exists():
        return {}
    return dict(json.loads(line) for line in journal.read_text().splitlines())


def _round(name: str, how: str, seed: int, inputs: int) -> dict[str, Any]:
    """One process; what it left behind if it was ended."""
    module = "benchmarks.support.fuzzing.child"
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        words = [name, how, str(seed), str(inputs), folder]
        environment = {
            **os.environ,
            "HOME": folder,
            "TMPDIR": folder,
            "SLTH_VERIFY_CACHE": "",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(_ROOT),
        }
        start = time.monotonic()
        child = subprocess.run(
            [sys.executable, "-m", module, *words],
            env=environment,
            cwd=_ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        outcome = Path(folder, "outcome.json")
        found: dict[str, Any] = {
            "size": inputs,
            "outcomes": {},
            "faults": {},
            "seen": [],
            "strays": [],
        }
        found |= {"longest": 0.0, "memory": 0, "seconds": time.monotonic() - start}
        if outcome.exists():
            found |= json.loads(outcome.read_text())
        if child.returncode or sum(found["outcomes"].values()) < inputs:
            found["faults"][_ending(child)] = _last(Path(folder, "files"))
    return found


def _ending(child: subprocess.CompletedProcess[str]) -> str:
    """How a process ended that should not have."""
    names = {-signal.SIGPROF: "hang", -signal.SIGALRM: "hang by the clock"}
    kind = names.get(child.returncode, f"ended with {child.returncode}")
    return f"{kind}: {child.stderr[-600:]}"


def _last(folder: Path) -> str:
    """The file that was being read, in hexadecimal."""
    found = [path for path in folder.glob("*") if path.is_file()]
    return found[0].read_bytes().hex() if found else ""


def _sum(done: dict[str, Any], name: str) -> dict[str, Any]:
    """The figures of one reader."""
    rounds = {key: value for key, value in done.items() if key.split("/")[0] == name}
    outcomes: Counter[str] = Counter()
    by_how: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for key, value in rounds.items():
        outcomes.update(value["outcomes"])
        by_how[key.split("/")[1]] += sum(value["outcomes"].values())
        faults.update({fault[:200]: 1 for fault in value["faults"]})
        faults.update(value["seen"])
        faults.update(value["strays"])
        if value["memory"] > _MOST_MEMORY:
            faults["memory"] += 1
    return {
        "inputs": outcomes.total(),
        "by": dict(by_how),
        **{name: outcomes[name] for name in sorted(_ALLOWED)},
        "faults": dict(faults),
        "longest seconds of the processor": max(
            (value["longest"] for value in rounds.values()), default=0
        ),
        "most memory on top, MiB": max(
            (value["memory"] >> 20 for value in rounds.values()), default=0
        ),
        "seconds": round(sum(value["seconds"] for value in rounds.values())),
    }


if __name__ == "__main__":
    publish_with(
        "fuzz_readers",
        {
            "inputs": (100_000, "files for each reader"),
            "round": (25_000, "files of one process"),
            "rounds": (0, "rounds of this call; 0 for all that are missing"),
            "seed": (1, "seed"),
            "reader": ("", "one reader alone"),
            "journal": (
                str(Path(tempfile.gettempdir(), "fuzz_readers.jsonl")),
                "rounds that are done",
            ),
        },
        run,
        ("hypothesis", "python-flint"),
    )
