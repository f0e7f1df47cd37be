"""Which tests reach a line, by coverage.py's JSON report with contexts.

What Hypothesis runs has a context of Hypothesis' own, whichever test asks for it: all
tests with ``@given`` of the scope stand for it.
"""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

#: Tests of one mutant, those first that reach least.
MOST_TESTS = 40

#: Stands for the tests that Hypothesis runs.
GIVEN = "@given"


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
        path: {line: _first(tests, reach) for line, tests in lines.items()}
        for path, lines in found.items()
    }


def _first(tests: set[str], reach: Counter[str]) -> list[str]:
    named = sorted(tests - {GIVEN}, key=lambda test: (reach[test], test))
    return [*named[:MOST_TESTS], *tests & {GIVEN}]


def drawn_tests(files: Iterable[str]) -> list[str]:
    """Node ids of the tests with ``@given`` of some files."""
    return [
        f"{file}::{node.name}"
        for file in files
        for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        if isinstance(decorator.func, ast.Name) and decorator.func.id == "given"
    ]


def _node(context: str) -> str:
    """The node id of a test whose name a context is, or `GIVEN`."""
    if context.startswith("hypothesis."):
        return GIVEN
    module, _, function = context.rpartition(".")
    path = Path(*module.split(".")) if module else Path("nowhere")
    path = path.with_suffix(".py")
    return f"{path}::{function}" if (ROOT / path).exists() else ""
