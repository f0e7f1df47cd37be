"""What all benchmarks share: timing, machine, one JSON document."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).resolve().parents[2] / "reports" / "benchmarks"


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Median wall time of ``work``."""
    return median(_times(work, repeats))


def spread(work: Callable[[], object], repeats: int) -> list[float]:
    """Least, median and largest wall time of ``work``, in milliseconds."""
    times = [1e3 * time for time in _times(work, repeats)]
    return [min(times), median(times), max(times)]


def _times(work: Callable[[], object], repeats: int) -> list[float]:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return times


def machine() -> dict[str, Any]:
    """Processor, cores and system."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    return {"processor": model, "cores": os.cpu_count(), "system": platform.system()}


def publish(
    name: str,
    run: Callable[[int], tuple[dict[str, Any], dict[str, Any]]],
    more_packages: tuple[str, ...] = (),
) -> None:
    """Parse the command line, run, print the document and with --save keep it.

    Args:
        name: Benchmark name.
        run: Takes the number of repeats, returns figures and peers.
        more_packages: Peers whose versions the document names.
    """

    def configured(options: argparse.Namespace) -> tuple[dict[str, Any], ...]:
        return run(options.repeats)

    publish_with(
        name, {"repeats": (5, "timings per figure")}, configured, more_packages
    )


def publish_with(
    name: str,
    options: dict[str, tuple[Any, str]],
    run: Callable[[argparse.Namespace], tuple[dict[str, Any], ...]],
    more_packages: tuple[str, ...] = (),
) -> None:
    """As `publish`, for a benchmark with options of its own.

    Args:
        name: Benchmark name.
        options: Option without dashes, to its default and help; a default of False
            makes a switch.
        run: Takes the parsed options, returns figures and peers.
        more_packages: Peers whose versions the document names.
    """
    started = sys.modules["__main__"].__spec__
    module = started.name if started else f"benchmarks.{name}"
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--save", action="store_true", help=f"write {RESULTS.name}/")
    for option, (default, text) in options.items():
        if default is False:
            parser.add_argument(f"--{option}", action="store_true", help=text)
        else:
            parser.add_argument(
                f"--{option}", type=type(default), default=default, help=text
            )
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    figures, peers = run(arguments)
    packages = ("slth-verify", "numpy", "scipy", "torch", "python-flint", "mpmath")
    packages += more_packages
    document = {
        "name": name,
        "machine": {**machine(), "load before": load},
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in packages},
        },
        "figures": figures,
        "peers": peers,
    }
    text = json.dumps(document, indent=2)
    if arguments.save:
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / f"{name}.json").write_text(text + "\n")
    if arguments.json:
        print(text)
    else:
        for key, value in {**figures, **peers}.items():
            print(f"{key}: {value}")
