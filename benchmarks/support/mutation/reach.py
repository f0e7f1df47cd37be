"""Which tests reach a line, by coverage.py's JSON report with contexts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

#: Tests of one mutant, those first that reach least.
MOST_TESTS = 40


def reached(report: Path) -> dict[str, dict[int, list[str]]]:
    """For each file and line the tests that reach it; for line 0 those of any line."""
    document = json.loads(report.read_text(encoding="utf-8"))
    found: dict[str, dict[int, set[str]]] = {}
    reach: Counter[str] = Counter()
    for path, about in document["files"].items():
        lines = {
            int(line): {_node(name) for name in names} - {""}
            for line, names in about.get("contexts", {}).items()
        }
        for tests in lines.values():
            reach.update(tests)
        lines[0] = set().union(*lines.values())
        found[path] = lines
    return {
        path: {
            line: sorted(tests, key=lambda test: (reach[test], test))[:MOST_TESTS]
            for line, tests in lines.items()
        }
        for path, lines in found.items()
    }


def _node(context: str) -> str:
    """The node id of a test whose name a context is."""
    module, _, function = context.rpartition(".")
    path = Path(*module.split(".")) if module else Path("nowhere")
    path = path.with_suffix(".py")
    return f"{path}::{function}" if (ROOT / path).exists() else ""
