"""Plans of tiny runs, and what a sweep of them must say."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from slth_verify.sweep import Store

#: Runs of some milliseconds each, of which one fails and the others are done.
TINY = """
[[runs]]
kind = "success"
dimension = [1, 2]
samples = [3, 4]
eps = "1/4"
seed = "0..4"
trials = 5

[[runs]]
kind = "search"
dimension = 2
samples = 8
eps = ["1e-30", "10"]
seed = [0, 1]
solver = ["exhaustive", "one-dim"]
"""
TINY_RUNS = 28


def final_table(path: Path) -> list[tuple[Any, ...]]:
    """All that a store says, but for how long runs took."""
    with Store(path) as store:
        rows = [dataclasses.replace(row, seconds=0.0) for row in store.rows()]
    return [dataclasses.astuple(row) for row in rows]
