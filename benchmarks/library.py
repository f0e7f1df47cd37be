"""Answers from the library of certificates: seconds of questions on and off its grid.

Every question is asked in a process of its own that has imported the package and
nothing else: it reads the library, proposes, and proves. Seconds are those of the
processor, so that whatever else runs on the machine is left out. The peers are whole
commands, with the start of the interpreter and all imports.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from itertools import product
from statistics import median
from typing import Any

from benchmarks.support.common import publish_with

#: Dimensions, then what is asked in each of them: eps, probability, norm, for all
#: targets or not. The first two are on the grid, the others beside it.
DIMS = (1, 2, 3, 5, 9, 16, 25, 27, 72, 144, 400, 576)
ASKED = (
    ("0.01", "1/2", "1", False),
    ("0.001", "0.999", "1", False),
    ("0.03", "3/4", "2", False),
    ("0.004", "0.97", "1/2", False),
    ("0.05", "0.95", "7", False),
    ("0.1", "0.999", "1", True),
    ("0.07", "9/10", "1/2", True),
)

_CHILD = """
import json, os, resource, sys
from slth_verify.bounds import mrss_width
def spent():
    own = resource.getrusage(resource.RUSAGE_SELF)
    other = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + other.ru_utime + other.ru_stime
def answered(dim, eps, prob, norm, universal):
    begun = spent()
    n = mrss_width(dim, eps, prob, norm, universal=universal).n
    return n, spent() - begun
for line in sys.stdin:
    reader, writer = os.pipe()
    if os.fork() == 0:
        with os.fdopen(writer, "w") as stream:
            try:
                json.dump(answered(*json.loads(line)), stream)
            except ValueError as error:
                json.dump([None, spent()], stream)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        print(stream.read(), flush=True)
    os.wait()
"""

_COMMANDS = (
    ("m 9, eps 0.01", ("--dim", "9", "--eps", "0.01")),
    ("m 25, eps 0.03, p 0.95", ("--dim", "25", "--eps", "0.03", "--prob", "0.95")),
    ("m 576, eps 0.05", ("--dim", "576", "--eps", "0.05")),
)


def run(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """Seconds of every question, and of a few whole commands."""
    environment = {**os.environ, "SLTH_VERIFY_CACHE": "", "OMP_NUM_THREADS": "1"}
    asked = list(product(DIMS, ASKED))[:: options.every]
    lines = "".join(f"{json.dumps([dim, *rest])}\n" for dim, rest in asked)
    done = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input=lines,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: dict[str, Any] = {}
    times = []
    for (dim, rest), line in zip(asked, done.stdout.splitlines(), strict=True):
        n, spent = json.loads(line)
        times.append(spent)
        figures[_named(dim, *rest)] = {"n": n, "seconds": round(spent, 3)}
    figures["questions"] = len(times)
    figures["median seconds"] = round(median(times), 3)
    figures["largest seconds"] = round(max(times), 3)
    return figures, {
        f"slth-verify bounds mrss, {name}, seconds": _command(words, environment)
        for name, words in _COMMANDS
    }


def _named(dim: int, eps: str, prob: str, norm: str, universal: bool) -> str:
    who = "all targets" if universal else "one target"
    return f"m {dim}, eps {eps}, p {prob}, norm {norm}, {who}"


def _command(words: tuple[str, ...], environment: dict[str, str]) -> float:
    """Seconds of the processor that a command takes, from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "slth_verify", "bounds", "mrss", *words],
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return round(spent, 2)


if __name__ == "__main__":
    publish_with("library", {"every": (1, "ask only every so many questions")}, run)
