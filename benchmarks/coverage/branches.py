"""Branches of the rooms that decide: run by their tests, or named with a reason.

``python -m benchmarks.coverage.branches coverage.json`` compares coverage.py's JSON
report with ``tests/branch_gaps.toml``, prints each gap that is not named there and
each name that is no gap any more, and fails if there is one; ``tox -e branches``
makes the report. ``python -m benchmarks.coverage.branches coverage.json
bounds/rechecking`` looks at that room alone: for a report of its own tests. Gaps are
named by the text of their lines, so that moved lines keep their names.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_ROOT = Path(__file__).resolve().parents[2]
NAMED = _ROOT / "tests" / "branch_gaps.toml"


class Gap(NamedTuple):
    """A branch that no test takes, or a line that none reaches.

    Attributes:
        file: Path from the root of the repository.
        function: Qualified name, or "" for the module.
        line: Text of the line that branches, or is not reached.
        to: Text of the line that is not gone to; "" for the end of the function, and
            the text itself for a line that is not reached.
    """

    file: str
    function: str
    line: str
    to: str


def gaps(report: dict[str, Any]) -> Iterator[Gap]:
    """The gaps of a report."""
    for path, about in sorted(report["files"].items()):
        lines = (_ROOT / path).read_text(encoding="utf-8").splitlines()
        for name, found in about["functions"].items():
            for start, end in found["missing_branches"]:
                to = lines[end - 1].strip() if end > 0 else ""
                yield Gap(path, name, lines[start - 1].strip(), to)
            left = {end for _, end in found["missing_branches"]}
            for line in found["missing_lines"]:
                if line not in left:
                    text = lines[line - 1].strip()
                    yield Gap(path, name, text, text)


def named(text: str) -> dict[Gap, str]:
    """The gaps that are named, with their reasons.

    Raises:
        ValueError: If one has no reason.
    """
    found = {}
    for entry in tomllib.loads(text).get("gap", []):
        why = entry.pop("why", "")
        if not why.strip():
            raise ValueError(f"a gap without a reason: {entry}")
        found[Gap(**entry)] = why
    return found


def compare(
    report: dict[str, Any], text: str, rooms: tuple[str, ...] = ("",)
) -> list[str]:
    """What is wrong in some rooms: gaps without a name, and names without a gap."""
    inside = tuple(str(Path("slth_verify", room)) for room in rooms)
    there = dict.fromkeys(gap for gap in gaps(report) if gap.file.startswith(inside))
    known = [gap for gap in named(text) if gap.file.startswith(inside)]
    new = [f"not named: {_toml(gap)}" for gap in there if gap not in known]
    old = [f"no gap any more: {_toml(gap)}" for gap in known if gap not in there]
    return new + old


def _toml(gap: Gap) -> str:
    pairs = (f"{key} = {json.dumps(value)}" for key, value in gap._asdict().items())
    return "\n".join(["[[gap]]", *pairs])


def main(arguments: list[str]) -> int:
    """Compare, print, and say whether all is well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage.branches")
    parser.add_argument("report", type=Path, help="coverage.py's JSON report")
    parser.add_argument(
        "rooms", nargs="*", default=[""], help="only these, such as bounds/rechecking"
    )
    options = parser.parse_args(arguments)
    report = json.loads(options.report.read_text(encoding="utf-8"))
    totals = report["totals"]
    print(
        f"{totals['covered_branches']} of {totals['num_branches']} branches, "
        f"{totals['covered_lines']} of {totals['num_statements']} statements"
    )
    text = NAMED.read_text(encoding="utf-8")
    wrong = compare(report, text, tuple(options.rooms))
    print("\n".join(wrong) or "every gap is named")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
