"""A plan of every kind of run, whose store tests change, and one row of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slth_verify.sweep import Row

SIMULATED_PLAN = """
[[runs]]
kind = "success"
dimension = 1
samples = 3
eps = "1/4"
trials = 9
seed = 0
"""
HONEST_PLAN = (
    SIMULATED_PLAN
    + """
[[runs]]
kind = "width"
dimension = [1, 4]
eps = ["1/4", "1/10"]
side = ["certified", "necessary"]

[[runs]]
kind = "bound"
kernel = 1
channels = "1,2,1"
depth = 2
eps = ["1/4", "1/10"]
probability = "1/2"
side = ["certified", "necessary"]
time_limit = 500

[[runs]]
kind = "success-bound"
dimension = 1
samples = [3, 30]
eps = "1/4"

[[runs]]
kind = "search"
dimension = 2
samples = 8
eps = ["1e-30", "10"]
seed = 0

[[runs]]
kind = "prune"
kernel = 1
channels = 1
depth = 1
image = 2
eps = "1/2"
seed = 1
widths = [1, 32]
"""
)


def row_of(rows: Sequence[Row], kind: str, inputs: dict[str, Any]) -> Row:
    """The first row of a kind that has these inputs."""
    return next(
        row for row in rows if row.kind == kind and inputs.items() <= row.inputs.items()
    )
