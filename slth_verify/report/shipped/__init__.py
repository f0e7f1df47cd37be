"""What ships beside the code: proved answers, counts of lies, figures of benchmarks.

None of it is believed where it can be proved: a report proves some of the answers
again, and says which. `build` makes the files, and a test compares them with what they
are made from.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from functools import cache
from importlib.resources import files
from typing import Any

ANSWERS, DIGEST = "answers.jsonl", "answers.sha256"
LIES, RATIOS = "lies.json", "ratios.json"


@cache
def stored_answers() -> tuple[dict[str, Any], ...]:
    """Answers of bounds, as documents; none, with a warning, if the file is damaged."""
    folder = files("slth_verify.report.shipped")
    try:
        data = (folder / ANSWERS).read_bytes()
        told = (folder / DIGEST).read_text(encoding="ascii").split()[:1]
    except (OSError, ValueError):
        data, told = b"", []
    if [hashlib.sha256(data).hexdigest()] != told:
        warnings.warn(
            f"the stored answers of reports ({ANSWERS}) are damaged and not shown. "
            "Install slth-verify again.",
            stacklevel=2,
        )
        return ()
    return tuple(json.loads(line) for line in data.splitlines())


def planted_counts() -> dict[str, int]:
    """Shipped wrong implementations by the statement that they contradict."""
    found: dict[str, int] = _read(LIES)
    return found


def benchmark_ratios() -> list[dict[str, Any]]:
    """Comparisons from the committed results of benchmarks."""
    found: list[dict[str, Any]] = _read(RATIOS)
    return found


def _read(name: str) -> Any:
    source = files("slth_verify.report.shipped") / name
    return json.loads(source.read_text(encoding="utf-8"))
