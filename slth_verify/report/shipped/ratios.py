"""Comparisons with peers, from the results that the benchmarks left."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

_Row = tuple[str, str, float]
_Result = Mapping[str, Any]


def ratios(folder: Path) -> list[dict[str, Any]]:
    """All comparisons, benchmark by benchmark.

    Args:
        folder: With the JSON of each benchmark.

    Returns:
        Benchmark, what, peer, how many times better, machine and version.
    """
    found = []
    for name, rows in _READERS.items():
        result = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        place = result["machine"]
        version = result["versions"]["slth-verify"]
        found += [
            {
                "benchmark": name,
                "what": what,
                "peer": peer,
                "better": float(f"{better:.4g}"),
                "machine": f"{place['processor']}, {place['cores']} cores, "
                f"slth-verify {version}",
            }
            for what, peer, better in rows(result)
        ]
    return found


def _check(result: _Result) -> Iterator[_Row]:
    ratio = result["peers"]["ratio Arb one by one / arrays"]
    yield "checking a drawn weight", "a ball quantile for each weight", ratio


def _certified(result: _Result) -> Iterator[_Row]:
    for peer, name in (
        ("ratio mpmath / balls", "mpmath"),
        ("ratio interval cells / balls", "interval cells"),
    ):
        yield "proving a term of a certificate", name, result["peers"][peer]


def _wide(result: _Result) -> Iterator[_Row]:
    ratio = result["peers"]["ratio search / numpy scan"]
    yield "searching 10^9 filters", "drawing as many normals by NumPy", 1 / ratio


def _collapse(result: _Result) -> Iterator[_Row]:
    ratio = result["peers"]["ratio merged / target"]
    yield "merged network, 64 images", "the target itself", 1 / ratio


def _mip(result: _Result) -> Iterator[_Row]:
    for cell, found in result["figures"].items():
        if isinstance(found, dict):
            better = 1 / found["ratio to the best peer"]
            yield f"error of a search, {cell}", "best of three MIP solvers", better


def _one_dim(result: _Result) -> Iterator[_Row]:
    for peer, found in result["peers"].items():
        if isinstance(found, dict):
            name, _, accuracy = peer.partition(", ")
            ratio = found["ratio to the batch"]
            yield f"subset sums of many targets, {accuracy}", name, ratio


_READERS: dict[str, Callable[[_Result], Iterator[_Row]]] = {
    "check": _check,
    "certified": _certified,
    "mrss_vs_mip": _mip,
    "one_dim": _one_dim,
    "wide": _wide,
    "collapse": _collapse,
}
