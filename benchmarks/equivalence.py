r"""Differences of two networks: our bounds and times against auto_LiRPA's.

``python -m benchmarks.equivalence --lirpa PYTHON --save``, where PYTHON is that of an
environment with auto_LiRPA: its release 0.3 wants torch 1.12, hence Python 3.10::

    python3.10 -m venv lirpa
    lirpa/bin/pip install torch==1.12.1 torchvision==0.13.1 "numpy<2" \
        auto-LiRPA==0.3 tqdm graphviz

That is what somebody would pick instead: interval bounds (IBP) and CROWN of ``g - f``
as one network. Both sides have one thread and the same networks and boxes. Theirs are
float32 bounds without care for rounding, ours are proved. Times hold what is made from
a new pair of networks, and without that, where a pair is bounded again and again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.certificates import drawn, moved
from benchmarks.lenet import stack
from benchmarks.support.common import publish_with
from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.forms import Differences, Interval, NetworkPair, box_of
from slth_verify.graph import Convolution, TargetCNN

#: Our bounds, from the fastest to the sharpest.
OURS: dict[str, Callable[[NetworkPair, Interval], Interval]] = {
    "difference intervals": lambda pair, box: (
        Differences.over(pair, box, sharpen=False).output.difference
    ),
    "linear forms": lambda pair, box: Differences.over(pair, box).gap(),
    "joint forms": lambda pair, box: Differences.over(pair, box).joint_gap(),
}
_PEERS = ("IBP", "CROWN")


def ours(graph: TargetCNN, other: TargetCNN, repeats: int) -> dict[str, float]:
    """Bounds of |g - f|, and seconds."""
    start = time.perf_counter()
    networks = ComparedNetworks.of_graphs(graph, other)
    pair, box = networks.pair, box_of(networks.target.input)
    found = {"build, s": time.perf_counter() - start}
    for name, bound in OURS.items():
        times = []
        for _ in range(1 if name == "joint forms" else repeats):
            start = time.perf_counter()
            found[name] = float(bound(pair, box).sizes.max())
            times.append(time.perf_counter() - start)
        found[f"{name}, s"] = float(np.median(times))
    return found


def written(path: Path, graph: TargetCNN, other: TargetCNN) -> None:
    """Both networks and the box, for the other environment."""
    box = box_of(graph.input)
    shape = graph.input.shape
    arrays: dict[str, Any] = {
        "low": np.broadcast_to(box.low, shape).astype(np.float32),
        "high": np.broadcast_to(box.high, shape).astype(np.float32),
    }
    layers = [
        (f, g)
        for f, g in zip(graph.nodes, other.nodes, strict=True)
        if isinstance(f, Convolution) and isinstance(g, Convolution)
    ]
    for number, (f, g) in enumerate(layers):
        plain = f.bias is None and g.bias is None and f.groups == 1
        if not plain or {*f.stride, *f.dilation} != {1} or len({*f.padding}) != 1:
            raise ValueError(f"{f.name}: the other side knows weights and one margin")
        arrays[f"f{number}"], arrays[f"g{number}"] = f.weight, g.weight
        arrays[f"padding{number}"] = f.padding[0]
    np.savez(path, layers=len(layers), **arrays)


def theirs(folder: Path, python: str, repeats: int) -> list[dict[str, float]]:
    """What auto_LiRPA says of all networks of a folder."""
    script = Path(__file__).parent / "support" / "lirpa.py"
    done = subprocess.run(
        [python, str(script), str(folder), str(repeats)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    # it prints a line about CUDA first
    return list(json.loads(done.stdout.splitlines()[-1]))


def run(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw networks, bound them here and there, compare."""
    figures: dict[str, Any] = {}
    peers: dict[str, Any] = {}
    for name, graphs in _drawn(options):
        found = [ours(f, g, options.repeats) for f, g in graphs]
        with tempfile.TemporaryDirectory() as folder:
            for number, (f, g) in enumerate(graphs):
                written(Path(folder, f"{number:06}.npz"), f, g)
            others = theirs(Path(folder), options.lirpa, options.repeats)
        figures |= _figures(name, found)
        peers |= _ratios(name, found, others)
    return figures, peers


def _drawn(
    options: argparse.Namespace,
) -> list[tuple[str, list[tuple[TargetCNN, TargetCNN]]]]:
    found = []
    for depth in (1, 2, 3):
        rng = np.random.default_rng(options.seed + depth)
        graphs = [drawn(rng, depth) for _ in range(options.networks)]
        found.append((f"depth {depth}", [(f, moved(f, rng)) for f in graphs]))
    rng = np.random.default_rng(options.seed)
    return [*found, ("LeNet-5 stack", [(stack(), moved(stack(), rng))])]


def _figures(name: str, found: list[dict[str, float]]) -> dict[str, Any]:
    parts: dict[str, Any] = {f"{name}: networks": len(found)}
    for ours_ in OURS:
        times = [one[f"{ours_}, s"] for one in found]
        parts[f"{name}: {ours_}, s, median"] = float(np.median(times))
    return parts


def _ratios(
    name: str, found: list[dict[str, float]], others: list[dict[str, float]]
) -> dict[str, Any]:
    """How much tighter ours are, and how long theirs take beside ours; medians."""
    parts: dict[str, Any] = {}
    both = list(zip(found, others, strict=True))
    for peer in _PEERS:
        for ours_ in OURS:
            key = f"{name}: auto_LiRPA {peer} / {ours_}"
            bounds = [b[peer] / a[ours_] for a, b in both if a[ours_] > 0]
            alone = [b[f"{peer}, s"] / a[f"{ours_}, s"] for a, b in both]
            whole = [
                (b["build, s"] + b[f"{peer}, s"]) / (a["build, s"] + a[f"{ours_}, s"])
                for a, b in both
            ]
            parts |= {
                f"{key}, median": float(np.median(bounds)),
                f"{key}, least": float(min(bounds)),
                f"{key}, time, median": float(np.median(alone)),
                f"{key}, time for a new pair, median": float(np.median(whole)),
            }
    return parts


if __name__ == "__main__":
    publish_with(
        "equivalence",
        {
            "networks": (50, "networks of each depth"),
            "seed": (1, "of the networks"),
            "repeats": (5, "timings per figure"),
            "lirpa": ("python3.10", "the Python of an environment with auto_LiRPA"),
        },
        run,
    )
